"""What the columns of a file can be: our fields, the headings people give them, and the guess which is which."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.functional import Promise

from relations.naming import words
from sales.importing.cells import Reader, Reading, amount, day

LANGUAGES = ("en", "nl")
UNITS = {"eur", "euro", "in", "de", "het", "the"}
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
        """Everything it may be called, comparable."""
        said = []
        for language in LANGUAGES:
            with translation.override(language):
                said.append(str(self.label))
        return [comparable(text) for text in [*said, *self.also.split("|")] if text]


def comparable(heading: str) -> str:
    """A heading without capitals, accents, punctuation and units: "Bedrag (€)" is "bedrag"."""
    found = words(heading.replace("_", " "))
    units = UNITS | TAXED | {"btw", "vat"} if TAXED & set(found) else UNITS
    return " ".join([word for word in found if word not in units] or found)


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
    cells = [cell for field, cells in samples.items() if field.read is reader for cell in cells if cell != ""]
    return sum(_fails(cell, reader, reading) for cell in cells)


def _fails(cell, reader: Reader, reading: Reading) -> bool:
    try:
        reader(cell, reading)
    except ValidationError:
        return True
    return False
