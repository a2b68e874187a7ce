"""The pages of notes and files, written once: every app describes its own notes in a Notebook."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.http import FileResponse, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from salescrm.forms.submission import refusals_in, submitted_token, submitted_version
from salescrm.forms.versioned import VersionedForm
from salescrm.models import StoredFile, User
from salescrm.notes import writing
from salescrm.notes.forms import ACCEPT, NoteForm
from salescrm.notes.models import Note
from salescrm.pages import Request, follow, page, tell
from salescrm.versions import Stale

FORM, REMOVE, MISSING = "notes/form.html", "notes/remove.html", "notes/missing.html"
# A browser may only save a file: not display it, run it, guess its type or store it in a shared cache.
KEEP_ONLY = {
    "Cache-Control": "private, no-store",
    "Content-Encoding": "identity",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True)
class Draft:
    """What the form of a note shows: a new one carries a token, a stored one its version."""

    form: NoteForm
    url: str
    target: str = ""
    token: UUID | None = None
    version: int | None = None
    accept: str = ACCEPT
    count: int = writing.FILES_PER_NOTE

    @property
    def megabytes(self) -> int:
        """How large a file may be."""
        return settings.FILE_MAX_MB

    @cached_property
    def key(self) -> str:
        """The beginning of the ids in this form: another one may stand on the same page."""
        return f"note-{self.form.note.pk}" if self.form.note else "note"

    @cached_property
    def files(self) -> list[StoredFile]:
        """The files the note has already."""
        return list(self.form.note.files.all()) if self.form.note else []

    @property
    def dropped(self) -> list[str]:
        """The keys of the files that are ticked to go."""
        return list(self.form["drop"].data or []) if "drop" in self.form.fields else []

    @property
    def values(self) -> dict:
        """The values to display in the fields."""
        return {name: self.form.value_of(name) for name in ("kind", "text", "at") if name in self.form.fields}


@dataclass(frozen=True)
class Notebook:
    """The notes of one kind of record: where they are stored, how their pages are called, who may do what."""

    model: type[Note]
    about: str  # the key to the record
    app: str  # the namespace of the addresses
    change: str  # the permission to write
    remove_any: str  # the permission to remove what somebody else wrote
    timeline: str  # the address that answers with the timeline as a part
    target: str  # and where that part stands

    def url(self, name: str, record: Any | int, *args: object) -> str:
        """The address of one of the pages below."""
        return reverse(f"{self.app}:{name}", args=[getattr(record, "pk", record), *args])

    def draft(self, record: Any, user: User) -> Draft | None:
        """The form on top of a timeline, for whoever may write there."""
        if not user.has_perm(self.change):
            return None
        return Draft(NoteForm(), self.url("note-new", record), self.target, token=uuid4())

    def dress(self, notes: Iterable[Note], user: User, *, changeable: bool = True) -> list[Note]:
        """Give notes the addresses their reader may use: of files, of changing and of removing."""
        changeable = changeable and user.has_perm(self.change)
        remove_any = changeable and user.has_perm(self.remove_any)
        notes = list(notes)
        for note in notes:
            record, own = getattr(note, f"{self.about}_id"), changeable and note.by_id == user.pk
            note.change_url = self.url("note", record, note.pk) if own else ""
            note.remove_url = self.url("note-remove", record, note.pk) if own or remove_any else ""
            note.links = [(file, self.url("file", record, file.key)) for file in note.files.all()]
        return notes

    def find(self, record: Any, pk: int) -> Note:
        """A note of this very record, else 404."""
        return get_object_or_404(self.model.objects.select_related("by"), **{"pk": pk, self.about: record})


def add(request: Request, book: Notebook, record: Any) -> HttpResponse:
    """Add a note: in place on the timeline, or on a page of its own."""
    posted = request.method == "POST"
    form = NoteForm(request.POST, request.FILES) if posted else NoteForm()
    token = submitted_token(request) if posted else uuid4()
    if posted and form.is_valid():
        note = book.model(**{book.about: record}, **form.values())
        with refusals_in(form):
            writing.add(note, uploads=form.cleaned_data["uploads"], by=request.user, token=token)
            messages.success(request, _("Added to the timeline."))
            part = f"{reverse(book.timeline, args=[record.pk])}?form=1"
            return follow(request, whole=record.get_absolute_url(), part=part)
    draft = Draft(form, book.url("note-new", record), book.target, token=token)
    status = 422 if posted else 200
    return page(request, FORM, _context(record, draft), part="form", status=status, target="#note-form")


def _context(record: Any, draft: Draft, **more: object) -> dict:
    return {"record": record, "draft": draft, "conflict": None, **more}


def change(request: Request, book: Notebook, record: Any, note: int) -> HttpResponse:
    """Change a note of one's own; a stale form is answered with theirs beside yours."""
    entry = book.find(record, note)
    if entry.by_id != request.user.pk:
        raise PermissionDenied
    url, posted = book.url("note", record, entry.pk), request.method == "POST"
    editor = VersionedForm(request, entry, partial(_form, request))
    status = 422 if posted else 200
    try:
        if posted and editor.is_ready():
            answers = editor.form.cleaned_data
            files = {"uploads": answers["uploads"], "without": answers["drop"]}
            with refusals_in(editor.form):
                writing.change(entry, values=editor.form.values(), version=editor.version, by=request.user, **files)
                return _done(request, record)
    except Stale as stale:
        status = 409
        editor.merge(stale)
    draft = Draft(editor.form, url, version=editor.version)
    context = {**editor.context, **_context(record, draft, conflict=editor.conflict)}
    return page(request, FORM, context, part="dialog", status=status)


def _form(request: Request, data: QueryDict | None, note: Note) -> NoteForm:
    return NoteForm(data, None if data is None else request.FILES, note=note)


def _done(request: Request, record: Any) -> HttpResponse:
    """Close the dialog and reload the timeline behind it, without the form on top, where something may be typed."""
    return tell(request, record, event="timeline-changed", detail={}, closes=True)


def remove(request: Request, book: Notebook, record: Any, note: int) -> HttpResponse:
    """Ask, then remove a note with its files: one's own, or anybody's with the right to."""
    entry = book.find(record, note)
    if entry.by_id != request.user.pk and not request.user.has_perm(book.remove_any):
        raise PermissionDenied
    context, status = {"record": record, "url": book.url("note-remove", record, entry.pk), "refused": ""}, 200
    if request.method == "POST":
        try:
            writing.remove(entry, version=submitted_version(request), by=request.user)
        except Stale as stale:
            entry, context["refused"], status = stale.current, stale.message, 409
        else:
            messages.success(request, _("Removed from the timeline."))
            return _done(request, record)
    book.dress([entry], request.user)
    return page(request, REMOVE, context | {"note": entry}, part="dialog", status=status)


def send_file(request: Request, book: Notebook, record: Any, key: UUID) -> HttpResponseBase:
    """Send a file of a note of this very record, in pieces, as a download and never for display."""
    notes = book.model.objects.filter(**{book.about: record})
    file = get_object_or_404(StoredFile.objects.filter(pk__in=notes.values("files")), key=key)
    try:
        content = default_storage.open(file.content.name or "")
    except OSError:
        return render(request, MISSING, {"record": record, "file": file}, status=404)
    return FileResponse(
        content, as_attachment=True, filename=file.name, content_type=file.content_type, headers=KEEP_ONLY
    )
