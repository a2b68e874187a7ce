"""Rows of a CSV or XLSX file, whatever its encoding and separator."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from sales.importing.mapping import ImportProblem, Mapping

SEPARATORS = ",;\t|"
BYTE_ORDER_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


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
        lines = _xlsx(path, mapping) if path.suffix.lower() in (".xlsx", ".xlsm") else _csv(path, mapping)
        head = next(lines, None)
    except (OSError, BadZipFile, InvalidFileException, KeyError, UnicodeDecodeError, csv.Error) as error:
        raise ImportProblem(f"{path} cannot be read: {error}") from error
    if head is None:
        raise ImportProblem(f"{path} is empty.")
    columns = [str(cell or "").strip() for cell in head[1]]
    while columns and not columns[-1]:
        columns.pop()
    twice = sorted({name for name in columns if name and columns.count(name) > 1})
    if twice:
        raise ImportProblem(f'{path} has the column "{twice[0]}" twice.')
    return Table(path, columns, [_row(line, cells, columns) for line, cells in lines if any(_filled(c) for c in cells)])


def require_columns(table: Table, needed: set[str]) -> None:
    """Refuse a file that lacks a column the mapping names."""
    missing = sorted(needed - set(table.columns))
    if missing:
        raise ImportProblem(
            f"{table.path} has no column {', '.join(repr(name) for name in missing)}. "
            f"Its columns are: {', '.join(table.columns)}."
        )


def _filled(cell) -> bool:
    return cell is not None and (not isinstance(cell, str) or bool(cell.strip()))


def _row(line: int, cells: list, columns: list[str]) -> Row:
    padded = [*cells, *[""] * (len(columns) - len(cells))]
    clean = ["" if cell is None else cell.strip() if isinstance(cell, str) else cell for cell in padded]
    return Row(line, dict(zip(columns, clean, strict=False)), surplus=any(_filled(c) for c in clean[len(columns) :]))


def _csv(path: Path, mapping: Mapping) -> Iterator[tuple[int, list]]:
    raw = path.read_bytes()
    text = _decode(raw, mapping.encoding)
    first = text.lstrip("\r\n").split("\n", 1)[0]
    separator = mapping.delimiter or max(SEPARATORS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    for cells in reader:
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


def _xlsx(path: Path, mapping: Mapping) -> Iterator[tuple[int, list]]:
    workbook = load_workbook(path, read_only=True, data_only=True)
    try:
        sheet = workbook[mapping.sheet] if mapping.sheet else workbook.worksheets[0]
        for line, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
            yield line, list(cells)
    finally:
        workbook.close()
