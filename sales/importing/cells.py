"""One cell of a file in the browser's import: how it is kept, and how it is read as text, amount or day."""

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from math import isfinite

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from relations.naming import fold
from salescrm.calendar import in_reach
from salescrm.exports import FORMULA
from salescrm.money import TO_DUTCH, parse_money, round_money

LARGEST = Decimal(10) ** 12
LONGEST = 1000  # characters on one line: folding and comparing more of them costs more than it says
INVISIBLE = dict.fromkeys(map(ord, "\x00\u200b\u200c\u200d\ufeff\u00ad"))
BROKEN = {"#n/a", "#ref!", "#value!", "#div/0!", "#name?", "#null!", "#num!", "#n/b", "#verw!", "#waarde!", "#deel/0!"}
MONTHS = ["jan", "feb", "mar|mrt|maa", "apr", "may|mei", "jun", "jul", "aug", "sep", "oct|okt", "nov", "dec"]
MONTH = {name: place for place, names in enumerate(MONTHS, start=1) for name in names.split("|")}
ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?")
NUMERIC = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})(?: .*)?")
DAY_FIRST = re.compile(r"(?:[a-z]+,? )?(\d{1,2})(?:st|nd|rd|th)?[-. ]+([a-z]{3,9})\.?[-, ]+(\d{4}|\d{2})(?: .*)?")
MONTH_FIRST = re.compile(r"([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})(?: .*)?")


@dataclass(frozen=True)
class Reading:
    """How this file writes numbers ("nl" or "en") and days ("dmy" or "mdy")."""

    numbers: str = "en"
    dates: str = "dmy"


type Reader = Callable[[object, Reading], object]


def kept(cell) -> str | int | float:
    """A cell as the run keeps it: text without what nobody sees, a number as number, a day as 2026-03-20."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, int | float | Decimal):
        try:
            number = float(cell)
        except OverflowError:
            return str(cell)
        if not isfinite(number):
            return str(number)
        return int(number) if number.is_integer() and abs(number) < 1e15 else number
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ", "minutes")
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell).translate(INVISIBLE).strip()


def written(cell: str | float, reading: Reading) -> str:
    """A kept cell as text in a file: what kept() made a number of is written as this file writes numbers."""
    if not isinstance(cell, float):
        return str(cell)
    text = f"{Decimal(str(cell)).quantize(Decimal('0.01')):f}"
    return text.translate(TO_DUTCH) if reading.numbers == "nl" else text


def line(cell) -> str:
    """Text on one line; the apostrophe our exports put before what a spreadsheet takes for a formula falls off.

    Refuses what is too long to be one.
    """
    text = lines(cell)
    if len(text) > LONGEST:
        raise ValidationError(_("This text is longer than %(count)d characters.") % {"count": LONGEST})
    return " ".join(text.split())


def readable(cells: Iterable) -> list[str]:
    """The lines of those cells that can be read."""
    found = []
    for cell in cells:
        with suppress(ValidationError):
            found.append(line(cell))
    return found


def lines(cell) -> str:
    """Text of several lines."""
    text = str(cell).replace("\r\n", "\n").replace("\r", "\n").strip()
    if text.casefold() in BROKEN:
        raise ValidationError(_("“%(text)s” is an error of the spreadsheet.") % {"text": text})
    return text[1:] if text[:1] == "'" and text[1:2] in FORMULA and text[1:2] else text


def text_of(field: models.Field, *, several: bool = False) -> Reader:
    """Reads text for a model field: its length and its own checks."""

    def read(cell, reading: Reading) -> str:
        return field.clean(lines(cell) if several else line(cell), None)

    return read


def amount(cell, reading: Reading) -> Decimal:
    """An amount in euro that is not negative (rule 20)."""
    found = Decimal(str(cell)) if isinstance(cell, int | float) else parse_money(line(cell), reading.numbers)
    if found < 0:
        raise ValidationError(_("“%(text)s” is negative."), code="negative", params={"text": cell})
    if found >= LARGEST:
        raise ValidationError(_("“%(text)s” is too large."), code="too_large", params={"text": cell})
    return round_money(found)


def whole(largest: int) -> Reader:
    """Reads a whole number from 0, perhaps with a percent sign."""

    def read(cell, reading: Reading) -> int:
        text = line(cell).removesuffix("%").strip()
        if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) <= largest):
            message = _("“%(text)s” is not a whole number from 0 to %(largest)s.")
            raise ValidationError(message % {"text": cell, "largest": largest})
        return int(text)

    return read


def day(cell, reading: Reading) -> date:
    """A day in any of the usual ways: 2026-03-20, 20-3-2026, 20/03/26, 20 mrt 2026, March 20, 2026."""
    text = fold(line(cell))
    year = month = number = 0
    if found := ISO.fullmatch(text):
        year, month, number = map(int, found.groups())
    elif found := NUMERIC.fullmatch(text):
        first, second, year = map(int, found.groups())
        number, month = (first, second) if reading.dates == "dmy" else (second, first)
    elif found := DAY_FIRST.fullmatch(text):
        number, month, year = int(found[1]), MONTH.get(found[2][:3], 0), int(found[3])
    elif found := MONTH_FIRST.fullmatch(text):
        month, number, year = MONTH.get(found[1][:3], 0), int(found[2]), int(found[3])
    try:
        day = date(year + 2000 if 0 < year < 70 else year + 1900 if 70 <= year < 100 else year, month, number)
    except ValueError:
        day = date.min
    if not in_reach(day):
        example = "20-3-2026" if reading.dates == "dmy" else "3/20/2026"
        message = _("“%(text)s” is not a day, for example %(example)s.")
        raise ValidationError(message % {"text": cell, "example": example})
    return day


def website(field: models.Field) -> Reader:
    """Reads the address of a website; people leave out how it begins."""

    def read(cell, reading: Reading) -> str:
        text = line(cell)
        return field.clean(text if "://" in text else f"https://{text}", None)

    return read
