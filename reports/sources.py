"""What each source brings: how many sales, how many of them won, and their revenue."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q, Sum
from django.utils.translation import gettext

from reports.drill import sales_list
from reports.kpis import share
from reports.periods import Question
from sales.models import Source
from sales.models.querysets import SaleQuerySet

ENOUGH = 5  # closed sales; fewer are too few to judge a source by


@dataclass(frozen=True)
class Line:
    """One source. `all` counts every sale ever, `open` the open ones now; the rest was closed in the period."""

    key: str
    label: str
    all: int
    open: int
    won: int
    lost: int
    revenue: Decimal
    words: dict
    closed_words: dict

    @property
    def win_rate(self) -> Decimal | None:
        """Won as a percentage of everything closed."""
        return share(self.won, self.won + self.lost)

    @property
    def too_few(self) -> bool:
        """Whether too little was closed to judge by."""
        return self.won + self.lost < ENOUGH

    @property
    def urls(self) -> dict:
        """The lists behind the figures."""
        closed = self.words | self.closed_words
        return {
            "all": sales_list(self.words),
            "open": sales_list({"status": "open"}, self.words),
            "won": sales_list({"status": "accepted"}, closed),
            "lost": sales_list({"status": "lost"}, closed),
            "closed": sales_list({"status": ["accepted", "lost"]}, closed),
        }


@dataclass(frozen=True)
class Sources:
    lines: list[Line]
    total: Line


def sources(sales: SaleQuerySet, question: Question) -> Sources:
    """Every source in use, best win rate first; sources with too few closed sales come after all others."""
    won, lost = (
        Q(status=status, closed_on__range=(question.period.first, question.period.last))
        for status in ("accepted", "lost")
    )
    groups = list(
        question.of(sales)
        .values("source_id")
        .annotate(
            all=Count("pk"), open=Count("pk", filter=Q(status="open")), won=Count("pk", filter=won),
            lost=Count("pk", filter=lost), revenue=Sum("expected_revenue", filter=won, default=Decimal(0)),
        )
        .order_by()
    )  # fmt: skip
    names = dict(Source.objects.values_list("pk", "name"))
    lines = [_line(line, names, question) for line in groups]
    lines.sort(key=lambda line: (line.too_few, -(line.win_rate or 0), -line.revenue, line.label))
    sums = {word: sum(line[word] for line in groups) for word in ("all", "open", "won", "lost", "revenue")}
    total = Line("total", gettext("Total"), **sums, words=question.words, closed_words=question.period.closed)
    return Sources(lines, total)


def _line(group: dict, names: dict, question: Question) -> Line:
    pk = group.pop("source_id")
    key = "none" if pk is None else str(pk)
    label = gettext("No source") if pk is None else names[pk]
    return Line(key, label, **group, words=question.words | {"source": key}, closed_words=question.period.closed)
