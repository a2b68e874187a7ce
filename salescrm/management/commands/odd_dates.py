"""manage.py odd_dates: which records have a date outside the years there are (rule 20)."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand
from django.db.models import Field, Model, Q

from salescrm.calendar import EARLIEST, LATEST, YEARS
from salescrm.fields import DayField
from salescrm.notes.models import Note


class Command(BaseCommand):
    help = "List the records with a date outside the years 1900 to 2199, with their address. Changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        lines = ["\t".join(line) for line in odd_dates()]
        for line in lines:
            self.stdout.write(line)
        self.stdout.write(f"{len(lines)} found. {YEARS}" if lines else "No date lies outside the years 1900 to 2199.")


def odd_dates() -> Iterator[tuple[str, ...]]:
    """Kind, id, name, field, value and address: of records that have a page where the date can be corrected."""
    for model in apps.get_models():
        moments = {"at"} if issubclass(model, Note) else set()
        fields = [field for field in model._meta.fields if isinstance(field, DayField) or field.name in moments]
        if fields and hasattr(model, "get_absolute_url"):
            yield from _of(model, fields)


def _of(model: type[Model], fields: list[Field]) -> Iterator[tuple[str, ...]]:
    for field in fields:
        odd = Q(**{f"{field.name}__year__lt": EARLIEST.year}) | Q(**{f"{field.name}__year__gt": LATEST.year})
        record: Any
        for record in model._base_manager.filter(odd).order_by("pk").iterator():
            kind, day = str(model._meta.verbose_name), getattr(record, field.name).isoformat()[: len("2026-03-20")]
            yield kind, str(record.pk), str(record), str(field.verbose_name), day, record.get_absolute_url()
