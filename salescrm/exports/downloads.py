"""Figures as a file: CSV as the reader's spreadsheet expects it, or a workbook with real numbers."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import TextIOWrapper
from tempfile import SpooledTemporaryFile
from typing import IO

from django.core.exceptions import BadRequest, PermissionDenied
from django.db import connection, transaction
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import get_language

from salescrm.exports import workbooks
from salescrm.exports.workbooks import TooLargeError
from salescrm.money import round_money, written_in

EXACT = Decimal("0.0001")
CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
CHUNK = 2000  # rows read at once
MOST_ROWS = 500_000
IN_MEMORY = 1024 * 1024  # bytes; a larger file is written to the disk
# Pasted from a word processor; no XML may hold them, so a workbook with one cannot be opened.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
FORMULA = ("=", "+", "-", "@", "\t", "\r")

type Value = str | int | Decimal | date | None


class TooLongError(Exception):
    """More rows than a file may hold."""


@dataclass(frozen=True)
class Table:
    """What a file holds: a heading and rows of text, whole numbers, amounts and days."""

    name: str
    heading: Sequence[str]
    rows: Iterable[Sequence[Value]]


def amount(value: Decimal, *, exact: bool = False) -> Decimal:
    """An amount as exported: four decimals when exact, else cents, half up."""
    return value.quantize(EXACT) if exact else round_money(value)


def file_kind(request: HttpRequest, *permissions: str) -> str:
    """The kind of file `?format=` asks for, "" for the page; 403 for whoever may not export."""
    kind = request.GET.get("format", "")
    if kind and kind not in CONTENT_TYPES:
        raise BadRequest("unknown format")
    if kind and not request.user.has_perms(permissions):
        raise PermissionDenied
    return kind


def respond(request: HttpRequest, table: Table, kind: str) -> HttpResponseBase:
    """The table as a download of this kind, csv or xlsx.

    Nothing is sent before the last row is there: what goes wrong halfway is an error and not half a table. Memory stays
    small, however many rows there are, and all of them are of one moment.
    """
    content_type = CONTENT_TYPES[kind]
    headers = {"Content-Disposition": f'attachment; filename="{table.name}.{kind}"', "Cache-Control": "no-store"}
    with ExitStack() as opened:
        file = opened.enter_context(SpooledTemporaryFile(IN_MEMORY))
        try:
            with _one_moment():
                _write(file, table, kind)
        except TooLongError:
            return render(request, "too_long.html", {"most": MOST_ROWS}, status=422)
        except TooLargeError:
            return render(request, "too_long.html", {"most": None}, status=422)
        size = file.tell()
        file.seek(0)
        if size <= IN_MEMORY:
            return HttpResponse(file.read(), content_type=content_type, headers=headers)
        opened.pop_all()  # the response closes it
    return FileResponse(file, content_type=content_type, headers=headers)


@contextmanager
def _one_moment() -> Iterator[None]:
    """Let all statements inside read the database as it is when the first of them runs."""
    if connection.in_atomic_block:  # within a larger whole that has begun already
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _write(file: IO[bytes], table: Table, kind: str) -> None:
    if kind == "csv":
        _write_csv(file, table)
    else:
        workbooks.write(file, table.name, [str(storable(text)) for text in table.heading], _rows(table))


def storable(value: Value) -> Value:
    """Text without the control characters that no file can hold."""
    return FORBIDDEN.sub("", value) if isinstance(value, str) and not value.isprintable() else value


def harmless(value: Value) -> Value:
    """For CSV, whose cells have no types: what a spreadsheet takes for a formula gets an apostrophe in front.

    In a workbook a text is a text, and an apostrophe would be part of it.
    """
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def _rows(table: Table) -> Iterator[list[Value]]:
    for number, row in enumerate(table.rows):
        if number == MOST_ROWS:
            raise TooLongError
        yield [storable(value) for value in row]


def _write_csv(file: IO[bytes], table: Table) -> None:
    """Semicolons and decimal commas in Dutch, commas and decimal points in English."""
    dutch = written_in(get_language()) == "nl"
    text = TextIOWrapper(file, "utf-8-sig", newline="")
    writer = csv.writer(text, delimiter=";" if dutch else ",")
    writer.writerow([harmless(storable(value)) for value in table.heading])
    writer.writerows([_text(harmless(value), dutch) for value in row] for row in _rows(table))
    text.detach()  # writes what is left; the file stays open


def _text(value: Value, dutch: bool) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}".replace(".", ",") if dutch else f"{value:f}"
    return "" if value is None else str(value)
