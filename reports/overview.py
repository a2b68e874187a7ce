"""The page that lists the reports, each with a figure of this moment."""

from dataclasses import dataclass
from datetime import date

from reports import kpis
from reports.periods import Period, Question, presets
from reports.sources import Line, sources
from reports.won_lost import ReasonRow, won_lost
from sales.models.querysets import SaleQuerySet


@dataclass(frozen=True)
class Overview:
    pipeline: dict
    closed: kpis.Figures
    loss_reason: ReasonRow | None
    source: Line | None
    period: Period


def overview(sales: SaleQuerySet, *, today: date) -> Overview:
    """The weighted pipeline, and over the last twelve months the win rate, the main reason lost and the best source."""
    question = Question(presets(today)["last-12-months"])
    reasons = [row for row in won_lost(sales, question).lost.rows if row.key != "none"]
    ranked = [line for line in sources(sales, question).lines if not line.too_few and line.key != "none"]
    return Overview(
        pipeline=sales.open().totals(),
        closed=kpis.figures(sales, question, question.period),
        loss_reason=reasons[0] if reasons else None,
        source=ranked[0] if ranked else None,
        period=question.period,
    )
