"""The start page: a salesperson's own work, and for whoever sees all sales what is coming and what changed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import (
    BooleanField,
    CharField,
    Count,
    F,
    Func,
    Q,
    QuerySet,
    SmallIntegerField,
    Sum,
    Value,
    Window,
)  # fmt: skip
from django.db.models.expressions import RawSQL
from django.db.models.functions import RowNumber
from django.utils.translation import gettext_lazy, pgettext_lazy

from reports.drill import sales_list
from reports.months import Bucket
from sales.models import MILESTONES, Sale, SaleEvent
from sales.models.querysets import SaleQuerySet
from salescrm.calendar import add_months, month_start, organisation_zone

STEPS = ("late", "today", "planned", "none")
PER_STEP = 8  # sales per group of next steps
NEWS = 10
DAY = timedelta(days=1)
SALE_COLUMNS = (
    "subject", "version", "next_step", "next_step_on", "expected_revenue", "expected_end_date", "customer__name",
    "phase__name", "phase__colour",
)  # fmt: skip
EVENT_COLUMNS = (
    "kind", "at", "expected_revenue", "sale__subject", "sale__customer__name", "phase__name", "phase__colour",
    "phase__position", "by__name", "by__email",
)  # fmt: skip
WEEK = 7
ACCEPTED = -1  # no place among the days of open sales
STAYED = "stayed"
TONES = {"late": "bad", "today": "info", "none": "warn"}
MOVES = Q(kind__in=[SaleEvent.Kind.MOVED, SaleEvent.Kind.UNDONE])
LATER_MOVE = """EXISTS (SELECT FROM sales_saleevent later
    WHERE later.sale_id = sales_saleevent.sale_id AND later.sequence > sales_saleevent.sequence
    AND later.kind IN ('moved', 'undone'))"""
# The position of the phase in which a sale that was moved stood before: the last before then, or else its first.
ORIGIN = """CASE WHEN sales_saleevent.kind IN ('moved', 'undone') THEN (
    SELECT position FROM sales_phase WHERE id = COALESCE((
        SELECT stood.phase_id FROM sales_saleevent stood WHERE stood.sale_id = sales_saleevent.sale_id AND stood.at < %s
        ORDER BY stood.sequence DESC LIMIT 1
    ), (
        SELECT stood.phase_id FROM sales_saleevent stood WHERE stood.sale_id = sales_saleevent.sale_id
        ORDER BY stood.sequence LIMIT 1
    ))
) END"""
# When an event was, which one it is, and of which sale.
EVENT_MOMENT = """ARRAY[(extract(epoch FROM sales_saleevent.at) * 1000000)::bigint,
    sales_saleevent.id, sales_saleevent.sale_id]"""
STEP = """CASE WHEN next_step_on < %s THEN 'late' WHEN next_step_on = %s THEN 'today'
    WHEN next_step_on IS NOT NULL OR next_step <> '' THEN 'planned' ELSE 'none' END"""


@dataclass(frozen=True)
class Figure:
    """A number of sales, what they are worth, and their list."""

    count: int
    amount: Decimal
    url: str = ""


@dataclass(frozen=True)
class Month:
    """This month and everything open, of some owners."""

    forecast: Figure
    accepted: Figure
    pipeline: Figure
    full: Decimal
    overdue: Figure
    undated: Figure
    past: Figure  # of `overdue` what stands in this month, and so is part of `forecast` (rule 16)


@dataclass(frozen=True)
class Step:
    """Open sales whose next step is late, today, planned or missing: the first few of them."""

    key: str
    count: int
    sales: list[Sale]
    url: str

    @property
    def tone(self) -> str:
        """The tone of the number: it calls only where something is to be done."""
        return TONES.get(self.key, "neutral") if self.count else "neutral"


def month(sales: SaleQuerySet, *, today: date, words: dict) -> Month:
    """The figures of this month in one statement; `words` narrow the lists behind them as `sales` is narrowed.

    What is open is added up once, by where its day lies, from the index sale_forecast; what was accepted comes from
    sale_closed.
    """
    first, following = month_start(today), add_months(month_start(today), 1)
    days, last = sorted({first, today, following}), following - DAY
    opened = sales.open().values(place=Bucket("expected_end_date", days))
    accepted = sales.accepted().filter(closed_on__range=(first, last)).values(place=Value(ACCEPTED))
    groups = _sums(opened, "weighted").union(_sums(accepted, "expected"), all=True).order_by()
    sums, places, lists = {group["place"]: group for group in groups}, _places(days, today), _lists(first, last, today)
    figures = {name: _figure(sums, keys, sales_list(lists[name], words)) for name, keys in places.items()}
    return Month(full=_total(sums, places["pipeline"], "full"), **figures)


def _places(days: list[date], today: date) -> dict[str, Iterable[int | None]]:
    """The places that add up to each figure: before, between and after these `days`; None is without a day."""
    late = range(days.index(today) + 1)
    return {
        "forecast": range(1, len(days)),
        "accepted": [ACCEPTED],
        "pipeline": [*range(len(days) + 1), None],
        "overdue": late,
        "undated": [None],
        "past": late[1:],
    }


def _lists(first: date, last: date, today: date) -> dict[str, dict]:
    """The words of the list behind each figure of the month between these days."""
    return {
        "forecast": {"status": "open", "end_from": first, "end_to": last},
        "accepted": {"status": "accepted", "closed_from": first, "closed_to": last},
        "pipeline": {"status": "open"},
        "overdue": {"status": "open", "overdue": "1"},
        "undated": {"status": "open", "end": "none"},
        "past": {"status": "open", "end_from": first, "end_to": today - DAY},
    }


def _figure(sums: dict, places: Iterable[int | None], url: str) -> Figure:
    count = sum(sums[place]["count"] for place in places if place in sums)
    return Figure(count, _total(sums, places, "amount"), url)


def _total(sums: dict, places: Iterable[int | None], name: str) -> Decimal:
    return sum((sums[place][name] for place in places if place in sums), Decimal(0))


def _sums(places: QuerySet, revenue: str) -> QuerySet:
    """How many sales there are per place, what they are worth, and in full."""
    full = Sum("expected_revenue", default=Decimal(0))
    amount = Sum(f"{revenue}_revenue", default=Decimal(0))
    return places.annotate(count=Count("*"), amount=amount, full=full).order_by()


def steps(sales: SaleQuerySet, *, today: date, words: dict) -> list[Step]:
    """Open sales by their next step, the earliest first; one statement finds them, one reads the few of the page."""
    step = RawSQL(STEP, [today, today], output_field=CharField())  # noqa: S611 (a constant)
    order = [F("next_step_on").asc(nulls_last=True), F("expected_end_date").asc(nulls_last=True), "pk"]
    places = (
        sales.open()
        .annotate(
            step=step,
            place=Window(RowNumber(), partition_by="step", order_by=order),
            of=Window(Count("*"), partition_by="step"),
        )
        .filter(place__lte=PER_STEP)
        .order_by("step", "place")
        .values_list("step", "of", "pk")  # all open sales are put in order: they carry no names
    )
    counts, members = dict.fromkeys(STEPS, 0), {key: [] for key in STEPS}
    for key, counts[key], pk in places:
        members[key].append(pk)
    rows = (
        sales.select_related("customer", "phase")
        .only(*SALE_COLUMNS)
        .in_bulk([pk for pks in members.values() for pk in pks])
    )
    lists = {key: sales_list({"status": "open", "next": key}, words) for key in STEPS}
    return [  # without what went to the trash meanwhile
        Step(key, counts[key], [rows[pk] for pk in pks if pk in rows], lists[key]) for key, pks in members.items()
    ]


@dataclass(frozen=True)
class News:
    """What happened in the last seven days, counted by kind, and the latest of it."""

    since: date
    counts: dict[str, Figure]
    latest: list[SaleEvent]


def news(sales: SaleQuerySet, *, today: date) -> News:
    """What the last seven days brought: created, accepted, lost and reopened sales, and those that moved on or back.

    A sale counts as moved by where the week took it, from the phase it began in to the one it was last moved to: a
    move that was undone does not count. The latest news holds every sale once.
    """
    since = today - (WEEK - 1) * DAY
    groups = (
        _events(sales, datetime.combine(since, time.min, organisation_zone()))
        .values("kind", "phase__position", "origin")
        .annotate(
            count=Count("*"), amount=Sum("expected_revenue", default=Decimal(0)),
            latest=Latest(ArrayAgg(RawSQL(EVENT_MOMENT, ()), order_by=("-at", "-pk"))),  # noqa: S611 (a constant)
        )
        .order_by()
    )  # fmt: skip
    counts, latest = {}, []
    for group in groups:
        what = _what(group["kind"], group["phase__position"], group["origin"])
        if what != STAYED:
            before = counts.get(what, Figure(0, Decimal(0)))
            counts[what] = Figure(before.count + group["count"], before.amount + group["amount"])
            latest += [(*event, what) for event in group["latest"]]
    return News(since, counts | _closed(sales, since, today), _latest(latest))


class Latest(Func):
    """The first few of an array: enough, because few sales occur twice in one group."""

    template = f"(%(expressions)s)[1:{2 * NEWS}]"


def _events(sales: SaleQuerySet, began: datetime) -> QuerySet[SaleEvent]:
    """What happened since then; of the moves of a sale only the last, with the place it began in as `origin`.

    The index event_news finds them, however many older events there are.
    """
    later = RawSQL(LATER_MOVE, (), output_field=BooleanField())  # noqa: S611 (a constant)
    origin = RawSQL(ORIGIN, [began], output_field=SmallIntegerField())  # noqa: S611 (a constant)
    return (
        SaleEvent.objects.filter(MILESTONES, at__gte=began, sale__in=sales)
        .exclude(MOVES & later)
        .annotate(origin=origin)
    )


def _latest(events: list[tuple[int, int, int, str]]) -> list[SaleEvent]:
    """The latest of these events (when, which, of which sale, what), of every sale one, each with `what` it was."""
    by_sale = {}
    for _at, pk, sale, what in sorted(events, reverse=True):
        by_sale.setdefault(sale, (pk, what))
    latest = dict(list(by_sale.values())[:NEWS])
    rows = SaleEvent.objects.select_related("sale__customer", "phase", "by").only(*EVENT_COLUMNS).in_bulk(latest)
    for pk, what in latest.items():
        rows[pk].what = what
    return [rows[pk] for pk in latest]


def _what(kind: str, position: int, origin: int | None) -> str:
    """A kind of event; of a move, which way it went."""
    if origin is None:
        return kind
    return STAYED if position == origin else "forward" if position > origin else "back"


def _closed(sales: SaleQuerySet, since: date, today: date) -> dict[str, Figure | None]:
    """What was accepted and lost by closing day, as the lists behind it count."""
    groups = (
        sales.closed()
        .filter(closed_on__range=(since, today))
        .values("status")
        .annotate(count=Count("pk"), amount=Sum("expected_revenue", default=Decimal(0)))
        .order_by()
    )
    days = {"closed_from": since, "closed_to": today}
    counts = dict.fromkeys(("accepted", "lost"))
    return counts | {
        group["status"]: Figure(group["count"], group["amount"], sales_list({"status": group["status"]}, days))
        for group in groups
    }


KINDS = {
    "created": gettext_lazy("New"),
    "forward": gettext_lazy("Moved forward"),
    "back": gettext_lazy("Moved back"),
    "accepted": pgettext_lazy("sales", "Accepted"),
    "lost": pgettext_lazy("sales", "Lost"),
    "reopened": gettext_lazy("Reopened"),
}


def kinds(week: News) -> list[dict]:
    """The groups of changes in a fixed order, those that did not happen too."""
    return [{"key": key, "label": label, "figure": week.counts.get(key)} for key, label in KINDS.items()]
