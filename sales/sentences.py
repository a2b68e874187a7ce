"""The history of a sale in sentences: every event against the one before it, with the days spent in each phase."""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import pairwise
from typing import Any, NamedTuple, cast

from django.db.models import BooleanField, Model
from django.db.models.expressions import RawSQL
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from sales.models import Phase, Sale, SaleEvent, SaleStatus
from salescrm.calendar import day_of, today, written_day
from salescrm.models import User
from salescrm.money import format_money, round_money
from salescrm.notes.models import Note
from salescrm.templatetags.crm import data

ICONS = {
    SaleEvent.Kind.CREATED: "plus", SaleEvent.Kind.MOVED: "arrow-right", SaleEvent.Kind.ACCEPTED: "check",
    SaleEvent.Kind.LOST: "x-mark", SaleEvent.Kind.REOPENED: "arrow-uturn-left",
    SaleEvent.Kind.UNDONE: "arrow-uturn-left", SaleEvent.Kind.TRASHED: "trash", SaleEvent.Kind.RESTORED: "arrow-path",
}  # fmt: skip

NOTED = RawSQL(
    "EXISTS (SELECT FROM sales_salenote note WHERE note.sale_id = sales_saleevent.sale_id)",
    (),
    output_field=BooleanField(),
)


@dataclass
class Entry:
    """One entry of a timeline: an event of a sale, a note, or something else that happened, with its own `at` and `by`.

    `stayed` says how long the sale stood in the phase before; `about` is the record it belongs to, where a timeline
    shows several.
    """

    event: SaleEvent | None
    headline: str
    details: list[str] = field(default_factory=list)
    stayed: str = ""
    icon: str = "pencil"
    note: Note | None = None
    at: datetime | None = None
    by: User | None = None
    about: Model | None = None

    def __post_init__(self):
        if source := self.note or self.event:
            self.at, self.by = source.at, source.by
        if self.event:
            self.icon = ICONS.get(self.event.kind, self.icon)
        if self.note:
            self.icon = self.note.icon


@dataclass(frozen=True)
class Stay:
    """The whole days a sale spent open in a phase, all visits together; `visit` are those of the last one alone."""

    phase: str
    colour: str
    days: int
    visit: int
    is_current: bool


def read(sale: Sale, phases: Iterable[Phase]) -> list[SaleEvent]:
    """All events of a sale with the records they name, oldest first: one statement, seldom more.

    Most events name what the sale has now, so these records are taken from the sale and only the others are read. Each
    event also holds whether the sale has notes (`noted`): most have none, which saves the statement that reads them.
    """
    events: list[Any] = list(sale.events.order_by("sequence").annotate(noted=NOTED))
    _name(events, ["phase"], Phase, {phase.pk: phase for phase in phases})
    _name(events, ["by", "owner"], User, {sale.owner_id: sale.owner})
    for name in ("customer", "source", "accept_reason", "loss_reason", "lost_to"):
        key = getattr(sale, f"{name}_id")
        used = key is not None and any(getattr(event, f"{name}_id") == key for event in events)
        _name(events, [name], SaleEvent._meta.get_field(name).related_model, {key: getattr(sale, name)} if used else {})
    return events


def _name(events: list[SaleEvent], names: list[str], model, known: dict) -> None:
    wanted = {getattr(event, f"{name}_id") for event in events for name in names} - {None}
    if others := wanted - known.keys():
        known = known | model.objects.in_bulk(others)
    for event in events:
        for name in names:
            if (key := getattr(event, f"{name}_id")) is not None:
                setattr(event, name, known[key])


def name_all(events: list[SaleEvent]) -> list[SaleEvent]:
    """Read the records that events of several sales name: one statement per kind of record."""
    for names in (["phase"], ["by", "owner"], ["customer", "lost_to"], ["source"], ["accept_reason"], ["loss_reason"]):
        _name(events, names, SaleEvent._meta.get_field(names[0]).related_model, {})
    return events


def tell(events: list[SaleEvent], language: str) -> list[Entry]:
    """The entries of the history, newest first."""
    visits = _visits(events, today())
    ended = {id(after.arrival): _stayed(visit) for visit, after in pairwise(visits)}
    return [
        Entry(event, _headline(before, event), _details(before, event, language), ended.get(id(event), ""))
        for before, event in zip([None, *events], events, strict=False)
    ][::-1]


def entry_after(before: SaleEvent | None, event: SaleEvent, language: str) -> Entry:
    """The entry of one event, for a timeline with events of several sales."""
    return Entry(event, _headline(before, event), _details(before, event, language), about=event.sale)


def with_notes(entries: list[Entry], notes: Iterable[Note]) -> list[Entry]:
    """Notes among the entries, newest first; what happened to the sale keeps the order in which it was recorded."""
    written = [Entry(None, "", note=note) for note in notes]
    return list(heapq.merge(entries, written, key=lambda entry: cast(datetime, entry.at), reverse=True))


def stays(events: list[SaleEvent], *, until: date | None = None) -> list[Stay]:
    """Days per phase in the order they were first entered; neither time after closing nor an undone visit counts."""
    phases: dict[int, list[_Visit]] = {}
    for visit in _visits(events, until or today()):
        phases.setdefault(visit.arrival.phase_id, []).append(visit)
    here = events[-1].phase_id if events and events[-1].status == SaleStatus.OPEN else None
    return [
        Stay(phase.name, phase.colour, sum(visit.days for visit in visits), visits[-1].days, phase.pk == here)
        for visits in phases.values()
        for phase in [visits[0].arrival.phase]
    ]


class _Visit(NamedTuple):
    """The event that brought a sale into a phase, and the whole days it stood there open."""

    arrival: SaleEvent
    days: int


def _visits(events: list[SaleEvent], until: date) -> list[_Visit]:
    """The visits to phases, oldest first, as history.SINCE counts them."""
    days = [day_of(event.at) for event in events] + [until]
    spans = pairwise([*_arrivals(events), len(events)])
    return [
        _Visit(
            events[first],
            max(sum((days[n + 1] - days[n]).days for n in range(first, end) if events[n].status == SaleStatus.OPEN), 0),
        )
        for first, end in spans
    ]


def _arrivals(events: list[SaleEvent]) -> list[int]:
    """The places of the events that brought the sale into another phase, without undone moves and their undoing."""
    arrivals = [n for n, event in enumerate(events) if not n or events[n - 1].phase_id != event.phase_id]
    undone = set()
    for before, away, back in zip(arrivals, arrivals[1:], arrivals[2:], strict=False):
        kinds = (events[away].kind, events[back].kind)
        if kinds == (SaleEvent.Kind.MOVED, SaleEvent.Kind.UNDONE) and events[before].phase_id == events[back].phase_id:
            undone |= {away, back}
    return [n for n in arrivals if n not in undone]


def _stayed(visit: _Visit) -> str:
    if not visit.days:
        return _("the same day")
    return ngettext("after %(count)d day in %(phase)s", "after %(count)d days in %(phase)s", visit.days) % {
        "count": visit.days,
        "phase": visit.arrival.phase.name,
    }


def _headline(before: SaleEvent | None, event: SaleEvent) -> str:
    values = {"phase": event.phase.name, "percent": event.probability}
    match event.kind:
        case SaleEvent.Kind.CREATED:
            return _("Created in %(phase)s, %(percent)s %%") % values
        case SaleEvent.Kind.MOVED:
            return _("Moved to %(phase)s, %(percent)s %%") % values
        case SaleEvent.Kind.UNDONE:
            return _("Move undone, back to %(phase)s, %(percent)s %%") % values
        case SaleEvent.Kind.ACCEPTED:
            return _("Accepted in %(phase)s, %(percent)s %%") % values
        case SaleEvent.Kind.LOST:
            return _("Lost in %(phase)s, %(percent)s %%") % values
        case SaleEvent.Kind.REOPENED:
            return _("Reopened")
        case SaleEvent.Kind.CORRECTED:
            return _("Outcome corrected")
        case SaleEvent.Kind.TRASHED:
            return _("Moved to the trash")
        case SaleEvent.Kind.RESTORED:
            return _("Restored from the trash")
    moved = before is not None and before.phase_id != event.phase_id
    return _("Moved to %(phase)s, %(percent)s %%") % values if moved else _("Changed")


def _details(before: SaleEvent | None, event: SaleEvent, language: str) -> list[str]:
    if before is None:
        return []
    if event.kind in (SaleEvent.Kind.ACCEPTED, SaleEvent.Kind.LOST):
        return _outcome(event)
    details = []
    if event.phase_id == before.phase_id and _chance(before) != _chance(event):
        details.append(_change(_("Probability"), _chance(before), _chance(event)))
    for column, what, show in CHANGES:
        if getattr(before, column) != getattr(event, column):
            details.append(_change(str(what), show(before, language), show(event, language)))
    if event.kind == SaleEvent.Kind.CORRECTED and not details:  # the words themselves are on the sale alone
        details.append(_("Explanation of the loss changed"))
    return details


def _change(what: str, old, new) -> str:
    return SafeString(_("%(what)s: %(old)s → %(new)s") % {"what": what, "old": _cell(old), "new": _cell(new)})


def _cell(value) -> str:
    return conditional_escape(value or "–")


def _outcome(event: SaleEvent) -> list[str]:
    answers = [
        (_("Reason accepted"), event.accept_reason),
        (_("Reason lost"), event.loss_reason),
        (_("Lost to competitor"), event.lost_to),
        (_("Follow-up"), event.get_follow_up_display() if event.follow_up else None),
    ]
    return [f"{what}: {value}" for what, value in answers if value]


def _euro(amount, language: str) -> str:
    if amount is None:
        return ""
    return data(round_money(amount), format_money(amount, language))


def _day(day) -> str:
    if day is None:
        return ""
    return format_html('<time datetime="{}">{}</time>', day.isoformat(), written_day(day))


def _chance(event: SaleEvent) -> str:
    text = f"{event.probability} %"
    return _("%(percent)s by hand") % {"percent": text} if event.probability_by_hand else text


def _name_of(name: str):
    return lambda event, words: getattr(event, name)


# The columns whose changes are details: column, label, and its value as text.
CHANGES = [
    ("expected_revenue", gettext_lazy("Expected revenue"), lambda event, words: _euro(event.expected_revenue, words)),
    ("expected_end_date", gettext_lazy("Expected end date"), lambda event, words: _day(event.expected_end_date)),
    ("owner_id", gettext_lazy("Owner"), _name_of("owner")),
    ("customer_id", gettext_lazy("Customer"), _name_of("customer")),
    ("source_id", gettext_lazy("Source"), _name_of("source")),
    ("closed_on", gettext_lazy("Closed on"), lambda event, words: _day(event.closed_on)),
    ("accept_reason_id", gettext_lazy("Reason accepted"), _name_of("accept_reason")),
    ("loss_reason_id", gettext_lazy("Reason lost"), _name_of("loss_reason")),
    ("lost_to_id", gettext_lazy("Lost to competitor"), _name_of("lost_to")),
]  # fmt: skip
