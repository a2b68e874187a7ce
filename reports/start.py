"""The start page: a salesperson's own work, and for whoever sees all sales what is coming and what changed."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
    Window,
)  # fmt: skip
from django.db.models.functions import Coalesce, RowNumber
from django.utils.translation import gettext_lazy, pgettext_lazy

from reports.drill import sales_list
from sales.models import MILESTONES, Sale, SaleEvent
from sales.querysets import SaleQuerySet
from salescrm.calendar import add_months, month_start, organisation_zone

STEPS = ("late", "today", "planned", "none")
SHOWN = 8  # sales per group of next steps
NEWS = 10
DAY = timedelta(days=1)
ROW = (
    "subject", "version", "next_step", "next_step_on", "expected_revenue", "expected_end_date", "customer__name",
    "phase__name", "phase__colour",
)  # fmt: skip
TOLD = (
    "kind", "at", "expected_revenue", "sale__subject", "sale__customer__name", "phase__name", "phase__colour",
    "phase__position", "by__name", "by__email",
)  # fmt: skip
WEEK = 7
STAYED = "stayed"
MOVES = Q(kind__in=[SaleEvent.Kind.MOVED, SaleEvent.Kind.UNDONE])


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


def month(sales: SaleQuerySet, *, today: date, words: dict) -> Month:
    """The figures of this month in two statements; `words` narrow the lists behind them as `sales` is narrowed.

    What is open comes from the index sale_forecast, what was accepted from sale_closed: asked as one question, the
    database would read every open sale itself.
    """
    first, last = month_start(today), add_months(month_start(today), 1) - DAY
    conditions = {
        "forecast": Q(expected_end_date__range=(first, last)),
        "pipeline": Q(),
        "overdue": Q(expected_end_date__lt=today),
        "undated": Q(expected_end_date=None),
        "past": Q(expected_end_date__range=(first, today - DAY)),
    }
    lists = {
        "forecast": {"status": "open", "end_from": first, "end_to": last},
        "accepted": {"status": "accepted", "closed_from": first, "closed_to": last},
        "pipeline": {"status": "open"},
        "overdue": {"status": "open", "overdue": "1"},
        "undated": {"status": "open", "end": "none"},
        "past": {"status": "open", "end_from": first, "end_to": today - DAY},
    }
    measures = {"full": Sum("expected_revenue", default=Decimal(0))}
    for name, condition in conditions.items():
        measures[f"{name}_amount"] = Sum("weighted_revenue", filter=condition, default=Decimal(0))
        measures[f"{name}_count"] = Count("phase", filter=condition)  # never empty, and in the index
    totals = sales.open().aggregate(**measures) | sales.accepted().filter(closed_on__range=(first, last)).aggregate(
        accepted_amount=Sum("expected_revenue", default=Decimal(0)), accepted_count=Count("*")
    )
    figures = {
        name: Figure(totals[f"{name}_count"], totals[f"{name}_amount"], sales_list(lists[name], words))
        for name in lists
    }
    return Month(full=totals["full"], **figures)


def steps(sales: SaleQuerySet, *, today: date, words: dict) -> list[Step]:
    """Open sales by their next step, the earliest first; one statement."""
    planned = ~Q(next_step="") | Q(next_step_on__isnull=False)
    group = Case(
        When(next_step_on__lt=today, then=Value("late")),
        When(next_step_on=today, then=Value("today")),
        When(planned, then=Value("planned")),
        default=Value("none"),
        output_field=CharField(),
    )
    order = [F("next_step_on").asc(nulls_last=True), F("expected_end_date").asc(nulls_last=True), "pk"]
    found = (
        sales.open()
        .annotate(step=group)
        .annotate(
            place=Window(RowNumber(), partition_by="step", order_by=order),
            of=Window(Count("pk"), partition_by="step"),
        )
        .filter(place__lte=SHOWN)
        .select_related("customer", "phase")
        .only(*ROW)  # the database numbers all open sales with what is read of them: no notes
        .order_by("step", "place")
    )
    groups = {key: [] for key in STEPS}
    for sale in found:
        groups[sale.step].append(sale)
    return [
        Step(key, members[0].of if members else 0, members, sales_list({"status": "open", "next": key}, words))
        for key, members in groups.items()
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
    move that was undone is nothing. The latest news tells of every sale once.
    """
    since = today - (WEEK - 1) * DAY
    events = _events(sales, datetime.combine(since, time.min, organisation_zone()))
    groups = (
        events.values("kind", "phase__position", "origin")
        .annotate(count=Count("pk"), amount=Sum("expected_revenue", default=Decimal(0)))
        .order_by()
    )
    counts = {}
    for group in groups:
        what = _what(group["kind"], group["phase__position"], group["origin"])
        before = counts.get(what, Figure(0, Decimal(0)))
        counts[what] = Figure(before.count + group["count"], before.amount + group["amount"])
    counts.pop(STAYED, None)
    counts |= _closed(sales, since, today)
    return News(since, counts, _latest(events))


def _events(sales: SaleQuerySet, began: datetime) -> QuerySet[SaleEvent]:
    """What happened since then; of the moves of a sale only the last, with the place it began in as `origin`.

    The index event_news finds them, however many older events there are.
    """
    of_sale = SaleEvent.objects.filter(sale=OuterRef("sale"))
    later = of_sale.filter(MOVES, sequence__gt=OuterRef("sequence"))
    stood = [of_sale.filter(at__lt=began).order_by("-sequence"), of_sale.order_by("sequence")]
    origin = Coalesce(*[Subquery(events.values("phase__position")[:1]) for events in stood])
    return (
        SaleEvent.objects.filter(MILESTONES, at__gte=began, sale__in=sales)
        .exclude(MOVES & Exists(later))
        .annotate(origin=Case(When(MOVES, then=origin)))
    )


def _latest(events: QuerySet[SaleEvent]) -> list[SaleEvent]:
    """The latest of them, of every sale one, each with `what` it was."""
    moved = events.exclude(MOVES & Q(phase__position=F("origin")))
    by_sale = {}
    rows = moved.select_related("sale__customer", "phase", "by").only(*TOLD).order_by("-at", "-pk")
    for event in rows[: NEWS * len(KINDS)]:
        event.what = _what(event.kind, event.phase.position, event.origin)
        by_sale.setdefault(event.sale_id, event)
    return list(by_sale.values())[:NEWS]


def _what(kind: str, position: int, origin: int | None) -> str:
    """A kind of event; of a move, which way it went."""
    if origin is None:
        return kind
    return STAYED if position == origin else "forward" if position > origin else "back"


def _closed(sales: SaleQuerySet, since: date, today: date) -> dict[str, Figure | None]:
    """What was accepted and lost by closing day, as the lists behind it count."""
    found = (
        sales.closed()
        .filter(closed_on__range=(since, today))
        .values("status")
        .annotate(count=Count("pk"), amount=Sum("expected_revenue", default=Decimal(0)))
        .order_by()
    )
    days = {"closed_from": since, "closed_to": today}
    counts = dict.fromkeys(("accepted", "lost"))
    return counts | {
        line["status"]: Figure(line["count"], line["amount"], sales_list({"status": line["status"]}, days))
        for line in found
    }


KINDS = {
    "created": gettext_lazy("New"),
    "forward": gettext_lazy("Moved forward"),
    "back": gettext_lazy("Moved back"),
    "accepted": pgettext_lazy("sales", "Accepted"),
    "lost": pgettext_lazy("sales", "Lost"),
    "reopened": gettext_lazy("Reopened"),
}


def kinds(found: News) -> list[dict]:
    """The groups of changes in a fixed order, those that did not happen too."""
    return [{"key": key, "label": label, "figure": found.counts.get(key)} for key, label in KINDS.items()]
