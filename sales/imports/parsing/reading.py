"""Rows of a CSV or XLSX file, whatever its encoding and separator."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from zipfile import BadZipFile
from zlib import error as ZlibError

from sales.imports.parsing.workbook import Workbook
from sales.imports.parsing.workbook_parts import TooLargeError

SEPARATORS = ",;\t|"
BYTE_ORDER_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
WORKBOOK = b"PK\x03\x04"
MOST_CELLS = 20_000_000  # blank ones among them included
MOST_TEXT = 200_000_000  # characters: cells of a workbook may share one long text
# zipfile raises RuntimeError for a part locked with a password, NotImplementedError for a compression it lacks.
UNREADABLE = (
    OSError, BadZipFile, ZlibError, EOFError, KeyError, IndexError, OverflowError, ValueError, csv.Error,
    NotImplementedError, RuntimeError,
)  # fmt: skip


class ImportProblem(Exception):
    """The file or its mapping cannot be read at all; the message says what to change."""


@dataclass(frozen=True)
class Row:
    """One row of the file as it stands there: cells by column name, and its line number."""

    line: int
    cells: dict
    surplus: bool = False  # more cells than columns: something is not quoted


def headings(cells: list) -> list[str]:
    """The names of the columns: the first row without what is empty at its end."""
    return [" ".join(str("" if cell is None else cell).split()) for cell in cells[: width(cells)]]


def width(cells: list) -> int:
    """How many cells a row has, without what is empty at its end."""
    return next((place for place in range(len(cells), 0, -1) if _filled(cells[place - 1])), 0)


def stands_twice(columns: list[str]) -> str:
    """The first column, in the order of the alphabet, whose name stands there more than once."""
    return min((name for name, count in Counter(columns).items() if name and count > 1), default="")


def lines_of(raw: bytes, *, encoding: str = "", delimiter: str = "", sheet: str = "") -> Iterator[tuple[int, list]]:
    """Line number and cells of every row, one by one; raises one of UNREADABLE where it cannot go on."""
    if raw.startswith(WORKBOOK):
        return _bounded(Workbook(raw).rows(sheet))
    return _bounded(_csv(raw, encoding, delimiter))


def beside(raw: bytes, sheet: str = "") -> list[str]:
    """The names of other sheets that hold something and are not read."""
    return Workbook(raw).beside(sheet) if raw.startswith(WORKBOOK) else []


def rows_of(lines: Iterator[tuple[int, list]], columns: list[str]) -> Iterator[Row]:
    """The rows that hold anything, each with a cell for every column."""
    most = MOST_CELLS // max(len(columns), 1)
    for number, (line, cells) in enumerate(((line, cells) for line, cells in lines if filled(cells)), start=1):
        if number > most:
            raise TooLargeError("the file is too large")
        yield _row(line, cells, columns)


def _bounded(lines: Iterator[tuple[int, list]]) -> Iterator[tuple[int, list]]:
    """The same rows, up to what is read at once."""
    cells_left, text_left = MOST_CELLS, MOST_TEXT
    for line, cells in lines:
        cells_left -= len(cells)
        text_left -= sum(len(cell) for cell in cells if isinstance(cell, str))
        if cells_left < 0 or text_left < 0:
            raise TooLargeError("the file is too large")
        yield line, cells


def filled(cells: list) -> bool:
    """Whether a row holds anything at all."""
    return any(_filled(cell) for cell in cells)


def _filled(cell) -> bool:
    return cell is not None and (not isinstance(cell, str) or bool(cell.strip()))


def _row(line: int, cells: list, columns: list[str]) -> Row:
    padded = [*cells, *[""] * (len(columns) - len(cells))]
    clean = ["" if cell is None else cell.strip() if isinstance(cell, str) else cell for cell in padded]
    return Row(line, dict(zip(columns, clean, strict=False)), surplus=filled(clean[len(columns) :]))


def _csv(raw: bytes, encoding: str, delimiter: str) -> Iterator[tuple[int, list]]:
    text = _decode(raw, encoding)
    first = text.lstrip("\r\n").split("\n", 1)[0]
    separator = delimiter or max(SEPARATORS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    for cells in reader:
        if cells and (reader.line_num > 1 or not cells[0].startswith("sep=")):  # a hint for spreadsheets
            yield reader.line_num, cells


def _decode(raw: bytes, encoding: str) -> str:
    """UTF-8 with or without mark, UTF-16 with mark, else the encoding of Windows programs; or what the mapping says.

    A few broken bytes in UTF-8 are read as U+FFFD and not taken for another encoding; a cell with one is refused.
    """
    if encoding:
        try:
            return raw.decode(encoding)
        except LookupError as error:
            raise ImportProblem(f'encoding in [file]: "{encoding}" is unknown.') from error
    for mark, name in BYTE_ORDER_MARKS.items():
        if raw.startswith(mark):
            return raw.decode(name)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("utf-8", "replace")
    broken, total = text.count("\ufffd"), sum(not char.isascii() for char in text)
    return text if total > 2 * broken else raw.decode("cp1252")
