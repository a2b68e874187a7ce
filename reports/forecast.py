"""What comes in when: open sales by the month of their expected end date (rules 15 to 19)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, F, Sum, When
from django.http import QueryDict
from django.utils.translation import gettext, pgettext

from relations.models import Relation
from reports.drill import sales_list
from reports.months import Bucket, month_starts
from sales.models import Phase, Source
from sales.models.querysets import SaleQuerySet
from salescrm import url_words
from salescrm.calendar import month_start
from salescrm.models import User

BASES = {"weighted": "weighted_revenue", "full": "expected_revenue"}
ROWS = {"phase": Phase, "owner": User, "source": Source, "customer": Relation}
LARGEST = 50
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Scope:
    """What the address asks for."""

    first: date
    months: int = 12
    basis: str = "weighted"
    rows: str = "phase"

    @classmethod
    def parse(cls, query: QueryDict, today: date) -> "Scope":
        """Read from, months, basis and rows; raises BadRequest on anything unknown or malformed."""
        words = url_words.read(query, once=["from", "months", "basis", "rows", "format"])
        return cls(
            first=url_words.month(words["from"]) if "from" in words else month_start(today),
            months=url_words.number(words.get("months", "12"), 1, 36),
            basis=url_words.choice(words.get("basis", "weighted"), BASES),
            rows=url_words.choice(words.get("rows", "phase"), ROWS),
        )


@dataclass(frozen=True)
class ForecastCell:
    """An exact amount, the number of sales behind it, and the list of exactly those."""

    amount: Decimal = Decimal(0)
    count: int = 0
    url: str = ""


@dataclass(frozen=True)
class Column:
    """`key` is "overdue", a month like 2026-03, "later" or "none"; `past` what is flagged in a month (rule 16)."""

    key: str
    words: dict
    month: date | None = None
    past: ForecastCell | None = None
    earlier: bool = False


@dataclass(frozen=True)
class ForecastRow:
    """`key` is an id, "none" or "other"; `colour` and `probability` only belong to a phase."""

    key: str
    label: str
    cells: list[ForecastCell]
    total: ForecastCell
    colour: str = ""
    probability: int | None = None


@dataclass(frozen=True)
class Forecast:
    scope: Scope
    columns: list[Column]
    rows: list[ForecastRow]
    totals: list[ForecastCell]
    total: ForecastCell
    accepted: list[ForecastCell | None]
    unknown: ForecastCell
    late: ForecastCell  # what a past day is expected of, whichever column it stands in


@dataclass
class Sums:
    """What one statement counted: per row and place, per place of past days, and how much is unknown."""

    cells: dict = field(default_factory=lambda: defaultdict(lambda: [Decimal(0), 0]))
    past: dict = field(default_factory=lambda: defaultdict(lambda: [Decimal(0), 0]))
    unknown: int = 0

    def add(self, into: dict, key: tuple | str, amount: Decimal, count: int) -> None:
        """Count `amount` and `count` under this key."""
        into[key][0] += amount
        into[key][1] += count


def forecast(sales: SaleQuerySet, *, scope: Scope, today: date, largest: int | None = LARGEST) -> Forecast:
    """The forecast of exactly these sales; `largest` limits the customers that get a row of their own (rule 19)."""
    top = _largest(sales, scope, largest)
    sums = _sums(sales, scope, today, top)
    columns = _columns(scope, today, sums)
    places = [column.key for column in columns]
    return Forecast(
        scope=scope,
        columns=columns,
        rows=_rows(scope, columns, sums, top),
        totals=[_cell(sums, [key for key in sums.cells if key[1] == c.key], c.words) for c in columns],
        total=_cell(sums, list(sums.cells), {}),
        accepted=_accepted(sales, scope, places),
        unknown=ForecastCell(count=sums.unknown, url=sales_list({"status": "open", "revenue": "none"})),
        late=_late(scope, today, sums),
    )


def _largest(sales: SaleQuerySet, scope: Scope, largest: int | None) -> list[int] | None:
    """The customers with the largest amounts, or None when every row is shown."""
    if scope.rows != "customer" or largest is None:
        return None
    amount = Sum(BASES[scope.basis], default=Decimal(0))
    amounts = sales.open().values("customer_id").annotate(amount=amount).order_by("-amount", "customer_id")
    top = [row["customer_id"] for row in amounts[: largest + 1]]
    return top[:largest] if len(top) > largest else None


def _sums(sales: SaleQuerySet, scope: Scope, today: date, top: list[int] | None) -> Sums:
    """The one statement of the forecast: answered from the index sale_forecast alone."""
    months = month_starts(scope.first, scope.months)
    boundaries = sorted({*months, today}) if months[0] < today < months[-1] else months
    column = F(f"{scope.rows}_id") if top is None else Case(When(customer_id__in=top, then=F("customer_id")))
    groups = (
        sales.open()
        .values(row=column, bucket=Bucket("expected_end_date", boundaries))
        .annotate(amount=Sum(BASES[scope.basis], default=Decimal(0)), count=Count("*"), known=Count("expected_revenue"))
        .order_by()
    )
    sums = Sums()
    for group in groups:
        place, past = _place(group["bucket"], boundaries, today)
        sums.add(sums.cells, (group["row"], place), group["amount"], group["count"])
        sums.unknown += group["count"] - group["known"]
        if past:
            sums.add(sums.past, place, group["amount"], group["count"])
    return sums


def _place(bucket: int | None, boundaries: list[date], today: date) -> tuple[str, bool]:
    """The column of a bucket, and whether its days are past days inside a shown month."""
    if bucket is None:
        return "none", False
    if bucket == 0:
        return "overdue", False
    if bucket == len(boundaries):
        return "later", False
    return f"{boundaries[bucket - 1]:%Y-%m}", boundaries[bucket - 1] < today


def _columns(scope: Scope, today: date, sums: Sums) -> list[Column]:
    months = month_starts(scope.first, scope.months)
    earlier = scope.first > month_start(today)
    columns = [Column("overdue", {"end_to": months[0] - DAY}, earlier=earlier)]
    for start, following in zip(months, months[1:], strict=False):
        key = f"{start:%Y-%m}"
        past_days = {"end_from": start, "end_to": min(following, today) - DAY}
        past = _cell(sums, [key], past_days, of=sums.past) if key in sums.past else None
        columns.append(Column(key, {"end_from": start, "end_to": following - DAY}, start, past))
    if any(place == "later" for _row, place in sums.cells):
        columns.append(Column("later", {"end_from": months[-1]}))
    return [*columns, Column("none", {"end": "none"})]


def _rows(scope: Scope, columns: list[Column], sums: Sums, top: list[int] | None) -> list[ForecastRow]:
    """Phases and sources in the order of their list, owners and customers by amount; the rest last."""
    keys = {row for row, _place in sums.cells}
    rows = [
        ForecastRow(
            key=str(record.pk),
            label=getattr(record, "label", str(record)),
            colour=getattr(record, "colour", ""),
            probability=getattr(record, "probability", None),
            **_line(columns, sums, record.pk, {scope.rows: record.pk}),
        )
        for record in _records(scope, keys)
    ]
    if scope.rows in ("owner", "customer"):
        rows.sort(key=lambda row: (-row.total.amount, row.label))
    if None in keys:
        key, label = ("none", gettext("No source")) if top is None else ("other", pgettext("customers", "Other"))
        words = {scope.rows: "none"} if top is None else {"customer_not": top}
        rows.append(ForecastRow(key=key, label=label, **_line(columns, sums, None, words)))
    return rows


def _records(scope: Scope, keys: set) -> Iterable:
    model: Any = ROWS[scope.rows]
    if model is Phase:
        return [phase for phase in Phase.objects.all() if phase.is_active or phase.pk in keys]
    rows = model.objects.filter(pk__in=keys - {None})
    return rows.only("name") if model in (Source, Relation) else rows.only("name", "email", "is_active")


def _line(columns: list[Column], sums: Sums, row: int | None, words: dict) -> dict:
    cells = [_cell(sums, [(row, column.key)], words | column.words) for column in columns]
    return {"cells": cells, "total": _cell(sums, [(row, column.key) for column in columns], words)}


def _cell(sums: Sums, keys: list, words: dict, of: dict | None = None) -> ForecastCell:
    parts = [(of or sums.cells)[key] for key in keys if key in (of or sums.cells)]
    amount = sum((amount for amount, _count in parts), Decimal(0))
    return ForecastCell(amount, sum(count for _amount, count in parts), sales_list({"status": "open"}, words))


def _late(scope: Scope, today: date, sums: Sums) -> ForecastCell:
    """All open sales whose day has passed: those before the range, and those flagged in its months (rule 16).

    Nothing when this month is not in the range: what lies before or after it then need not be late, or may be.
    """
    if not scope.first <= today <= month_starts(scope.first, scope.months)[-1]:
        return ForecastCell()
    before = [sums.cells[key] for key in sums.cells if key[1] == "overdue"]
    parts = [*before, *sums.past.values()]
    amount = sum((amount for amount, _count in parts), Decimal(0))
    return ForecastCell(amount, sum(count for _amount, count in parts), sales_list({"status": "open", "overdue": "1"}))


def _accepted(sales: SaleQuerySet, scope: Scope, places: list[str]) -> list[ForecastCell | None]:
    """Accepted sales by the month of their closing day, full amount on either basis (rule 18); None elsewhere."""
    months = month_starts(scope.first, scope.months)
    groups = (
        sales.accepted()
        .filter(closed_on__gte=months[0], closed_on__lt=months[-1])
        .values(bucket=Bucket("closed_on", months))
        .annotate(amount=Sum("expected_revenue", default=Decimal(0)), count=Count("*"))
        .order_by()
    )
    sums = {group["bucket"]: (group["amount"], group["count"]) for group in groups}
    cells = {}
    for bucket, start in enumerate(months[:-1], start=1):
        days = {"closed_from": start, "closed_to": months[bucket] - DAY}
        cells[f"{start:%Y-%m}"] = ForecastCell(
            *sums.get(bucket, (Decimal(0), 0)), sales_list({"status": "accepted"}, days)
        )
    return [cells.get(place) for place in places]
