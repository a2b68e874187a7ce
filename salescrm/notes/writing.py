"""Writing notes: adding, changing and removing what stands on a timeline, with its files; the same for every record."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from salescrm import files
from salescrm.calendar import odd_years
from salescrm.conflicts import Stale, changed_by, lock
from salescrm.models import StoredFile, User
from salescrm.notes.models import Note, NoteKind

FIELDS = ["kind", "text", "at"]
FILES_PER_NOTE = 10
SLACK = timedelta(minutes=5)  # somebody's clock may be a little ahead of ours


def add(note: Note, *, uploads: Iterable[UploadedFile] = (), by: User, token: UUID | None = None) -> Note:
    """Store a new note with its files; the same `token` twice gives the first one (rule 6).

    Refuses a note that says nothing, too many files, and anything but a meeting that lies ahead.
    """
    uploads = list(uploads)
    note.by = note.updated_by = by
    note.create_token = token
    check(note, count=len(uploads))
    try:
        with files.kept_together() as written:
            note.save(force_insert=True)
            if uploads:
                note.files.set(files.store(uploads, by=by, written=written))
    except IntegrityError:
        first = type(note).objects.filter(create_token=token).first() if token else None
        if first is None:
            raise
        if first.by_id != by.pk:
            raise ValidationError(_("This form has been sent already. Open it again."), code="token") from None
        return first
    return note


def check(note: Note, *, count: int) -> None:
    """Refuse what a note cannot be; `count` is the number of its files."""
    if not note.text and not count:
        raise ValidationError({"text": _("Write something, or add a file.")}, code="empty")
    if count > FILES_PER_NOTE:
        words = ngettext("At most %(count)d file.", "At most %(count)d files.", FILES_PER_NOTE)
        raise ValidationError({"uploads": words % {"count": FILES_PER_NOTE}}, code="files")
    if odd := odd_years({"at": note.at}):
        raise ValidationError(odd)
    if note.kind != NoteKind.MEETING and note.at > timezone.now() + SLACK:
        why = _("This lies ahead. Only a meeting can be planned; for anything else plan a next step.")
        raise ValidationError({"at": why}, code="ahead")


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
    with files.kept_together() as written:
        locked = lock(type(note).objects.all(), note.pk)
        if _is_repeated(locked, values, version, by):
            return locked
        if locked.version != version:
            raise _stale(locked, by)
        kept = list(locked.files.all())
        leaving = [file for file in kept if file.pk in gone]
        changed = [name for name, value in values.items() if getattr(locked, name) != value]
        for name in changed:
            setattr(locked, name, values[name])
        check(locked, count=len(kept) - len(leaving) + len(uploads))
        if changed or leaving or uploads:
            locked.files.remove(*leaving)
            files.drop(leaving)
            locked.files.add(*files.store(uploads, by=by, written=written))
            _commit(locked, changed, by)
    return locked


def _commit(note: Note, changed: list[str], by: User) -> None:
    note.version += 1
    note.updated_by = by
    note.save(update_fields=[*changed, "version", "updated_by", "updated_at"])


def _is_repeated(locked: Note, values: dict, version: int, by: User) -> bool:
    """Whether this very change was made before by the same user: a second click."""
    same = all(getattr(locked, name) == value for name, value in values.items())
    return same and (locked.version, locked.updated_by_id) == (version + 1, by.pk)


def _stale(locked: Note, by: User | None) -> Stale:
    text = _("%(who)s changed this note after you opened it. Nothing of yours was stored.")
    return Stale(locked, changed_by(locked.updated_by, text, reader=by))


@transaction.atomic
def remove(note: Note, *, version: int, by: User | None = None) -> None:
    """Remove a note with its files. Refuses a stale version: it says something else now; removed already is fine."""
    locked = type(note).objects.select_for_update(of=("self",)).filter(pk=note.pk).first()
    if locked is None:
        return
    if locked.version != version:
        raise _stale(locked, by)
    leaving = list(locked.files.all())
    locked.files.clear()
    files.drop(leaving)
    locked.delete()
