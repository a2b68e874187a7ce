"""The rows of an Excel workbook: memory and time depend only on the cells that hold something.

A library that makes an object of everything makes one of each of a million formatted blank rows too, fills up every row
and column that a reference skips, and reads a sheet as often as a list names it. Here only a cell that holds something
counts, wherever it stands; what a workbook says of its own size is not read.
"""

import io
import re
from collections.abc import Iterator
from functools import cached_property
from posixpath import join, normpath, split
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from sales.imports.parsing.workbook_parts import (
    NAMES,
    PIECE,
    Contents,
    Part,
    Relations,
    Sheet,
    Strings,
    Styles,
    TooLargeError,
    require_room,
)

UNPACKED = 150 * 1024 * 1024  # bytes a workbook may come to
FILLED = re.compile(rb"<(\w+:)?(v|is)[> ]")


class Workbook:
    """A workbook whose parts are read when they are used."""

    def __init__(self, raw: bytes):
        self.archive = ZipFile(io.BytesIO(raw))
        parts = self.archive.infolist()
        require_room(parts, NAMES)
        if any(part.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for part in parts):
            raise ValueError("no spreadsheet packs a workbook like this")
        if sum(part.file_size for part in parts) > UNPACKED:
            raise TooLargeError("the workbook is too large")

    def _read[P: Part](self, path: str, kind: P) -> P:
        """Read this part; a missing one leaves it empty."""
        if path in self.archive.NameToInfo:
            with self.archive.open(path) as part:
                kind.read(part)
        return kind

    def _relations(self, path: str) -> dict[str, tuple[str, str]]:
        folder, name = split(path)
        parts = self._read(join(folder, "_rels", f"{name}.rels"), Relations()).parts
        return {key: (kind, normpath(join("/", folder, target))[1:]) for key, (kind, target) in parts.items()}

    @cached_property
    def place(self) -> str:
        """Where its table of contents is."""
        named = [path for kind, path in self._relations("").values() if kind == "officeDocument"]
        return named[0] if named else "xl/workbook.xml"

    @cached_property
    def contents(self) -> Contents:
        """Its table of contents."""
        return self._read(self.place, Contents())

    @cached_property
    def parts(self) -> dict[str, tuple[str, str]]:
        """The kind and the place of every part the contents name."""
        return self._relations(self.place)

    def _only(self, kind: str) -> str:
        return next((path for part_kind, path in self.parts.values() if part_kind == kind), "")

    @cached_property
    def sheets(self) -> dict[str, str]:
        """Where the part of every sheet with cells is, by its name."""
        parts = [(name, *self.parts.get(key, ("", ""))) for name, key in self.contents.sheets]
        return {name: path for name, kind, path in parts if kind == "worksheet"}

    def beside(self, sheet: str = "") -> list[str]:
        """The names of the first other sheets that seem to hold something."""
        names = list(self.sheets)
        others = [name for name in names[:20] if name != (sheet or names[0])]
        return [name for name in others if self._seems_filled(self.sheets[name])]

    def _seems_filled(self, path: str) -> bool:
        with self.archive.open(path) as part:
            return bool(FILLED.search(part.read(PIECE)))

    def rows(self, sheet: str = "") -> Iterator[tuple[int, list]]:
        """Number and cells of the rows of a sheet, else of the first; without rows that hold nothing."""
        if sheet not in self.sheets and (sheet or not self.sheets):
            raise ValueError(f'there is no sheet "{sheet}"')
        strings = self._read(self._only("sharedStrings"), Strings()).strings
        days = self._read(self._only("styles"), Styles()).days
        reader = Sheet(strings, days, self.contents.epoch)
        with self.archive.open(self.sheets[sheet or next(iter(self.sheets))]) as part:
            for _piece in reader.pieces(part):
                rows, reader.rows = reader.rows, []
                for line, cells in rows:
                    yield line, [cells.get(column) for column in range(1, max(cells) + 1)]
