"""One cell of a file in the browser's import: how it is stored, and how it is read as text, amount or day."""

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, localcontext
from math import isfinite

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from relations.naming import fold
from salescrm.calendar import in_reach
from salescrm.exports.downloads import FORMULA
from salescrm.money import TO_DUTCH, parse_money, round_money

LARGEST = Decimal(10) ** 12
MAX_DIGITS = 400  # more than a number of a spreadsheet has
LONGEST = 1000  # characters on one line: folding and comparing more of them takes too long
UNKNOWN = "\ufffd"  # stands for a byte that is no character
INVISIBLE = dict.fromkeys(map(ord, "\x00\u200b\u200c\u200d\ufeff\u00ad"))
BROKEN = {"#n/a", "#ref!", "#value!", "#div/0!", "#name?", "#null!", "#num!", "#n/b", "#verw!", "#waarde!", "#deel/0!"}
# What programs write where nothing was filled in; as they write it, for somebody may be called Null.
NOTHING = {
    "", "NULL", "null", "(null)", "<null>", "\\N", "None", "NaN", "nan", "n/a", "N/A", "n.v.t.", "N.v.t.", "N.V.T.",
    "nvt", "-", "--", "–", "—",
}  # fmt: skip
NO_DAYS = {(0, 0, 0), (1, 1, 1), (1601, 1, 1), (1753, 1, 1), (1899, 12, 30), (1899, 12, 31), (1900, 1, 0)}
NO_TIMES = {"0", "00:00:00", "0:00"}
SHORTENED = re.compile(r"[-+]?\d[.,]\d+e\+?\d\d", re.IGNORECASE)  # 6,12345678E+08
MONTHS = ["jan", "feb", "mar|mrt|maa", "apr", "may|mei", "jun", "jul", "aug", "sep", "oct|okt", "nov", "dec"]
MONTH = {name: place for place, names in enumerate(MONTHS, start=1) for name in names.split("|")}
ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[t ].*)?")
NUMERIC = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})(?: .*)?")
DAY_FIRST = re.compile(r"(?:[a-z]+,? )?(\d{1,2})(?:st|nd|rd|th)?[-. ]+([a-z]{3,9})\.?[-, ]+(\d{4}|\d{2})(?: .*)?")
MONTH_FIRST = re.compile(r"([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})(?: .*)?")


@dataclass(frozen=True)
class Reading:
    """How this file writes numbers ("nl" or "en") and days ("dmy" or "mdy")."""

    numbers: str = "en"
    dates: str = "dmy"


def is_nothing(cell) -> bool:
    """Whether a cell says that nothing was filled in."""
    return isinstance(cell, str) and cell.strip() in NOTHING


def counts_rows(cells: Iterable) -> bool:
    """Whether the cells of a column are 1, 2, 3 and so on: then they recognise nothing anywhere else."""
    texts = [str(cell).strip() for cell in cells]
    return bool(texts) and all(text.lstrip("0") == str(place) for place, text in enumerate(texts, start=1))


type Reader = Callable[[object, Reading], object]


def storable(cell) -> str | int | float:
    """A cell as the run stores it: text without invisible characters, a number as number, a day as 2026-03-20."""
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
    """A stored cell as text in a file: numbers are written as this file writes them."""
    if not isinstance(cell, float):
        return str(cell)
    with localcontext(prec=MAX_DIGITS):  # else a large number is an error
        text = f"{round_money(Decimal(str(cell))):f}"
    return text.translate(TO_DUTCH) if reading.numbers == "nl" else text


def line(cell) -> str:
    """Text on one line; without the apostrophe our exports put before what a spreadsheet takes for a formula.

    Refuses what is too long to be one.
    """
    text = lines(cell)
    if len(text) > LONGEST:
        raise ValidationError(_("This text is longer than %(count)d characters.") % {"count": LONGEST})
    return " ".join(text.split())


def readable(cells: Iterable) -> list[str]:
    """The lines of those cells that can be read."""
    texts = []
    for cell in cells:
        with suppress(ValidationError):
            texts.append(line(cell))
    return texts


def lines(cell) -> str:
    """Text of several lines."""
    text = intact(str(cell).replace("\r\n", "\n").replace("\r", "\n").strip())
    return text[1:] if text[:1] == "'" and text[1:2] in FORMULA and text[1:2] else text


def intact(text: str) -> str:
    """The text itself. Refuses what a spreadsheet or a wrong encoding has damaged: it would overwrite a good value."""
    if text.casefold() in BROKEN:
        raise ValidationError(_("“%(text)s” is an error of the spreadsheet.") % {"text": text})
    if SHORTENED.fullmatch(text):
        message = _("The spreadsheet shortened “%(text)s”, so digits are missing. Make the column text there.")
        raise ValidationError(message % {"text": text})
    if UNKNOWN in text:
        message = _("“%(text)s” holds a character that cannot be read. Save the file as UTF-8.")
        raise ValidationError(message % {"text": text[:LONGEST]})
    return text


def text_of(field: models.Field, *, several: bool = False) -> Reader:
    """Reads text for a model field: its length and its own checks."""

    def read(cell, reading: Reading) -> str:
        return field.clean(lines(cell) if several else line(cell), None)

    return read


def amount(cell, reading: Reading) -> Decimal:
    """An amount in euro that is not negative (rule 20)."""
    value = Decimal(str(cell)) if isinstance(cell, int | float) else parse_money(line(cell), reading.numbers)
    if value < 0:
        raise ValidationError(_("“%(text)s” is negative."), code="negative", params={"text": cell})
    if value >= LARGEST:
        raise ValidationError(_("“%(text)s” is too large."), code="too_large", params={"text": cell})
    return round_money(value)


def whole(largest: int) -> Reader:
    """Reads a whole number from 0, perhaps with a percent sign."""

    def read(cell, reading: Reading) -> int:
        text = line(cell).removesuffix("%").strip()
        if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) <= largest):
            message = _("“%(text)s” is not a whole number from 0 to %(largest)s.")
            raise ValidationError(message % {"text": cell, "largest": largest})
        return int(text)

    return read


def is_no_day(text: str) -> bool:
    """Whether this is what programs write as a day, or as a time of day, where there is none."""
    if match := ISO.fullmatch(text):
        return tuple(map(int, match.groups())) in NO_DAYS
    if (match := NUMERIC.fullmatch(text)) and len(match[3]) == 4:
        first, second, year = map(int, match.groups())
        return bool({(year, second, first), (year, first, second)} & NO_DAYS)
    return text in NO_TIMES


def day(cell, reading: Reading) -> date | None:
    """A day in any of the usual ways: 2026-03-20, 20-3-2026, 20/03/26, 20 mrt 2026, March 20, 2026.

    None for what programs write as a day where there is none.
    """
    text = fold(line(cell))
    year, month, number = "", 0, 0
    if match := ISO.fullmatch(text):
        year, month, number = match[1], int(match[2]), int(match[3])
    elif match := NUMERIC.fullmatch(text):
        first, second, year = int(match[1]), int(match[2]), match[3]
        number, month = (first, second) if reading.dates == "dmy" else (second, first)
    elif match := DAY_FIRST.fullmatch(text):
        number, month, year = int(match[1]), MONTH.get(match[2][:3], 0), match[3]
    elif match := MONTH_FIRST.fullmatch(text):
        month, number, year = MONTH.get(match[1][:3], 0), int(match[2]), match[3]
    if is_no_day(text):
        return None
    try:
        day = date(_year(year), month, number)
    except ValueError:
        day = date.min
    if not in_reach(day):
        example = "20-3-2026" if reading.dates == "dmy" else "3/20/2026"
        message = _("“%(text)s” is not a day, for example %(example)s.")
        raise ValidationError(message % {"text": cell, "example": example})
    return day


def _year(text: str) -> int:
    """Two digits are a year of this century up to 69; 0026 is none at all."""
    if len(text) != 2:
        return int(text or 0)
    return int(text) + (2000 if int(text) < 70 else 1900)


def website(field: models.Field) -> Reader:
    """Reads the address of a website; people leave out how it begins."""

    def read(cell, reading: Reading) -> str:
        text = line(cell)
        return field.clean(text if "://" in text else f"https://{text}", None)

    return read
