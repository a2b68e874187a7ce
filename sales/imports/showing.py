"""The rows of a run for people: per field the value before and after, and the refused rows as a file."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import models
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from relations.models import Contact, Relation
from sales.imports.cells import Reading, written
from sales.imports.fields import fields_of
from sales.models import Sale
from sales.models.imports import ImportRow, ImportRun
from salescrm.calendar import written_day
from salescrm.exports import downloads
from salescrm.fields import MoneyField
from salescrm.templatetags.crm import beginning, money

MODELS = {ImportRun.Kind.RELATIONS: Relation, ImportRun.Kind.CONTACTS: Contact, ImportRun.Kind.SALES: Sale}
LONGEST = 120
ENTERED = {"probability", "probability_by_hand"}


@dataclass(frozen=True)
class Change:
    """One field of a row: its name and both values as people read them; `before` is empty for a new record."""

    label: str
    before: str
    after: str


def show(run: ImportRun, rows: Iterable[ImportRow]) -> list[tuple[ImportRow, list[Change]]]:
    """Every row with its changes; the records they name are read once per list, not per row."""
    rows, model = list(rows), MODELS[run.kind]
    names = _Names(model, rows)
    for row in rows:
        row.run, row.url = run, _address(run, row)
    return [(row, list(_changes(row, model, names))) for row in rows]


def _address(run: ImportRun, row: ImportRow) -> str:
    """The page of the record, while it is there; contact persons are on the page of their organization."""
    gone = row.verdict == ImportRow.Verdict.CREATE and (row.is_undone or not row.is_done)
    if row.target is None or gone or run.kind == ImportRun.Kind.CONTACTS:
        return ""
    return reverse("sales:detail" if run.kind == ImportRun.Kind.SALES else "relations:detail", args=[row.target])


def _changes(row: ImportRow, model: type[models.Model], names: "_Names") -> Iterator[Change]:
    before, after = row.before or {}, row.after or {}
    places = {name: place for place, name in enumerate(fields_of(row.run.kind))}
    for name, value in sorted(after.items(), key=lambda item: places.get(item[0], len(places))):
        former = before.get(name)
        unsaid = not before and value in (None, "", False)
        if unsaid or (name in ENTERED and (former == value or not before and not after["probability_by_hand"])):
            continue
        field = next((field for field in model._meta.concrete_fields if field.name == name), None)
        label = field.verbose_name if field else Relation._meta.get_field(name).verbose_name
        yield Change(capfirst(str(label)), names.read(field, former) if before else "", names.read(field, value))


class _Names:
    """The names of records and values of the run as people read them."""

    def __init__(self, model: type[models.Model], rows: list[ImportRow]):
        self.known: dict[type, dict[int, models.Model]] = {}
        wanted: dict[type, set[int]] = {}
        for field in model._meta.concrete_fields:
            if field.is_relation:
                ids = {values.get(field.name) for row in rows for values in (row.before or {}, row.after or {})}
                wanted.setdefault(field.related_model, set()).update(ids - {None})
        for related, ids in wanted.items():
            records = related._base_manager.filter(pk__in=ids)
            if related is Contact:
                records = records.select_related("person")
            self.known[related] = {record.pk: record for record in records} if ids else {}

    def read(self, field: models.Field | None, value) -> str:
        """One value; what is empty is empty."""
        if value in (None, ""):
            return ""
        if field is None:
            return str(value)
        if field.is_relation:
            return str(self.known[field.related_model].get(value, ""))
        if isinstance(field, MoneyField):
            return money(Decimal(value))
        if isinstance(field, models.DateField):
            return written_day(date.fromisoformat(value))
        if isinstance(field, models.BooleanField):
            return _("Yes") if value else _("No")
        if field.choices:
            return str(dict(field.flatchoices).get(value, value))
        return f"{value} %" if field.name == "probability" else beginning(value, LONGEST)


def refused(run: ImportRun) -> downloads.Table:
    """The refused rows as they stood in the file, with the reason; put right they can be imported again."""
    reading = Reading(run.options.get("numbers", "en"), run.options.get("dates", "dmy"))
    rows = run.rows.filter(verdict=ImportRow.Verdict.REFUSED).order_by("line")
    width = len(run.columns)
    lines = (
        [*(written(cell, reading) for cell in [*row.cells, *[""] * width][:width]), row.why]
        for row in rows.iterator(chunk_size=downloads.CHUNK)
    )
    return downloads.Table("refused", [*run.columns, _("Reason of refusal")], lines)
