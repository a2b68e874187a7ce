"""The rows of the list of sales as HTML, written cell by cell: a page has hundreds, and templates are slower."""

from collections.abc import Iterable
from datetime import date
from html import escape

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from sales.ageing import age
from sales.badges import badge, status_badge, step_badge, step_word
from sales.listing.columns import COLUMNS
from sales.models import Sale, SaleStatus
from salescrm.templatetags.crm import EMPTY, day, icon, moment, money_bare

NEXT = '<td data-column="next"'
WIDE = 18  # letters: a longer next step may not fit on its line, and gets its whole text as a title


class Cells:
    """Writes the rows of one page: `visible` are its columns after the first, `selectable` puts a box before each row.

    `aged` means that the filter asks for sales that stand in their phase for too long: each row shows for how long.
    """

    def __init__(self, visible: Iterable[str], *, today: date, selectable: bool, aged: bool = False):
        self.today, self.selectable, self.base = today, selectable, reverse("sales:list")
        self.columns = [(getattr(self, key), self._opening(key)) for key in visible]
        self.tells_status, self.tells_days, self.tells_next = (
            "status" not in visible,
            "days" in visible,
            "next" in visible,
        )
        self.tells_age = aged and not {"phase", "days"} & {*visible}
        self.overdue = badge("bad", _("overdue"))
        self.late = step_badge("late")
        word = escape(step_word("today"))
        self.for_today = f'<time class="badge" data-tone="warn" datetime="{today.isoformat()}">{word}</time>'
        self.no_date = f'<span class="muted">{escape(_("No date"))}</span>'
        self.states = {status: status_badge(status, signs=False) for status in SaleStatus}

    def rows(self, sales: Iterable[Sale]) -> SafeString:
        """The rows of these sales."""
        return SafeString("\n".join(map(self._row, sales)))

    def _row(self, sale: Sale) -> str:
        subject = escape(sale.subject)
        closed = "" if sale.status == "open" else " data-closed"
        box = (
            f'<td class="pick"><label><input type="checkbox" name="sale" value="{sale.pk}" form="bulk"'
            f' aria-label="{subject}"></label></td>'
        )
        mark = f" {self.states[sale.status]}" if closed and self.tells_status else ""
        if self.tells_age:
            mark = f" {self._age(sale)}"
        cells = "".join([f"{opening}{draw(sale)}</td>" for draw, opening in self.columns])
        if self.tells_next and not closed and len(sale.next_step) > WIDE:
            cells = cells.replace(NEXT, f'{NEXT} title="{escape(sale.next_step)}"', 1)
        return (
            f"<tr{closed}>{box if self.selectable else ''}"
            f'<td data-column="subject"><a href="{self.base}{sale.pk}/">{subject}</a>'
            f"{mark}<small>{escape(sale.customer.name)}</small></td>{cells}</tr>"
        )

    @staticmethod
    def _opening(key: str) -> str:
        kind = ' class="n"' if COLUMNS[key].figure else ""
        return f'<td{kind} data-column="{key}" data-label="{escape(str(COLUMNS[key].label))}">'

    def status(self, sale: Sale) -> str:
        return self.states[sale.status]

    def phase(self, sale: Sale) -> str:
        phase = sale.phase
        return (
            f'<span class="stands"><i class="dot" data-colour="{phase.colour}"></i>{escape(phase.name)} '
            f"<small>{self.probability(sale)}</small></span>{'' if self.tells_days else self._age(sale)}"
        )

    def probability(self, sale: Sale) -> str:
        return f"{sale.probability} %{'*' if sale.probability_by_hand else ''}"

    def amount(self, sale: Sale) -> str:
        return money_bare(sale.expected_revenue)

    def weighted(self, sale: Sale) -> str:
        return money_bare(sale.weighted_revenue)

    def end(self, sale: Sale) -> str:
        if sale.status != "open":
            return day(sale.expected_end_date)
        if sale.expected_end_date is None:
            return self.no_date
        late = sale.expected_end_date < self.today
        return f"{day(sale.expected_end_date)} {self.overdue}" if late else day(sale.expected_end_date)

    def next(self, sale: Sale) -> str:
        if sale.status != "open":
            return ""
        when = f"<small>{self.next_on(sale)}</small>" if sale.next_step_on else ""
        return f"{escape(sale.next_step)}{when}" if sale.next_step or when else EMPTY

    def next_on(self, sale: Sale) -> str:
        if sale.status != "open":
            return ""
        if sale.next_step_on is None or sale.next_step_on > self.today:
            return day(sale.next_step_on)
        return f"{day(sale.next_step_on)} {self.late}" if sale.next_step_on < self.today else self.for_today

    def days(self, sale: Sale) -> str:
        standing = age(sale, self.today)
        return "" if standing is None else self._age(sale) or standing.text

    def _age(self, sale: Sale) -> str:
        """The same badge as sales/_age_badge.html; computed only where there is a limit."""
        standing = age(sale, self.today) if sale.phase.age_limit is not None else None
        if standing is None or not standing.late:
            return ""
        reason, brief = escape(standing.reason), escape(standing.brief)
        return f'<span class="badge" data-tone="bad" data-age="late" title="{reason}">{icon("clock", 14)}{brief}</span>'

    def owner(self, sale: Sale) -> str:
        return escape(str(sale.owner))

    def contact(self, sale: Sale) -> str:
        return escape(sale.contact.person.name) if sale.contact else EMPTY

    def number(self, sale: Sale) -> str:
        return escape(sale.customer.number) or EMPTY

    def source(self, sale: Sale) -> str:
        return _name(sale.source)

    def start(self, sale: Sale) -> str:
        return day(sale.start_date)

    def created(self, sale: Sale) -> str:
        return day(sale.created_at)

    def updated(self, sale: Sale) -> str:
        return moment(sale.updated_at)

    def closed(self, sale: Sale) -> str:
        return day(sale.closed_on) if sale.closed_on else ""

    def reason(self, sale: Sale) -> str:
        return _name(sale.loss_reason or sale.accept_reason) if sale.closed_on else ""

    def lost_to(self, sale: Sale) -> str:
        return _name(sale.lost_to) if sale.status == "lost" else ""

    def reference(self, sale: Sale) -> str:
        return escape(sale.external_reference) or EMPTY


def _name(record) -> str:
    return EMPTY if record is None else escape(record.name)
