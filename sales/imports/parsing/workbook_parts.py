"""The parts of an Excel workbook, each read tag by tag: every class reads the tags it needs and skips the rest."""

import re
from collections.abc import Collection, Iterator
from typing import IO
from xml.parsers.expat import ExpatError, ParserCreate

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils import column_index_from_string
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel, from_ISO8601

TAGS = 10_000_000  # of one part: more take longer than one request has
TEXTS = 2_000_000  # in the list that cells share
NAMES = 65_000  # styles, formats, sheets and parts: as many styles as Excel knows
DEEPEST = 64  # tags within tags
LAST_ROW = 1_048_576
FORMAT = 255  # characters of a number format
PIECE = 64 * 1024
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


class TooLargeError(ValueError):
    """A file that holds more than is read at once."""


def require_room(collection: Collection, most: int) -> None:
    """Refuse a collection that is too large."""
    if len(collection) > most:
        raise TooLargeError("the workbook is too large")


class Part:
    """Parses one part of a workbook; a subclass handles the tags it needs."""

    def __init__(self):
        self.parser = ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler, self.parser.EndElementHandler = self._start, self._end
        self.parser.CharacterDataHandler, self.parser.StartDoctypeDeclHandler = self._data, self._doctype
        self.depth = self.count = 0
        self.text: list[str] | None = None  # being read

    def pieces(self, part: IO[bytes]) -> Iterator[None]:
        """Read piece by piece; what the subclass has read until then can be fetched each time."""
        try:
            while piece := part.read(PIECE):
                self.parser.Parse(piece, False)
                yield
            self.parser.Parse(b"", True)
        except ExpatError as error:
            raise ValueError(str(error)) from error
        yield

    def read(self, part: IO[bytes]) -> "Part":
        """Read to the end."""
        for _piece in self.pieces(part):
            pass
        return self

    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        """A tag begins, with its attributes."""

    def finish(self, tag: str) -> None:
        """A tag ends."""

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        self.count += 1
        if self.depth > DEEPEST or self.count > TAGS:
            raise TooLargeError("the workbook is too large")
        self.begin(tag.rpartition(":")[2] if ":" in tag else tag, attributes)

    def _end(self, tag: str) -> None:
        self.depth -= 1
        self.finish(tag.rpartition(":")[2] if ":" in tag else tag)

    def _data(self, text: str) -> None:
        if self.text is not None:
            self.text.append(text)

    def _doctype(self, *_declaration) -> None:
        raise ValueError("a workbook defines no words of its own")


def _unescaped(match: re.Match) -> str:
    """What XML cannot hold is written as _x000D_; half a character stays as it is written."""
    char = chr(int(match[1], 16))
    return char if char.isprintable() or char.isspace() else match[0]


class Relations(Part):
    """Which other parts a part names: by their id, the last word of the kind and where they are."""

    def __init__(self):
        super().__init__()
        self.parts: dict[str, tuple[str, str]] = {}

    def begin(self, tag, attributes):
        if tag == "Relationship":
            self.parts[attributes.get("Id", "")] = (
                attributes.get("Type", "").rpartition("/")[2],
                attributes.get("Target", ""),
            )
            require_room(self.parts, NAMES)


class Contents(Part):
    """The sheets of a workbook in their order, each with the id of its part, and where it counts days from."""

    def __init__(self):
        super().__init__()
        self.sheets: list[tuple[str, str]] = []
        self.epoch = WINDOWS_EPOCH

    def begin(self, tag, attributes):
        if tag == "sheet":
            key = next((value for name, value in attributes.items() if name.rpartition(":")[2] == "id"), "")
            self.sheets.append((attributes.get("name", ""), key))
            require_room(self.sheets, NAMES)
        elif tag == "workbookPr" and attributes.get("date1904") in ("1", "true"):
            self.epoch = MAC_EPOCH


class Styles(Part):
    """The styles of days and of spans of time, by their number as a cell writes it."""

    def __init__(self):
        super().__init__()
        self.formats: dict[str, str] = {str(number): code for number, code in BUILTIN_FORMATS.items()}
        self.styles: list[str] = []
        self.of_cells = False

    def begin(self, tag, attributes):
        if tag == "numFmt":
            self.formats[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")[:FORMAT]
            require_room(self.formats, NAMES)
        elif tag == "xf" and self.of_cells:
            self.styles.append(attributes.get("numFmtId", ""))
            require_room(self.styles, NAMES)
        elif tag == "cellXfs":
            self.of_cells = True

    def finish(self, tag):
        self.of_cells = self.of_cells and tag != "cellXfs"

    @property
    def days(self) -> dict[str, bool]:
        """Whether a style is of a span of time; others than of days are left out."""
        codes = {number: self.formats.get(number) for number in set(self.styles)}
        kinds = {number: is_timedelta_format(code) for number, code in codes.items() if is_date_format(code)}
        return {str(place): kinds[number] for place, number in enumerate(self.styles) if number in kinds}


class Texts(Part):
    """Reads what is written inside tags `t`, without the aids to pronounce it."""

    aid = False

    def begin(self, tag, attributes):
        if tag == "t" and not self.aid and self.text is None:
            self.text = []
        elif tag == "rPh":
            self.aid = True

    def finish(self, tag):
        if tag == "t" and self.text is not None:
            self.take("".join(self.text))
            self.text = None
        elif tag == "rPh":
            self.aid = False

    def take(self, text: str) -> None:
        """One run of text has been read."""


class Strings(Texts):
    """The texts that cells share."""

    def __init__(self):
        super().__init__()
        self.strings: list[str] = []
        self.runs: list[str] = []

    def take(self, text):
        self.runs.append(text)

    def finish(self, tag):
        super().finish(tag)
        if tag == "si":
            self.strings.append(ESCAPED.sub(_unescaped, "".join(self.runs)))
            self.runs = []
            require_room(self.strings, TEXTS)


class Sheet(Texts):
    """The rows of a sheet that hold something: their number, and the values by the number of their column."""

    def __init__(self, strings: list[str], days: dict[str, bool], epoch):
        super().__init__()
        self.strings, self.days, self.epoch = strings, days, epoch
        self.rows: list[tuple[int, dict[int, object]]] = []
        self.line = self.column = 0
        self.cells: dict[int, object] = {}
        self.cell: dict[str, str] = {}
        self.runs: list[str] = []

    def begin(self, tag, attributes):
        if tag == "c":
            reference = attributes.get("r", "").rstrip("0123456789")
            self.column = column_index_from_string(reference) if reference else self.column + 1
            self.cell, self.runs = attributes, []
        elif tag == "v":
            self.text = []
        elif tag == "row":
            self._begin_row(attributes.get("r", ""))
        else:
            super().begin(tag, attributes)

    def _begin_row(self, number: str) -> None:
        """A row stands where it says, but never before the one above it: none takes the place of another."""
        self.line = max(int(float(number)) if number else 0, self.line + 1)
        if self.line > LAST_ROW:
            raise ValueError(f"row {self.line} lies beyond the end of a sheet")
        self.column, self.cells = 0, {}

    def take(self, text):
        self.runs.append(text)

    def finish(self, tag):
        if tag == "v" and self.text is not None:
            self.take("".join(self.text))
            self.text = None
        elif tag == "c":
            if text := "".join(self.runs):
                self.cells[self.column] = self._value(self.cell.get("t", "n"), text)
        elif tag == "row":
            if self.cells:
                self.rows.append((self.line, self.cells))
            self.cells = {}
        else:
            super().finish(tag)

    def _value(self, kind: str, text: str):
        match kind:
            case "n":
                return self._number(text)
            case "s":
                return self.strings[int(text)]
            case "b":
                return text.strip() not in ("0", "false")
            case "d":
                return _moment(text)
        return ESCAPED.sub(_unescaped, text)

    def _number(self, text: str):
        try:
            number = float(text) if "." in text or "e" in text or "E" in text else int(text)
        except ValueError:  # more digits than anything here counts
            return text
        span = self.days.get(self.cell.get("s", ""))
        if span is None:
            return number
        try:
            return from_excel(number, self.epoch, timedelta=span)
        except (OverflowError, ValueError):
            return "#VALUE!"


def _moment(text: str):
    try:
        return from_ISO8601(text[:FORMAT])
    except (OverflowError, ValueError):
        return text
