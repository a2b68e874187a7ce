"""One row of the export of another system, read by its mapping into the names of the browser's import."""

from datetime import date, datetime
from decimal import Decimal

from django.core.exceptions import ValidationError

from relations.models import Relation
from sales.imports.by_mapping.mapping import Mapping, Stage
from sales.imports.cells import (
    ISO,
    Reading,
    amount,
    intact,
    is_no_day,
    is_nothing,
    storable,
)
from sales.imports.deciding import message_of
from sales.imports.lists import Lists
from sales.imports.parsing.reading import Row
from sales.models import Sale, SaleStatus
from salescrm.calendar import in_reach
from salescrm.models import User
from salescrm.words import fold

DAYS = ("start_date", "closed_on", "expected_end_date", "next_step_on")
TEXTS = ("note", "next_step")
WHY = {"negative": "negative", "too_large": "too large"}


class RowReader:
    """Reads rows by one mapping; reads nothing from the database but our lists."""

    def __init__(self, mapping: Mapping, stages: dict[str, Stage], lists: Lists, *, customer: str, owner: str):
        self.mapping, self.stages, self.lists = mapping, stages, lists
        self.customer_for_missing, self.owner_for_missing = customer, owner

    def read(self, row: Row) -> dict:
        """The values of this row, by the names of the browser's import; owner and customer are still names.

        Refuses it with every reason there is.
        """
        if row.surplus:
            raise ValidationError("more cells than columns: is a separator inside a text not quoted?")
        reasons = []
        cells = self._corrected(row.cells)
        values = {name: self._day(cells, name, reasons) for name in DAYS if name in self.mapping.columns}
        values |= self._outcome(cells, reasons) | self._plain(cells, reasons)
        values |= {
            "external_reference": self._text(cells, "reference"),
            "owner": self._text(cells, "owner") or self.owner_for_missing,
            "customer": self._text(cells, "customer") or self.customer_for_missing,
        }
        needed = {"reference": "external_reference", "owner": "owner", "customer": "customer"}
        reasons += [f"no {what}" for what, name in needed.items() if not values[name]]
        if reasons := reasons + _too_long(values):
            raise ValidationError(reasons)
        return values

    def reference(self, row: Row) -> str:
        """Their id of this row, also when the row is refused."""
        return self._written(row.cells, "reference")

    def _corrected(self, cells: dict) -> dict:
        corrected = dict(cells)
        for column, corrections in self.mapping.corrections.items():
            corrected[column] = corrections.get(cells[column], cells[column])
        return corrected

    def _text(self, cells: dict, name: str) -> str:
        text = intact(self._written(cells, name))
        return "" if is_nothing(text) else text

    def _written(self, cells: dict, name: str) -> str:
        if (column := self.mapping.columns.get(name)) is None:
            return ""
        return " ".join(str(storable(cells[column])).split())  # makes whole numbers, which a spreadsheet does not have

    def _outcome(self, cells: dict, reasons: list[str]) -> dict:
        """Status and phase by the stage; the reason is the row's own, else the one of its stage."""
        written = self._text(cells, "stage")
        stage = self.stages.get(fold(written))
        if stage is None:
            reasons.append(f'unknown stage "{written}"' if written else "no stage")
            return {}
        if stage.status == SaleStatus.OPEN:
            reason = self._text(cells, "reason")  # is not used, and reported
            return {"status": stage.status, "phase": stage.phase} | ({"reason": reason} if reason else {})
        name = "accept_reason" if stage.status == SaleStatus.ACCEPTED else "loss_reason"
        reason = self._listed(cells, "reason", name, reasons) or stage.reason
        return {"status": stage.status, "closed_in": stage.phase} | ({name: reason} if reason else {})

    def _listed(self, cells: dict, name: str, choice: str, reasons: list[str]):
        """The row of one of our lists a cell names."""
        if not (text := self._text(cells, name)):
            return None
        try:
            return self.lists.find(choice, choice, text)
        except ValidationError as error:
            reasons.append(f"{self.mapping.columns[name]}: {message_of(error)}")
            return None

    def _day(self, cells: dict, name: str, reasons: list[str]) -> date | None:
        value = cells[self.mapping.columns[name]]
        text = str(storable(value)).casefold()
        if value is None or is_nothing(value) or is_no_day(text):
            return None
        written = str(value).partition("T")[0] if ISO.fullmatch(text) else str(value)
        try:
            day = value if isinstance(value, date) else datetime.strptime(written, self.mapping.dates)  # noqa: DTZ007
        except ValueError:
            reasons.append(f'{self.mapping.columns[name]} "{value}" is not a date like {self.mapping.dates}')
            return None
        if not in_reach(day):
            reasons.append(f'{self.mapping.columns[name]} "{value}" lies outside the years 1900 to 2199')
            return None
        return day.date() if isinstance(day, datetime) else day

    def _plain(self, cells: dict, reasons: list[str]) -> dict:
        values = {name: self._text(cells, name) for name in TEXTS if name in self.mapping.columns}
        if "expected_revenue" in self.mapping.columns:
            values["expected_revenue"] = self._amount(cells[self.mapping.columns["expected_revenue"]], reasons)
        if source := self._listed(cells, "source", "source", reasons):
            values["source"] = source
        subject = self._text(cells, "subject") or " ".join(self.mapping.subject.format_map(cells).split())
        return values | {"subject": subject or self._text(cells, "customer") or self._text(cells, "reference")}

    def _amount(self, value, reasons: list[str]) -> Decimal | None:
        if is_nothing(value):
            return None
        try:
            return amount(storable(value), Reading(self.mapping.numbers))
        except ValidationError as error:
            why = WHY.get(error.code, "not an amount")
            reasons.append(f'{self.mapping.columns["expected_revenue"]} "{value}" is {why}')
            return None


def _too_long(values: dict) -> list[str]:
    models = {"owner": (User, "name"), "customer": (Relation, "name")}
    texts = [
        (name, *models.get(name, (Sale, name)), text)
        for name, text in values.items()
        if isinstance(text, str) and name != "reason"
    ]
    return [
        f"{what} is longer than {longest} characters"
        for what, model, name, text in texts
        if (longest := model._meta.get_field(name).max_length) and len(text) > longest
    ]
