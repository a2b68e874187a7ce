"""What the columns of a file can be: our fields, the headings people give them, and the guess which is which."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.functional import Promise

from relations.naming import words
from sales.imports.cells import (
    Reader,
    Reading,
    amount,
    day,
    is_nothing,
)

LANGUAGES = ("en", "nl")
UNITS = {"eur", "euro", "in", "de", "het", "the"}
WEIGHTED = {"weighted", "gewogen", "prorated"}
TAXED = {"excl", "incl", "ex", "exclusief", "inclusief", "excluding", "including"}


@dataclass(frozen=True)
class Field:
    """Something of ours a column can fill. `also` holds other headings for it, with bars between them.

    The label is the heading of our own exports. The cells of a field with a `choice` name a row of that list.
    """

    name: str
    label: Promise
    read: Reader | None = None
    also: str = ""
    choice: str = ""
    empty: object = ""  # what clearing it stores
    clears: bool = True  # whether an empty cell may clear it

    def headings(self) -> list[str]:
        """Every heading it may have, comparable."""
        labels = []
        for language in LANGUAGES:
            with translation.override(language):
                labels.append(str(self.label))
        return [comparable(text) for text in [*labels, *self.also.split("|")] if text]

    def own(self) -> list[str]:
        """The headings of our own exports, comparable."""
        return self.headings()[: len(LANGUAGES)]


def comparable(heading: str) -> str:
    """A heading without capitals, accents, punctuation and units: "Bedrag (€)" is "bedrag"."""
    parts = words(heading.replace("_", " "))
    units = UNITS | TAXED | {"btw", "vat"} if TAXED & set(parts) else UNITS
    return " ".join([word for word in parts if word not in units] or parts)


def is_weighted(heading: str) -> bool:
    """Whether a heading names weighted amounts: those are not imported, as they are calculated here."""
    return bool(WEIGHTED & set(words(heading.replace("_", " "))))


def prefer_amount(columns: Sequence[str], guessed: dict[str, str], field: Field) -> dict[str, str]:
    """Of an amount and an expected revenue in one file take the amount: where both stand, the other is weighted.

    Unless a third column is: then expected revenue is what it is here, the full amount.
    """
    names = [comparable(column) for column in columns]
    place = next((place for place, name in guessed.items() if name == field.name), "")
    amounts = [heading for heading in field.headings() if heading not in field.own() and heading in names]
    if not place or names[int(place)] not in field.own() or not amounts or any(map(is_weighted, columns)):
        return guessed
    others = {other: name for other, name in guessed.items() if other != place}
    return {str(names.index(amounts[0])): field.name} | others


def guess(columns: Sequence[str], fields: Iterable[Field]) -> dict[str, str]:
    """Per place of a column the field it seems to be; no field twice."""
    fields = list(fields)
    names = [comparable(column) for column in columns]
    guessed: dict[str, str] = {}
    for rank in range(max(len(field.headings()) for field in fields)):
        for field in fields:
            headings = field.headings()
            if rank >= len(headings) or field.name in guessed.values() or headings[rank] not in names:
                continue
            place = str(names.index(headings[rank]))
            guessed.setdefault(place, field.name)
    return guessed


def guess_reading(samples: dict[Field, list], language: str) -> Reading:
    """The way of writing numbers and days in which most of the samples can be read; else that of the language."""
    own = "nl" if language == "nl" else "en"
    numbers = [own, "en" if own == "nl" else "nl"]
    ways = {number: Reading(numbers=number) for number in numbers}
    style = min(numbers, key=lambda way: _failures(samples, amount, ways[way]))
    dates = min(("dmy", "mdy"), key=lambda way: _failures(samples, day, Reading(dates=way)))
    return Reading(numbers=style, dates=dates)


def _failures(samples: dict[Field, list], reader: Reader, reading: Reading) -> int:
    cells = [cell for field, cells in samples.items() if field.read is reader for cell in cells if not is_nothing(cell)]
    return sum(_fails(cell, reader, reading) for cell in cells)


def _fails(cell, reader: Reader, reading: Reading) -> bool:
    try:
        reader(cell, reading)
    except ValidationError:
        return True
    return False
