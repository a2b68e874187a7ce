"""What is left of an import that is long over: its figures. Its rows and its file go at night.

Killed in the middle this loses nothing: a run says that it is cleared before its first row goes, its file goes after
the last, and the next night goes on there.
"""

from contextlib import suppress
from datetime import date, timedelta

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sales.imports.counting import counts, written
from sales.imports.storing import alone
from sales.imports.uploading import discard
from sales.models import Sale
from sales.models.imports import ImportRow, ImportRun
from salescrm.background.chores import Chore, since
from salescrm.calendar import day_of
from salescrm.versions import Gone

SLICE = 1000
Status = ImportRun.Status


def _over() -> QuerySet[ImportRun]:
    """Those nobody has touched for so long, apart from what was interrupted: a person goes on with it, or undoes it."""
    old = ImportRun.objects.filter(updated_at__lt=since(settings.IMPORT_DAYS), cleared_at=None)
    return old.exclude(status__in=(Status.RUNNING, Status.UNDOING))


def last_day(run: ImportRun) -> date | None:
    """Until when it can be undone; None for ever, or no longer."""
    is_there = run.status == Status.DONE and not run.cleared_at and settings.IMPORT_DAYS
    return day_of(run.updated_at + timedelta(days=settings.IMPORT_DAYS)) if is_there else None


def _rows(run: ImportRun) -> QuerySet[ImportRow]:
    """What may go: not a reference that a sale gets back when it leaves the trash."""
    return run.rows.without_references(Sale.objects.filter(trashed=True, external_reference=""))


def _clear() -> int:
    for run in _over():
        with suppress(Gone):
            _close(run)
    of_run = ImportRow.objects.filter(run=OuterRef("pk"))
    remains = ImportRun.objects.exclude(cleared_at=None).filter(Q(Exists(of_run)) | ~Q(file=None))
    runs = list(remains.select_related("file"))
    count = sum(_empty(run) for run in runs)
    for run in runs:  # last: a disk that refuses it keeps no rows
        _forget_file(run)
    return count


@transaction.atomic
def _close(run: ImportRun) -> None:
    """From here on it cannot be undone; what was never started goes altogether."""
    run = alone(run)
    if not _over().filter(pk=run.pk).exists():  # somebody went on with it
        return
    if run.is_open:
        discard(run)
        return
    run.options |= {"counts": counts(run), "told": written([run]).get(run.pk, {}), "name": run.name}
    run.cleared_at = timezone.now()
    run.save(update_fields=["options", "cleared_at"])


def _empty(run: ImportRun) -> int:
    count = 0
    while keys := list(_rows(run).order_by("line").values_list("pk", flat=True)[:SLICE]):
        count += ImportRow.objects.filter(pk__in=keys).delete()[0]
    return count


def _forget_file(run: ImportRun) -> None:
    """From the disk first: what the disk still had, nobody would find any more."""
    file, run.file = run.file, None
    if file is None:
        return
    default_storage.delete(file.content.name)
    with transaction.atomic():
        run.save(update_fields=["file"])
        file.delete()


CHORE = Chore("imports", _("Rows and files of imports"), _clear, "IMPORT_DAYS")
