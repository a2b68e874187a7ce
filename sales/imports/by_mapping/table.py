"""The file of an export, read whole as its mapping says."""

from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

from sales.imports.by_mapping.mapping import Mapping
from sales.imports.parsing.reading import (
    UNREADABLE,
    WORKBOOK,
    ImportProblem,
    Row,
    beside,
    headings,
    lines_of,
    rows_of,
    stands_twice,
)


@dataclass(frozen=True)
class Table:
    """A file that has been read."""

    path: Path
    columns: list[str]
    rows: list[Row]
    beside: list[str]  # other sheets that hold something


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
        return Table(path, columns, list(rows_of(lines, columns)), beside(raw, mapping.sheet))
    except UNREADABLE as error:
        raise ImportProblem(f"{path} cannot be read: {error}") from error


def require_columns(table: Table, needed: set[str]) -> None:
    """Refuse a file that lacks a column the mapping names."""
    missing = sorted(needed - set(table.columns))
    if missing:
        raise ImportProblem(
            f"{table.path} has no column {', '.join(repr(name) for name in missing)}. "
            f"Its columns are: {', '.join(table.columns)}."
        )
