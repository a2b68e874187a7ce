"""Storing a file as a new run, row by row; and discarding a run."""

import json
from collections.abc import Iterable, Iterator
from hashlib import sha256
from itertools import batched
from time import monotonic
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.utils.translation import gettext as _

from sales.imports.cells import storable
from sales.imports.parsing.reading import (
    UNREADABLE,
    beside,
    filled,
    headings,
    lines_of,
    stands_twice,
    width,
)
from sales.imports.parsing.workbook_parts import TooLargeError
from sales.imports.proposing import propose
from sales.imports.storing import alone
from sales.models.imports import ImportRow, ImportRun
from salescrm.files import MEGABYTE, Unstored, drop, extension, file_transaction, store, unstorable
from salescrm.models import User
from salescrm.versions import made_before, once

LARGEST_FILE = 20 * MEGABYTE
MOST_ROWS = 100_000
MOST_COLUMNS = 200
HEADING = 250  # characters of a heading that are stored
EXTENSIONS = ("csv", "txt", "xlsx")
BATCH = 1000
PATIENCE = 40  # seconds one request may read: the server ends it after 60
FRESH = {"verdict": "", "key": "", "why": "", "label": "", "is_done": False, "is_undone": False, "remainder": ""}


def upload(file: UploadedFile, *, kind: str, by: User, token: UUID) -> ImportRun:
    """Store the file and its rows as a new run; the same `token` twice gives the first one.

    Refuses, for the field "file", what is too large, takes too long, is no table, empty, has a column twice, or what
    the disk does not take.
    """
    until = monotonic() + PATIENCE
    if first := made_before(token, ImportRun):
        return first
    raw = _content(file)
    try:
        lines = lines_of(raw)
        columns = _columns(next(lines, None))
        with file_transaction() as written:

            def keep() -> ImportRun:
                run = ImportRun(kind=kind, by=by, updated_by=by, columns=columns)
                run.options = {"digest": sha256(raw).hexdigest(), "sheets": beside(raw)}
                run.file = store([file], by=by, written=written, field="file")[0]
                run.save(force_insert=True)
                _keep_rows(run, lines, until)
                propose(run, by)
                return run

            return once(token, ImportRun, keep)
    except TooLargeError as error:
        raise _too_much() from error
    except UNREADABLE as error:
        raise _refused(_("This file cannot be read as a table. Save it as CSV or as an Excel workbook.")) from error


def _refused(message: str) -> ValidationError:
    return ValidationError({"file": message}, code="file")


def _too_much() -> ValidationError:
    message = _("Reading this file takes too long. Divide it, or save it as CSV, which is read several times as fast.")
    return _refused(message)


def _content(file: UploadedFile) -> bytes:
    if isinstance(file, Unstored):
        raise ValidationError({"file": unstorable()})
    if extension(file.name) not in EXTENSIONS:
        raise _refused(_("Choose a CSV file or an Excel workbook (.csv or .xlsx)."))
    if file.size > LARGEST_FILE:
        raise _refused(_("This file is larger than 20 MB. Divide it into smaller ones."))
    raw = file.read()
    file.seek(0)
    if not raw.strip():
        raise _refused(_("This file is empty."))
    return raw


def _columns(head: tuple[int, list] | None) -> list[str]:
    if head and width(head[1]) > MOST_COLUMNS:  # counted before anything is done with them
        raise _refused(_("This file has more than %(count)d columns.") % {"count": MOST_COLUMNS})
    columns = [name[:HEADING] for name in headings([storable(cell) for cell in head[1]])] if head else []
    if not columns:
        raise _refused(_("The first row has to hold the headings of the columns, and it is empty."))
    if twice := stands_twice(columns):
        raise _refused(_("The column “%(name)s” stands there twice. Give one another name.") % {"name": twice})
    return columns


def _keep_rows(run: ImportRun, lines: Iterator[tuple[int, list]], until: float) -> None:
    count, columns = 0, len(run.columns)
    blank = set(range(columns))  # places of columns that hold nothing
    for some in batched(lines, BATCH):
        batch = [(line, _trimmed(cells, columns)) for line, cells in some if filled(cells)]
        count += len(batch)
        if count > MOST_ROWS:
            raise _refused(_("This file has more than 100,000 rows. Divide it into smaller ones."))
        if monotonic() > until:
            raise _too_much()
        blank = {place for place in blank if not any(place < len(row) and row[place] != "" for _line, row in batch)}
        _copy(run, batch)
    if not count:
        raise _refused(_("Below the headings this file has no rows."))
    run.options |= {"rows": count, "filled": sorted(set(range(columns)) - blank)}


def _copy(run: ImportRun, batch: Iterable[tuple[int, list]]) -> None:
    """Store these rows the way the database takes them in fastest."""
    names = ", ".join(["run_id", "line", "cells", *FRESH])
    with connection.cursor() as cursor, cursor.copy(f"COPY {ImportRow._meta.db_table} ({names}) FROM STDIN") as rows:
        for line, cells in batch:
            rows.write_row([run.pk, line, json.dumps(cells), *FRESH.values()])


def _trimmed(cells: list, columns: int) -> list:
    """A row without what is empty at its end. Of the cells beyond the columns the first filled one stays: it makes
    the row refused.
    """
    row = [storable(cell) for cell in cells[:columns]]
    some = (storable(cell) for cell in cells[columns:] if cell not in (None, ""))
    beyond = next((text for text in some if text != ""), "")
    if beyond != "":
        return [*row, beyond]
    return row[: width(row)]


@transaction.atomic
def discard(run: ImportRun) -> None:
    """Delete a run that has written nothing, with its file."""
    locked = alone(run)
    if not locked.is_open:
        raise ValidationError(_("This import has been started, so it stays in the list. Undo it instead."))
    file = locked.file
    locked.delete()
    drop([file])
