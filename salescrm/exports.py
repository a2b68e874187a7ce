"""Figures as a file: CSV as the reader's spreadsheet expects it, or a workbook with real numbers."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from salescrm.money import round_money, written_in

EXACT = Decimal("0.0001")
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KINDS = ("csv", "xlsx")
CHUNK = 2000  # rows read at once
FORMULA = ("=", "+", "-", "@", "\t", "\r")

type Value = str | int | Decimal | date | None


@dataclass(frozen=True)
class Table:
    """What a file holds: a heading and rows of text, whole numbers, amounts and days."""

    name: str
    heading: Sequence[str]
    rows: Iterable[Sequence[Value]]


def amount(value: Decimal, *, exact: bool = False) -> Decimal:
    """An amount as exported: four decimals when exact, else cents, half up."""
    return value.quantize(EXACT) if exact else round_money(value)


def asked(request: HttpRequest, permission: str) -> str:
    """The kind of file `?format=` asks for, "" for the page; 403 for whoever may not export."""
    kind = request.GET.get("format", "")
    if kind and kind not in KINDS:
        raise BadRequest("unknown format")
    if kind and not request.user.has_perm(permission):
        raise PermissionDenied
    return kind


def parts(request: HttpRequest, word: str) -> bool:
    """Whether `?rows=` asks for the parts called `word` (lines, services) instead of the records themselves."""
    found = request.GET.get("rows", "")
    if found not in ("", word):
        raise BadRequest("unknown rows")
    return bool(found)


def respond(table: Table, kind: str) -> HttpResponse:
    """The table as a download of the chosen kind, csv or xlsx."""
    content, content_type = (_csv(table), "text/csv; charset=utf-8") if kind == "csv" else (_xlsx(table), WORKBOOK)
    headers = {"Content-Disposition": f'attachment; filename="{table.name}.{kind}"', "Cache-Control": "no-store"}
    return HttpResponse(content, content_type=content_type, headers=headers)


def harmless(value: Value) -> Value:
    """Text that a spreadsheet would take for a formula gets an apostrophe in front, control characters fall off."""
    if not isinstance(value, str):
        return value
    text = ILLEGAL_CHARACTERS_RE.sub("", value)  # pasted from a word processor; a workbook refuses them
    return f"'{text}" if text.startswith(FORMULA) else text


def _csv(table: Table) -> bytes:
    """Semicolons and decimal commas in Dutch, commas and decimal points in English."""
    dutch = written_in(get_language()) == "nl"
    file = io.StringIO()
    writer = csv.writer(file, delimiter=";" if dutch else ",")
    for row in [table.heading, *table.rows]:
        writer.writerow([_text(harmless(value), dutch) for value in row])
    return file.getvalue().encode("utf-8-sig")


def _text(value: Value, dutch: bool) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}".replace(".", ",") if dutch else f"{value:f}"
    return "" if value is None else str(value)


def _xlsx(table: Table) -> bytes:
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet(table.name[:31])
    sheet.freeze_panes = "B2"
    sheet.column_dimensions["A"].width = 32
    for column in range(2, len(table.heading) + 1):
        sheet.column_dimensions[get_column_letter(column)].width = 16
    sheet.append([_bold(sheet, harmless(value)) for value in table.heading])
    for row in table.rows:
        sheet.append([_number(sheet, harmless(value)) for value in row])
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def _bold(sheet, value: Value) -> object:
    cell = WriteOnlyCell(sheet, value)
    cell.font = Font(bold=True)
    return cell


def _number(sheet, value: Value) -> object:
    if not isinstance(value, Decimal):
        return value
    cell = WriteOnlyCell(sheet, value)
    decimals = -value.as_tuple().exponent
    cell.number_format = f"#,##0.{'0' * decimals}" if decimals else "#,##0"
    return cell
