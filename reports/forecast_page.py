"""What the page and the files of the forecast show: chart, choices of the toolbar, export."""

from datetime import date

from django.http import QueryDict
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy

from reports import charts
from reports.forecast import Column, Forecast, Scope
from reports.templatetags.reports import full_month
from salescrm.calendar import EARLIEST, LATEST, add_months, month_start
from salescrm.exports import downloads
from salescrm.templatetags.crm import percent
from salescrm.url_words import link

BASES = {"weighted": pgettext_lazy("basis", "Weighted"), "full": gettext_lazy("Full amount")}
ROWS = {
    "phase": pgettext_lazy("rows", "Phase"),
    "owner": pgettext_lazy("rows", "Owner"),
    "source": pgettext_lazy("rows", "Source"),
    "customer": pgettext_lazy("rows", "Customer"),
}
SPANS = (3, 6, 12, 18, 24, 36)
FEW, MANY = 5, 9  # digits for which the stylesheet knows how wide the columns are that stay in sight


def context(report: Forecast, query: QueryDict) -> dict:
    """Everything the template of the forecast needs."""
    scope, columns = report.scope, report.columns
    bars = charts.standing([_pieces(report, number) for number in range(len(columns))])
    return {
        "report": report,
        "chart": list(zip(columns, report.totals, bars, [title(column) for column in columns], strict=True)),
        "rows": [(row, list(zip(columns, row.cells, strict=True))) for row in report.rows],
        "totals": list(zip(columns, report.totals, strict=True)),
        "accepted": list(zip(columns, report.accepted, strict=True)),
        "bases": _choices(query, "basis", BASES, scope.basis),
        "groups": _choices(query, "rows", ROWS, scope.rows),
        "group": ROWS[scope.rows],
        "spans": sorted({*SPANS, scope.months}),
        "before": link(query, **{"from": f"{_shifted(scope, -1):%Y-%m}"}),
        "after": link(query, **{"from": f"{_shifted(scope, 1):%Y-%m}"}),
        "files": {kind: link(query, format=kind) for kind in ("csv", "xlsx")},
        "past": [column for column in columns if column.past],
        "later": any(column.key == "later" for column in columns),
        "digits": min(max(len(f"{abs(report.total.amount):.0f}"), FEW), MANY),
    }


def table(report: Forecast) -> downloads.Table:
    """The forecast as it is exported: weighted amounts with four decimals, all rows, totals and accepted."""
    exact = report.scope.basis == "weighted"
    heading = [str(ROWS[report.scope.rows]), *(_heading(column) for column in report.columns), gettext("Total")]
    rows = [[row.label, *_amounts(row.cells, exact), *_amounts([row.total], exact)] for row in report.rows]
    rows.append([gettext("Total"), *_amounts(report.totals, exact), *_amounts([report.total], exact)])
    accepted = [cell and downloads.amount(cell.amount) for cell in report.accepted]
    rows.append([gettext("Accepted, by closing day"), *accepted, None])
    name = f"forecast-{report.scope.first:%Y-%m}-{report.scope.basis}-{report.scope.rows}"
    return downloads.Table(name, heading, rows)


def title(column: Column) -> str:
    """The name of a column in words."""
    if column.month:
        return full_month(column.month)
    if column.key == "overdue":
        return gettext("Earlier") if column.earlier else gettext("Overdue")
    return gettext("Later") if column.key == "later" else gettext("No date")


def _heading(column: Column) -> str:
    return column.key if column.month else title(column)


def _amounts(cells, exact: bool) -> list:
    return [downloads.amount(cell.amount, exact=exact) for cell in cells]


def _pieces(report: Forecast, number: int) -> list[charts.Piece]:
    """The segments above one column: its phases in their order, or the column as a whole."""
    if report.scope.rows != "phase":
        return [charts.Piece("", report.totals[number].amount)]
    return [
        charts.Piece(row.label, row.cells[number].amount, row.colour, percent(row.probability)) for row in report.rows
    ]


def _choices(query: QueryDict, word: str, labels: dict, current: str) -> list[dict]:
    return [
        {"label": label, "url": link(query, **{word: value}), "current": value == current}
        for value, label in labels.items()
    ]


def _shifted(scope: Scope, direction: int) -> date:
    month = add_months(scope.first, direction * (1 if scope.months < 6 else 3))
    return min(max(month, EARLIEST), month_start(LATEST))
