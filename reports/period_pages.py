"""What the pages and files of KPIs, won and lost, and sources show."""

from datetime import date

from django.http import QueryDict
from django.utils.translation import gettext, gettext_lazy, pgettext

from reports import charts
from reports.kpis import Figures, Kpis
from reports.periods import Question, presets
from reports.sources import Sources
from reports.won_lost import Matrix, WonLost
from sales.models import Source
from sales.models.querysets import SaleQuerySet
from salescrm.exports import downloads
from salescrm.models import User
from salescrm.url_words import link

PRESETS = {
    "last-12-months": gettext_lazy("Last 12 months"),
    "this-quarter": gettext_lazy("This quarter"),
    "this-year": gettext_lazy("This year"),
    "last-year": gettext_lazy("Last year"),
}


def filters(question: Question, sales: SaleQuerySet, query: QueryDict, today: date) -> dict:
    """The filter bar: period, presets, owners of visible sales, sources, and the files."""
    periods = presets(today)
    days = {key: {"from": str(period.first), "to": str(period.last)} for key, period in periods.items()}
    return {
        "question": question,
        "presets": [
            {"label": label, "url": link(query, **days[key]), "current": periods[key] == question.period}
            for key, label in PRESETS.items()
        ],
        "owners": User.objects.in_order().filter(pk__in=sales.order_by().values("owner")),
        "all_sources": Source.objects.all(),
        "files": {kind: link(query, format=kind) for kind in ("csv", "xlsx")},
    }


def kpi_context(report: Kpis) -> dict:
    """The table of months with a bar each: won beside lost, in numbers of sales."""
    pieces = [
        [
            charts.Piece(pgettext("sales", "Accepted"), line.won, "won", str(line.won)),
            charts.Piece(gettext("Lost"), line.lost, "lost", str(line.lost)),
        ]
        for line in report.lines
    ]
    return {"report": report, "lines": list(zip(report.lines, charts.lying(pieces), strict=True))}


def kpi_table(report: Kpis) -> downloads.Table:
    """One row per month or year, the whole period last."""
    heading = [
        gettext("From"), gettext("To"), pgettext("sales", "Accepted"), gettext("Lost"), gettext("Win rate, %"),
        gettext("Accepted revenue"), gettext("Lost, €"), gettext("Win rate in euro, %"),
        gettext("Average accepted value"), gettext("Days to close"),
    ]  # fmt: skip
    return downloads.Table("kpis", heading, [_kpi_row(line) for line in [*report.lines, report.now]])


def _kpi_row(line: Figures) -> list:
    return [
        str(line.period.first), str(line.period.last), line.won, line.lost, _cents(line.win_rate),
        _cents(line.won_value), _cents(line.lost_value), _cents(line.value_rate), _cents(line.average),
        line.days_to_close,
    ]  # fmt: skip


def won_lost_context(report: WonLost) -> dict:
    """Both matrices with a bar per reason, its segments the phases at closing."""
    return {
        "report": report,
        "matrices": [_with_bars(report.lost), _with_bars(report.accepted)],
        "competitors": list(
            zip(
                report.competitors,
                charts.lying([[charts.Piece(row.label, row.total.count)] for row in report.competitors]),
                strict=True,
            )
        ),
    }


def _with_bars(matrix: Matrix) -> dict:
    pieces = [
        [
            charts.Piece(phase.name, cell.count, phase.colour, str(cell.count))
            for phase, cell in zip(matrix.phases, row.cells, strict=True)
        ]
        for row in matrix.rows
    ]
    return {"matrix": matrix, "rows": list(zip(matrix.rows, charts.lying(pieces), strict=True))}


def won_lost_table(report: WonLost) -> downloads.Table:
    """One row per outcome, reason and phase, then one per competitor."""
    heading = [gettext("Outcome"), gettext("Reason"), gettext("Phase at closing"), gettext("Sales"), gettext("Euro")]
    names = {"lost": gettext("Lost"), "accepted": gettext("Accepted")}
    rows = [
        [names[matrix.status], row.label, phase.name, cell.count, _cents(cell.amount)]
        for matrix in (report.lost, report.accepted)
        for row in matrix.rows
        for phase, cell in zip(matrix.phases, row.cells, strict=True)
        if cell.count
    ]
    lost_to = [
        [gettext("Lost to"), row.label, None, row.total.count, _cents(row.total.amount)] for row in report.competitors
    ]
    return downloads.Table("won-and-lost", heading, rows + lost_to)


def sources_context(report: Sources) -> dict:
    """The table of sources with a bar of accepted revenue each."""
    bars = charts.lying([[charts.Piece(line.label, line.revenue)] for line in report.lines])
    return {"report": report, "lines": list(zip(report.lines, bars, strict=True))}


def sources_table(report: Sources) -> downloads.Table:
    """One row per source, the total last."""
    heading = [
        gettext("Source"), gettext("All sales"), gettext("Open now"), pgettext("sales", "Accepted"), gettext("Lost"),
        gettext("Win rate, %"), gettext("Accepted revenue"),
    ]  # fmt: skip
    rows = [
        [line.label, line.all, line.open, line.won, line.lost, _cents(line.win_rate), _cents(line.revenue)]
        for line in [*report.lines, report.total]
    ]
    return downloads.Table("sources", heading, rows)


def _cents(value) -> object:
    return None if value is None else downloads.amount(value)
