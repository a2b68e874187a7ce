"""An Excel workbook of any length in little memory.

The library makes everything but the rows: with it every cell would cost an object and a dozen calls. Here a row is one
string, written straight into the sheet.
"""

import io
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import batched
from typing import IO, Any
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import to_excel

from salescrm.calendar import EARLIEST

SHEET, END = "xl/worksheets/sheet1.xml", b"</sheetData>"
TOGETHER = 500  # rows written at once
FAST = 2  # of nine: a quarter larger than the usual six, three times as quick
LONGEST = 32_767  # characters in a cell: Excel takes no more
MOST_DECIMALS = 6
LARGEST = 2**31 - 1  # bytes of a sheet: more need another kind of archive, which not every spreadsheet opens
_day = lru_cache(10_000)(to_excel)


class TooLargeError(Exception):
    """More bytes than a workbook may hold."""


def write(file: IO[bytes], name: str, heading: Sequence[str], rows: Iterable[Sequence]) -> None:
    """A workbook with one sheet: a bold heading that stays in sight, and rows of text, numbers, amounts and days."""
    made, styles = _without_rows(name, heading)
    line = _writer([get_column_letter(column) for column in range(1, len(heading) + 1)], styles)
    with ZipFile(made) as parts, ZipFile(file, "w", ZIP_DEFLATED, compresslevel=FAST) as archive:
        for part in parts.namelist():
            content = parts.read(part)
            with archive.open(part, "w") as target:
                if part != SHEET:
                    target.write(content)
                    continue
                before, end, after = content.partition(END)
                size = target.write(before) + len(end + after)
                for some in batched(enumerate(rows, start=2), TOGETHER):
                    written = "".join([line(number, row) for number, row in some]).encode()
                    size += len(written)
                    if size > LARGEST:
                        raise TooLargeError
                    target.write(written)
                target.write(end + after)


def _without_rows(name: str, heading: Sequence[str]) -> tuple[IO[bytes], dict[object, int]]:
    """The workbook with its heading, and the number of the style of days and of amounts by their decimals."""
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet(name[:31])
    sheet.freeze_panes = "B2"
    sheet.column_dimensions["A"].width = 32
    for column in range(2, len(heading) + 1):
        sheet.column_dimensions[get_column_letter(column)].width = 16
    formats = {date: "yyyy-mm-dd", 0: "#,##0"} | {n: f"#,##0.{'0' * n}" for n in range(1, MOST_DECIMALS + 1)}
    styles = {}
    for kind, number_format in formats.items():
        cell = WriteOnlyCell(sheet)
        cell.number_format = number_format
        styles[kind] = cell.style_id
    head = [WriteOnlyCell(sheet, text) for text in heading]
    for cell in head:
        cell.font = Font(bold=True)
        cell.data_type = "s"  # the library takes what begins with = for a formula
    sheet.append(head)
    file = io.BytesIO()
    workbook.save(file)
    return file, styles


def _writer(letters: list[str], styles: dict[object, int]) -> Callable[[int, Sequence], str]:
    """What writes row `number` of the sheet."""
    amounts = [f'" s="{styles[decimals]}"><v>' for decimals in range(MOST_DECIMALS + 1)]
    day = f'" s="{styles[date]}"><v>'

    def cell(value: Any) -> str:
        if isinstance(value, str):
            return _text(value)
        if isinstance(value, Decimal):
            return f"{amounts[min(max(-int(value.as_tuple().exponent), 0), MOST_DECIMALS)]}{value:f}</v></c>"
        if isinstance(value, date) and value < EARLIEST:
            return _text(value.isoformat())  # Excel's days begin in 1900
        if isinstance(value, date):
            return f"{day}{_day(value)}</v></c>"
        return f'"><v>{value}</v></c>'

    def line(number: int, row: Sequence) -> str:
        cells = [
            f'<c r="{letter}{number}{cell(value)}'
            for letter, value in zip(letters, row, strict=True)
            if value is not None and value != ""
        ]
        return f'<row r="{number}">{"".join(cells)}</row>'

    return line


def _text(value: str) -> str:
    if len(value) > LONGEST:
        value = f"{value[: LONGEST - 1]}…"
    space = ' xml:space="preserve"' if value != value.strip() else ""
    return f'" t="inlineStr"><is><t{space}>{escape(value)}</t></is></c>'
