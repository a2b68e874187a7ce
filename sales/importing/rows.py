"""One row of the file to one record of ours: pure, asks the database nothing."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.core.exceptions import ValidationError

from relations.models import Relation
from sales.importing.mapping import Mapping, Stage
from sales.importing.reading import Row
from sales.models import Sale, SaleStatus
from salescrm.models import User
from salescrm.money import parse_money, round_money

DAYS = ("start_date", "closed_on", "expected_end_date", "next_step_on")
TEXTS = ("note", "next_step")
LARGEST = Decimal(10) ** 12


@dataclass(frozen=True)
class Record:
    """What a row says, in our words; owner, customer, source and reason are still names."""

    line: int
    reference: str
    stage: Stage
    owner: str
    customer: str
    source: str
    reason: str
    values: dict  # the fields of Sale that need no looking up; only those the mapping has a column for
    closed_on: date | None


class Rejected(Exception):
    """This row is not taken over; the message says why."""


class RowReader:
    """Turns rows into records by one mapping."""

    def __init__(self, mapping: Mapping, stages: dict[str, Stage], *, today: date, customer: str = "", owner: str = ""):
        self.mapping = mapping
        self.stages = stages
        self.today = today
        self.customer_for_missing = customer
        self.owner_for_missing = owner

    def read(self, row: Row) -> Record:
        """The record of this row. Rejects it with every reason there is."""
        if row.surplus:
            raise Rejected("more cells than columns: is a separator inside a text not quoted?")
        reasons = []
        cells = self._corrected(row.cells)
        days = {name: self._day(cells, name, reasons) for name in DAYS if name in self.mapping.columns}
        stage = self._stage(cells, reasons)
        closed_on = days.pop("closed_on", None)
        values = days | self._plain(cells, reasons)
        record = Record(
            line=row.line, reference=self._text(cells, "reference"), stage=stage,
            owner=self._text(cells, "owner") or self.owner_for_missing,
            customer=self._text(cells, "customer") or self.customer_for_missing,
            source=self._text(cells, "source"), reason=self._text(cells, "reason"),
            values=values, closed_on=closed_on if stage and stage.status != SaleStatus.OPEN else None,
        )  # fmt: skip
        reasons += self._missing(record) + _too_long(record)
        if reasons:
            raise Rejected("; ".join(reasons))
        return record

    def reference(self, row: Row) -> str:
        """Their id of this row, also when the row is rejected."""
        return self._text(row.cells, "reference")

    def _corrected(self, cells: dict) -> dict:
        corrected = dict(cells)
        for column, corrections in self.mapping.corrections.items():
            corrected[column] = corrections.get(cells[column], cells[column])
        return corrected

    def _text(self, cells: dict, name: str) -> str:
        value = cells[self.mapping.columns[name]] if name in self.mapping.columns else ""
        if isinstance(value, float) and value.is_integer():
            value = int(value)  # a spreadsheet knows no whole numbers
        return " ".join(str(value).split())

    def _stage(self, cells: dict, reasons: list[str]) -> Stage | None:
        written = self._text(cells, "stage")
        stage = self.stages.get(written.casefold())
        if stage is None:
            reasons.append(f'unknown stage "{written}"' if written else "no stage")
        return stage

    def _day(self, cells: dict, name: str, reasons: list[str]) -> date | None:
        value = cells[self.mapping.columns[name]]
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date) or value == "":
            return value or None
        try:
            return datetime.strptime(str(value), self.mapping.dates).date()  # noqa: DTZ007
        except ValueError:
            reasons.append(f'{self.mapping.columns[name]} "{value}" is not a date like {self.mapping.dates}')
            return None

    def _plain(self, cells: dict, reasons: list[str]) -> dict:
        values = {name: self._text(cells, name) for name in TEXTS if name in self.mapping.columns}
        if "expected_revenue" in self.mapping.columns:
            values["expected_revenue"] = self._amount(cells[self.mapping.columns["expected_revenue"]], reasons)
        subject = self._text(cells, "subject") or " ".join(self.mapping.subject.format_map(cells).split())
        return values | {"subject": subject or self._text(cells, "customer") or self._text(cells, "reference")}

    def _amount(self, value, reasons: list[str]) -> Decimal | None:
        column = self.mapping.columns["expected_revenue"]
        if value == "":
            return None
        try:
            number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
            amount = Decimal(str(value)) if number else parse_money(str(value), self.mapping.numbers)
        except ValidationError:
            reasons.append(f'{column} "{value}" is not an amount')
            return None
        if not 0 <= amount < LARGEST:
            reasons.append(f'{column} "{value}" is negative' if amount < 0 else f'{column} "{value}" is too large')
            return None
        return round_money(amount)

    def _missing(self, record: Record) -> list[str]:
        reasons = [
            f"no {what}"
            for what, value in (("reference", record.reference), ("owner", record.owner), ("customer", record.customer))
            if not value
        ]
        if record.stage and record.stage.status != SaleStatus.OPEN:
            start = record.values.get("start_date")
            if record.closed_on is None:
                reasons.append("closed, but without a closing day")
            elif record.closed_on > self.today:
                reasons.append("the closing day lies in the future")
            elif start and start > record.closed_on:
                reasons.append("closed before it started")
        return reasons


def _too_long(record: Record) -> list[str]:
    texts = record.values | {"external_reference": record.reference}
    names = [(User, "owner", record.owner), (Relation, "customer", record.customer)]
    return [
        f"{what} is longer than {longest} characters"
        for model, what, value in names
        if len(value) > (longest := model._meta.get_field("name").max_length)
    ] + [
        f"{name} is longer than {field.max_length} characters"
        for name, value in texts.items()
        if (field := Sale._meta.get_field(name)).max_length and len(value) > field.max_length
    ]
