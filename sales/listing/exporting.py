"""The tables of exported files: sales, their lines, those of a day and of the trash, and timelines."""

from collections.abc import Iterable, Iterator
from html import unescape

from django.db.models import CharField, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from projects.exporting import service_cells, service_heading
from sales.models import SaleEvent, SaleLine, SaleStatus
from sales.models.querysets import SaleQuerySet
from sales.sentences import Entry
from salescrm.calendar import organisation_zone
from salescrm.exports import downloads

READ = (
    "pk", "subject", "customer__name", "customer__number", "contact__person__name", "owner__name", "owner__email",
    "status", "phase__name", "probability", "probability_by_hand", "expected_revenue", "weighted_revenue",
    "start_date", "expected_end_date", "source__name", "next_step", "next_step_on", "closed_on",
    "accept_reason__name", "loss_reason__name", "lost_to__name", "loss_explanation", "external_reference",
    "note", "phase_since",
    "created_at", "updated_at",
)  # fmt: skip


def table(sales: SaleQuerySet) -> downloads.Table:
    """All sales of the queryset in its order; weighted revenue exact, with four decimals."""
    return downloads.Table(pgettext("file name", "sales"), _heading(), _rows(sales))


def lines_table(sales: SaleQuerySet) -> downloads.Table:
    """One row per service line of these sales."""
    heading = [_("Number"), _("Subject"), _("Customer"), *service_heading()]
    lines = SaleLine.objects.filter(sale__in=sales.order_by().values("pk")).order_by("-sale_id", "position", "pk")
    return downloads.Table(pgettext("file name", "service-lines"), heading, _line_rows(lines))


def _line_rows(lines) -> Iterator[list]:
    related = lines.select_related("sale__customer", "vat_rate").defer("sale__note", "sale__search")
    for line in related.iterator(chunk_size=downloads.CHUNK):
        sale = line.sale
        yield [sale.pk, sale.subject, str(sale.customer), *service_cells(line)]


def day_table(groups: Iterable[tuple[str, SaleQuerySet]]) -> downloads.Table:
    """The sales of a day, group after group; a sale in several groups is in several rows."""
    rows = ([label, *row] for label, sales in groups for row in _rows(sales))
    return downloads.Table(pgettext("file name", "day"), [_("Group"), *_heading()], rows)


def trash_table(sales: SaleQuerySet) -> downloads.Table:
    """Sales in the trash, and since when and by whom they are there."""
    heading = [_("In the trash since"), _("By"), *_heading()]
    return downloads.Table(pgettext("file name", "trash"), heading, _trash_rows(sales))


def _trash_rows(sales: SaleQuerySet) -> Iterator[list]:
    zone = organisation_zone()
    last = SaleEvent.objects.filter(sale=OuterRef("pk"), kind=SaleEvent.Kind.TRASHED).order_by("-sequence")
    who = Coalesce(NullIf("by__name", Value("")), "by__email", output_field=CharField())
    trashed = sales.annotate(
        trashed_at=Subquery(last.values("at")[:1]), trashed_by=Subquery(last.values(who=who)[:1])
    )  # fmt: skip
    for *row, at, by in _rows(trashed, "trashed_at", "trashed_by"):
        yield [at and at.astimezone(zone).date(), by or _("the system"), *row]


def timeline_table(entries: Iterable[Entry]) -> downloads.Table:
    """The entries of a timeline, in their order."""
    heading = [_("When"), _("What"), _("Text"), _("Files"), _("By"), _("About")]
    return downloads.Table(pgettext("file name", "timeline"), heading, _timeline_rows(entries))


def _timeline_rows(entries: Iterable[Entry]) -> Iterator[list]:
    zone = organisation_zone()
    for entry in entries:
        note = entry.note
        text = note.text if note else "\n".join(unescape(strip_tags(detail)) for detail in entry.details)
        yield [
            entry.at.astimezone(zone).isoformat(" ", "minutes")[:16],
            note.get_kind_display() if note else entry.headline,
            text,
            ", ".join(file.name for file in note.files.all()) if note else "",
            str(entry.by or _("the system")),
            str(entry.about or ""),
        ]


def _heading() -> list[str]:
    return [
        _("Number"), _("Subject"), _("Customer"), _("Customer number"), _("Contact person"), _("Owner"), _("Status"),
        _("Phase"), _("Probability"), _("Probability by hand"), _("Expected revenue"), _("Weighted revenue"),
        _("Start date"), _("Expected end date"), _("Source"), _("Next step"), _("Date of the next step"),
        _("Closed on"), _("Reason accepted"), _("Reason lost"), _("Lost to competitor"),
        _("Explanation of the loss"),
        _("Reference in another system"), _("Note"), _("In its phase since"), _("Created"), _("Last changed"),
    ]  # fmt: skip


def _rows(sales: SaleQuerySet, *more: str) -> Iterator[list]:
    """The rows of sales, read as values: making records of a sale and its related rows takes most of the time."""
    zone, yes = organisation_zone(), _("yes")
    statuses = {value: str(label) for value, label in SaleStatus.choices}
    for (
        number, subject, customer, customer_number, contact, owner, email, status, phase, probability, by_hand,
        revenue, weighted, start, end, source, step, step_on, closed_on, accepted, lost, lost_to, explained,
        reference, note, since, created, updated, *rest,
    ) in sales.values_list(*READ, *more).iterator(chunk_size=downloads.CHUNK):  # fmt: skip
        yield [
            number, subject, customer, customer_number, contact, owner or email, statuses[status], phase, probability,
            yes if by_hand else "", revenue, None if weighted is None else downloads.amount(weighted, exact=True),
            start, end, source, step, step_on, closed_on, accepted, lost, lost_to, explained, reference, note,
            *(moment.astimezone(zone).date() for moment in (since, created, updated)), *rest,
        ]  # fmt: skip
