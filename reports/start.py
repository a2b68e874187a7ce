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
from sales.models import Sale, SaleEvent
from sales.querysets import SaleQuerySet
from salescrm.calendar import add_months, month_start, organisation_zone

STEPS = ("late", "today", "planned", "none")
SHOWN = 8  # sales per group of next steps
NEWS = 10
DAY = timedelta(days=1)
WEEK = 7
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


@dataclass(frozen=True)
class Step:
    """Open sales whose next step is late, today, planned or missing: the first few of them."""

    key: str
    count: int
    sales: list[Sale]
    url: str


def month(sales: SaleQuerySet, *, today: date, words: dict) -> Month:
    """The figures of this month in one statement; `words` narrow the lists behind them as `sales` is narrowed."""
    first, last = month_start(today), add_months(month_start(today), 1) - DAY
    is_open = Q(status="open")
    conditions = {
        "forecast": is_open & Q(expected_end_date__range=(first, last)),
        "accepted": Q(status="accepted", closed_on__range=(first, last)),
        "pipeline": is_open,
        "overdue": is_open & Q(expected_end_date__lt=today),
        "undated": is_open & Q(expected_end_date=None),
    }
    lists = {
        "forecast": {"status": "open", "end_from": first, "end_to": last},
        "accepted": {"status": "accepted", "closed_from": first, "closed_to": last},
        "pipeline": {"status": "open"},
        "overdue": {"status": "open", "overdue": "1"},
        "undated": {"status": "open", "end": "none"},
    }
    measures = {"full": Sum("expected_revenue", filter=is_open, default=Decimal(0))}
    for name, condition in conditions.items():
        column = "expected_revenue" if name == "accepted" else "weighted_revenue"
        measures[f"{name}_amount"] = Sum(column, filter=condition, default=Decimal(0))
        measures[f"{name}_count"] = Count("pk", filter=condition)
    relevant = sales.filter(is_open | conditions["accepted"])
    found = relevant.aggregate(**measures)
    figures = {
        name: Figure(found[f"{name}_count"], found[f"{name}_amount"], sales_list(lists[name], words)) for name in lists
    }
    return Month(full=found["full"], **figures)


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
    counts = {
        line["what"]: Figure(line["count"], line["amount"])
        for line in events.values("what")
        .annotate(count=Count("pk"), amount=Sum("expected_revenue", default=Decimal(0)))
        .order_by()
    }
    counts |= _closed(sales, since, today)
    latest = events.select_related("sale__customer", "phase", "by").order_by("-at", "-pk")[: NEWS * len(KINDS)]
    told = {}
    for event in latest:
        told.setdefault(event.sale_id, event)
    return News(since, counts, list(told.values())[:NEWS])


def _events(sales: SaleQuerySet, began: datetime) -> QuerySet[SaleEvent]:
    """What happened since then, with `what` it was; of the moves of a sale only the last, if the sale did move."""
    of_sale = SaleEvent.objects.filter(sale=OuterRef("sale"))
    later = of_sale.filter(MOVES, sequence__gt=OuterRef("sequence"))
    stood = [of_sale.filter(at__lt=began).order_by("-sequence"), of_sale.order_by("sequence")]
    return (
        SaleEvent.objects.filter(at__gte=began, sale__in=sales)
        .exclude(MOVES & Exists(later))
        .annotate(came_from=Coalesce(*[Subquery(found.values("phase__position")[:1]) for found in stood]))
        .annotate(
            what=Case(
                When(MOVES, phase__position__gt=F("came_from"), then=Value("forward")),
                When(MOVES, phase__position__lt=F("came_from"), then=Value("back")),
                When(MOVES, then=Value("stayed")),
                default=F("kind"),
                output_field=CharField(),
            )
        )
        .exclude(what__in=["changed", "corrected", "trashed", "restored", "stayed"])
    )


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
