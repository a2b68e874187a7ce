"""How well we sell: win rate, average value, days to close, and what is in the pipeline now."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import (
    Aggregate,
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    FilteredRelation,
    Q,
    Sum,
)  # fmt: skip
from django.db.models.functions import Coalesce, Greatest, TruncDate

from reports.drill import sales_list
from reports.months import Bucket
from reports.periods import DAY, Period, Question
from sales.models.querysets import SaleQuerySet
from salescrm.calendar import add_months, month_start, organisation_zone

WON, LOST = Q(status="accepted"), Q(status="lost")
LONGEST = 36  # months; longer periods are shown per year


class Median(Aggregate):
    """The middle value."""

    function = "percentile_cont"
    name = "Median"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)%(filter)s"


@dataclass(frozen=True)
class Figures:
    """What was closed in a period. `unknown` counts sales without a known revenue: they add nothing to a value."""

    period: Period
    won: int
    lost: int
    won_value: Decimal
    lost_value: Decimal
    won_unknown: int
    lost_unknown: int
    days: timedelta | None
    won_url: str
    lost_url: str
    closed_url: str

    @property
    def closed(self) -> int:
        """Won and lost together."""
        return self.won + self.lost

    @property
    def win_rate(self) -> Decimal | None:
        """Won as a percentage of everything closed, in numbers of sales."""
        return share(self.won, self.won + self.lost)

    @property
    def value_rate(self) -> Decimal | None:
        """Won as a percentage of everything closed, in euro."""
        return share(self.won_value, self.won_value + self.lost_value)

    @property
    def average(self) -> Decimal | None:
        """The average value of a won sale with a known revenue."""
        known = self.won - self.won_unknown
        return self.won_value / known if known else None

    @property
    def days_to_close(self) -> int | None:
        """The median number of days from start to acceptance, rounded half up."""
        return None if self.days is None else int(Decimal(self.days / DAY).quantize(Decimal(1), ROUND_HALF_UP))


@dataclass(frozen=True)
class Kpis:
    now: Figures
    before: Figures
    pipeline: dict
    lines: list[Figures]
    per_year: bool


def share(part: int | Decimal, whole: int | Decimal) -> Decimal | None:
    """A percentage; None when there is nothing to divide by."""
    return Decimal(part) * 100 / Decimal(whole) if whole else None


def kpis(sales: SaleQuerySet, question: Question) -> Kpis:
    """The figures of the period, of the one before it, of its months (or years), and the pipeline of this moment."""
    period = question.period
    per_year = period.last >= add_months(month_start(period.first), LONGEST)
    pieces = _pieces(period, 12 if per_year else 1)
    open_now = question.of(sales).open().totals()
    return Kpis(
        now=figures(sales, question, period),
        before=figures(sales, question, period.previous),
        pipeline=open_now | {"url": sales_list({"status": "open"}, question.words)},
        lines=_lines(sales, question, pieces),
        per_year=per_year,
    )


def _pieces(period: Period, months: int) -> list[Period]:
    """The months or calendar years of a period, the outer ones cut to it."""
    first = month_start(period.first).replace(month=1) if months == 12 else month_start(period.first)
    starts = [first]
    while starts[-1] <= period.last:
        starts.append(add_months(starts[-1], months))
    return [
        Period(max(start, period.first), min(following - DAY, period.last))
        for start, following in zip(starts, starts[1:], strict=False)
    ]


def _closed(sales: SaleQuerySet, question: Question, period: Period) -> SaleQuerySet:
    return Question(period, question.owner, question.source).closed(sales)


def _measures() -> dict:
    return {
        "won": Count("pk", filter=WON),
        "lost": Count("pk", filter=LOST),
        "won_value": Sum("expected_revenue", filter=WON, default=Decimal(0)),
        "lost_value": Sum("expected_revenue", filter=LOST, default=Decimal(0)),
        "won_unknown": Count("pk", filter=WON & Q(expected_revenue=None)),
        "lost_unknown": Count("pk", filter=LOST & Q(expected_revenue=None)),
        "days": Median("took", filter=WON, output_field=DurationField()),
    }


def timed(sales: SaleQuerySet) -> SaleQuerySet:
    """With `took`: from the start date, else the day of the first event, to the closing day; never less than nothing.

    What was closed before it started, as old data says, took no time.
    """
    created = TruncDate("beginning__at", tzinfo=organisation_zone())
    took = ExpressionWrapper(F("closed_on") - Coalesce("start_date", created), output_field=DurationField())
    first = FilteredRelation("events", condition=Q(events__sequence=1))
    return sales.annotate(beginning=first).annotate(took=Greatest(took, timedelta(0)))


def figures(sales: SaleQuerySet, question: Question, period: Period) -> Figures:
    """What was closed in this period by the owners and from the sources of the question."""
    measures = timed(_closed(sales, question, period)).aggregate(**_measures())
    return _figures(period, question, measures)


def _lines(sales: SaleQuerySet, question: Question, pieces: list[Period]) -> list[Figures]:
    starts = [piece.first for piece in pieces]
    groups = timed(question.closed(sales)).values(bucket=Bucket("closed_on", starts)).annotate(**_measures()).order_by()
    by_bucket = {group.pop("bucket"): group for group in groups}
    nothing = dict.fromkeys(_measures(), 0) | {"won_value": Decimal(0), "lost_value": Decimal(0), "days": None}
    return [_figures(piece, question, by_bucket.get(number, nothing)) for number, piece in enumerate(pieces, start=1)]


def _figures(period: Period, question: Question, measures: dict) -> Figures:
    words = question.words | period.closed
    return Figures(
        period=period,
        **measures,
        won_url=sales_list({"status": "accepted"}, words),
        lost_url=sales_list({"status": "lost"}, words),
        closed_url=sales_list({"status": ["accepted", "lost"]}, words),
    )
