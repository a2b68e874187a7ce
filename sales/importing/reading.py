"""Rows of a CSV or XLSX file, whatever its encoding and separator."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from sales.importing.mapping import ImportProblem, Mapping

SEPARATORS = ",;\t|"
BYTE_ORDER_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
WORKBOOK = b"PK\x03\x04"
UNPACKED = 150 * 1024 * 1024  # what a workbook may come to: reading its texts alone takes half a minute then
# NotImplementedError is what zipfile says of a way to pack it does not know.
UNREADABLE = (
    OSError, BadZipFile, InvalidFileException, KeyError, IndexError, ValueError, csv.Error, NotImplementedError,
)  # fmt: skip


class TooLargeError(ValueError):
    """A workbook that holds more than is read at once."""


@dataclass(frozen=True)
class Row:
    """One row of the file as it stands there: cells by column name, and its line number."""

    line: int
    cells: dict
    surplus: bool = False  # more cells than columns: something is not quoted


@dataclass(frozen=True)
class Table:
    """A file that has been read."""

    path: Path
    columns: list[str]
    rows: list[Row]


def read_table(path: Path, mapping: Mapping) -> Table:
    """Read a whole file. Refuses one that is missing, empty, or has a column twice."""
    try:
        raw = path.read_bytes()
        if path.suffix.lower() in (".xlsx", ".xlsm") and not raw.startswith(WORKBOOK):
            raise BadZipFile("it is not a workbook")
        lines = lines_of(raw, encoding=mapping.encoding, delimiter=mapping.delimiter, sheet=mapping.sheet)
        head = next(lines, None)
        if head is None:
            raise ImportProblem(f"{path} is empty.")
        columns = headings(head[1])
        if twice := stands_twice(columns):
            raise ImportProblem(f'{path} has the column "{twice}" twice.')
        return Table(path, columns, [_row(line, cells, columns) for line, cells in lines if filled(cells)])
    except UNREADABLE as error:
        raise ImportProblem(f"{path} cannot be read: {error}") from error


def headings(cells: list) -> list[str]:
    """The names of the columns: the first row without what is empty at its end."""
    columns = [" ".join(str("" if cell is None else cell).split()) for cell in cells]
    while columns and not columns[-1]:
        columns.pop()
    return columns


def stands_twice(columns: list[str]) -> str:
    """The first column, in the order of the alphabet, whose name stands there more than once."""
    return next(iter(sorted({name for name in columns if name and columns.count(name) > 1})), "")


def lines_of(raw: bytes, *, encoding: str = "", delimiter: str = "", sheet: str = "") -> Iterator[tuple[int, list]]:
    """Line number and cells of every row, one by one; raises one of UNREADABLE where it cannot go on."""
    return _xlsx(raw, sheet) if raw.startswith(WORKBOOK) else _csv(raw, encoding, delimiter)


def require_columns(table: Table, needed: set[str]) -> None:
    """Refuse a file that lacks a column the mapping names."""
    missing = sorted(needed - set(table.columns))
    if missing:
        raise ImportProblem(
            f"{table.path} has no column {', '.join(repr(name) for name in missing)}. "
            f"Its columns are: {', '.join(table.columns)}."
        )


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
        if reader.line_num > 1 or not cells or not cells[0].startswith("sep="):  # a hint for spreadsheets
            yield reader.line_num, cells


def _decode(raw: bytes, encoding: str) -> str:
    """UTF-8 with or without mark, UTF-16 with mark, else the encoding of Windows programs; or what the mapping says."""
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
        return raw.decode("cp1252")


def _xlsx(raw: bytes, sheet: str) -> Iterator[tuple[int, list]]:
    with ZipFile(io.BytesIO(raw)) as archive:
        if sum(part.file_size for part in archive.infolist()) > UNPACKED:
            raise TooLargeError("the workbook is too large")
    try:
        workbook = load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
        try:
            chosen = workbook[sheet] if sheet else workbook.worksheets[0]
            for line, cells in enumerate(chosen.iter_rows(values_only=True), start=1):
                yield line, list(cells)
        finally:
            workbook.close()
    except UNREADABLE:
        raise
    except Exception as error:  # over a damaged file the library, zip and XML stumble in ways of their own
        raise ValueError(str(error)) from error
