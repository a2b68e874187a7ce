"""Writing notes: adding, changing and removing what stands on a timeline, with its files; the same for every record."""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from salescrm import files, versions
from salescrm.calendar import odd_years
from salescrm.models import StoredFile, User
from salescrm.notes.models import Note, NoteKind
from salescrm.versions import Gone, Refused, claim, commit

FIELDS = ["kind", "text", "at"]
FILES_PER_NOTE = 10
SLACK = timedelta(minutes=5)  # somebody's clock may be a little ahead of ours


def add(note: Note, *, uploads: Iterable[UploadedFile] = (), by: User, token: UUID | None = None) -> Note:
    """Store a new note with its files; the same `token` twice gives the first one (rule 6).

    Refuses a note that says nothing, too many files, and anything but a meeting that lies ahead.
    """
    uploads = list(uploads)
    note.by = note.updated_by = by
    check(note, count=len(uploads))
    with files.file_transaction() as written:

        def store() -> Note:
            note.save(force_insert=True)
            if uploads:
                note.files.set(files.store(uploads, by=by, written=written))
            return note

        first = versions.once(token, type(note), store)
    if first.by_id != by.pk:
        raise Refused(_("This form has been sent already. Open it again."), code="token")
    return first


def check(note: Note, *, count: int) -> None:
    """Refuse what a note cannot be; `count` is the number of its files."""
    if not note.text and not count:
        raise Refused({"text": _("Write something, or add a file.")}, code="empty")
    if count > FILES_PER_NOTE:
        words = ngettext("At most %(count)d file.", "At most %(count)d files.", FILES_PER_NOTE)
        raise Refused({"uploads": words % {"count": FILES_PER_NOTE}}, code="files")
    if odd := odd_years({"at": note.at}):
        raise Refused(odd, code="years")
    if note.kind != NoteKind.MEETING and note.at > timezone.now() + SLACK:
        why = _("This lies ahead. Only a meeting can be planned; for anything else plan a next step.")
        raise Refused({"at": why}, code="ahead")


def change(
    note: Note,
    *,
    values: dict,
    uploads: Iterable[UploadedFile] = (),
    without: Iterable[StoredFile] = (),
    version: int,
    by: User,
) -> Note:
    """Give a note other `values` (of FIELDS), add files and take some away. Refuses a stale version and as add()."""
    uploads, gone = list(uploads), {file.pk for file in without}
    with files.file_transaction() as written:
        locked, repeated = claim(
            type(note).objects.all(), note.pk, version=version, by=by,
            same=lambda note: all(getattr(note, name) == value for name, value in values.items())
            and _has_files(note, uploads, without=gone),
        )  # fmt: skip
        if repeated:
            return locked
        stored = list(locked.files.all())
        leaving = [file for file in stored if file.pk in gone]
        changed = [name for name, value in values.items() if getattr(locked, name) != value]
        for name in changed:
            setattr(locked, name, values[name])
        check(locked, count=len(stored) - len(leaving) + len(uploads))
        if changed or leaving or uploads:
            locked.files.remove(*leaving)
            files.drop(leaving)
            locked.files.add(*files.store(uploads, by=by, written=written))
            commit(locked, fields=changed, by=by)
    return locked


def _has_files(note: Note, uploads: Iterable[UploadedFile], *, without: set[int]) -> bool:
    """Whether these uploads are among the files of a note, and none of those that were to go."""
    stored = list(note.files.all())
    missing = Counter((files.clean_name(upload.name or ""), upload.size) for upload in uploads)
    missing.subtract((file.name, file.size) for file in stored)
    return not without & {file.pk for file in stored} and not +missing


@transaction.atomic
def remove(note: Note, *, version: int, by: User | None = None) -> None:
    """Remove a note with its files. Refuses a stale version: it says something else now; removed already is fine."""
    try:
        locked, _repeated = claim(type(note).objects.all(), note.pk, version=version, by=by)
    except Gone:
        return
    leaving = list(locked.files.all())
    locked.files.clear()
    files.drop(leaving)
    locked.delete()
