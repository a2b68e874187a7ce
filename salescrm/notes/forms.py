"""The form of a note: its kind, the text, when it was, and files."""

from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy, pgettext_lazy

from salescrm.calendar import check_year, organisation_zone
from salescrm.files import MEGABYTE, TYPES, Unstored, clean_name, extension, unstorable
from salescrm.notes.models import ICONS, Note, NoteKind

ACCEPT = ",".join(f".{name}" for name in TYPES)
CHOICES = [choice for choice in NoteKind.choices if choice[0] != NoteKind.STEP]
WRITTEN = "%Y-%m-%dT%H:%M"  # as the browser's own picker of date and time writes it


class MomentField(forms.Field):
    """A date and time in the organisation's time zone."""

    def to_python(self, value: Any) -> datetime | None:
        if value in self.empty_values:
            return None
        try:
            typed = datetime.fromisoformat(value)
        except ValueError:
            typed = None
        if typed is None or typed.tzinfo:
            raise ValidationError(_("Enter a date and time, for example 2026-03-20 14:30."), code="invalid")
        check_year(typed)
        return typed.replace(tzinfo=organisation_zone())


class FilesInput(forms.ClearableFileInput):
    """A field for several files at once."""

    allow_multiple_selected = True


class FilesField(forms.Field):
    """Several files, each of an allowed type and size (decided by extension, never by what a browser says)."""

    widget = FilesInput

    def clean(self, value: list[UploadedFile]) -> list[UploadedFile]:
        problems = [problem for upload in value or [] if (problem := self._problem(upload))]
        if problems:
            raise ValidationError(problems)
        return value or []

    def _problem(self, upload: UploadedFile) -> ValidationError | None:
        values = {"name": clean_name(upload.name or ""), "count": settings.FILE_MAX_MB}
        if isinstance(upload, Unstored):
            return unstorable()
        if not upload.size:
            return ValidationError(_("“%(name)s” is empty."), code="empty", params=values)
        if upload.size > settings.FILE_MAX_MB * MEGABYTE:
            words = ngettext_lazy(
                "“%(name)s” is larger than %(count)d MB.", "“%(name)s” is larger than %(count)d MB.", "count"
            )
            return ValidationError(words, code="large", params=values)
        if extension(values["name"]) not in TYPES:
            return ValidationError(
                _("“%(name)s” is not of a type that can be added: documents, images, mail and zip files can."),
                code="type",
                params=values,
            )
        return None


class NoteForm(forms.Form):
    """One note; without a moment it is about now. `note` is the one being changed."""

    kind = forms.ChoiceField(label=_("Kind"), choices=CHOICES, initial=NoteKind.NOTE)
    text = forms.CharField(label=_("Text"), required=False, max_length=20_000)
    at = MomentField(label=pgettext_lazy("timeline", "When"), required=False)
    uploads = FilesField(label=_("Files"), required=False)

    def __init__(self, *args: Any, note: Note | None = None, **kwargs: Any) -> None:
        self.note = note
        if note:
            at = note.at.astimezone(organisation_zone()).strftime(WRITTEN)
            kwargs["initial"] = {"kind": note.kind, "text": note.text, "at": at}
        super().__init__(*args, **kwargs)
        if note:
            self.fields["drop"] = forms.ModelMultipleChoiceField(
                note.files.all(), to_field_name="key", required=False, label=_("Remove these files")
            )
            if note.kind == NoteKind.STEP:
                del self.fields["kind"]

    def clean_text(self) -> str:
        """Browsers send two characters at the end of a line; one is stored."""
        return self.cleaned_data["text"].replace("\r\n", "\n")

    def clean_at(self) -> datetime | None:
        """The picker knows no seconds: what was not touched stays exactly as it was."""
        if self.note and self.data.get("at", "") in ("", self.initial["at"]):
            return self.note.at
        return self.cleaned_data["at"]

    def values(self) -> dict:
        """The fields of the note; a moment that was left open is left out."""
        values = {name: self.cleaned_data[name] for name in ("kind", "text", "at") if name in self.cleaned_data}
        return {name: value for name, value in values.items() if value is not None}

    @property
    def kinds(self) -> list[tuple[str, str | Promise, str]]:
        """The kinds to choose from: value, label and icon."""
        return [(value, label, ICONS[NoteKind(value)]) for value, label in CHOICES]

    def value_of(self, name: str) -> Any:
        """The value to display in the field: typed, stored or the default."""
        return (self.data.get(name, "") if self.is_bound else self.initial.get(name)) or self.fields[name].initial or ""
