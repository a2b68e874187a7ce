"""Files people add: stored outside everything a web server serves, sent by views that check permissions."""

import logging
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from io import BytesIO
from pathlib import PurePath
from typing import Any, cast
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import InMemoryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, TemporaryFileUploadHandler
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

logger = logging.getLogger(__name__)
MEGABYTE = 1024 * 1024
OFFICE = "application/vnd.openxmlformats-officedocument."
OPEN = "application/vnd.oasis.opendocument."

# What may be added, by extension, and what it is sent out as: the browser's own word is never believed. Nothing that a
# browser or a computer would run is among them.
TYPES = {
    "pdf": "application/pdf",
    "doc": "application/msword", "docx": f"{OFFICE}wordprocessingml.document", "odt": f"{OPEN}text",
    "xls": "application/vnd.ms-excel", "xlsx": f"{OFFICE}spreadsheetml.sheet", "ods": f"{OPEN}spreadsheet",
    "ppt": "application/vnd.ms-powerpoint", "pptx": f"{OFFICE}presentationml.presentation",
    "odp": f"{OPEN}presentation", "rtf": "application/rtf", "txt": "text/plain", "md": "text/plain", "csv": "text/csv",
    "eml": "message/rfc822", "msg": "application/vnd.ms-outlook", "ics": "text/calendar", "vcf": "text/vcard",
    "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp",
    "heic": "image/heic", "tif": "image/tiff", "tiff": "image/tiff", "bmp": "image/bmp",
    "mp3": "audio/mpeg", "m4a": "audio/mp4", "wav": "audio/wav", "mp4": "video/mp4", "mov": "video/quicktime",
    "dwg": "image/vnd.dwg", "dxf": "image/vnd.dxf", "zip": "application/zip", "7z": "application/x-7z-compressed",
}  # fmt: skip
NAME_LENGTH = 255


def place(instance: "StoredFile", filename: str) -> str:
    """Where a file is stored: under a name of our own, so that the name people give it never reaches the disk."""
    return f"{instance.key.hex[:2]}/{instance.key.hex}"


class StoredFile(models.Model):
    """One file with the name it was given; what it belongs to points here and decides who may read it."""

    key = models.UUIDField(unique=True, default=uuid4, editable=False)
    name = models.CharField(_("file name"), max_length=255)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    content = models.FileField(upload_to=place)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        constraints = [
            models.CheckConstraint(
                condition=~Q(name=""), name="file_has_a_name", violation_error_message=_("A file has a name.")
            )
        ]

    def __str__(self) -> str:
        return self.name


def clean_name(name: str) -> str:
    """What people call a file, without a path and without characters that are not seen or turn the writing round."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    seen = "".join(char for char in last if unicodedata.category(char)[0] != "C" or char == " ")
    path = PurePath(" ".join(seen.split()).strip(". "))
    stem = path.name[: len(path.name) - len(path.suffix)]
    return stem[: NAME_LENGTH - len(path.suffix)] + path.suffix if len(path.suffix) < 20 else path.name[:NAME_LENGTH]


def extension(name: str) -> str:
    """The last extension, in small letters and without its dot."""
    return PurePath(name).suffix.lower().removeprefix(".")


@contextmanager
def file_transaction() -> Iterator[list[StoredFile]]:
    """A transaction for rows and files alike: what was stored in it leaves the disk when the transaction fails."""
    written: list[StoredFile] = []
    try:
        with transaction.atomic():
            yield written
    except BaseException:
        for file in written:
            _erase(place(file, file.name))
        raise


def _erase(path: str) -> None:
    """Take a file from the disk; what stops that is logged, and hides no other error."""
    try:
        default_storage.delete(path)
    except OSError:
        logger.exception("The file %s could not be removed", path)


def unstorable() -> ValidationError:
    """The refusal of a file that the disk does not take."""
    message = _(
        "The server could not store this file: its disk is full or cannot be written. Nothing was stored. "
        "Tell your administrator, and try again."
    )
    return ValidationError(message, code="disk")


def store(
    uploads: Iterable[UploadedFile], *, by: Any, written: list[StoredFile], field: str = "uploads"
) -> list[StoredFile]:
    """Store the files a form has checked; runs inside file_transaction(), and appends to its list.

    Refuses, for this `field` of the form, what the disk does not take.
    """
    stored = []
    for upload in uploads:
        name = clean_name(upload.name or "")
        file = StoredFile(name=name, content_type=TYPES[extension(name)], size=upload.size or 0, by=by)
        written.append(file)
        try:
            file.content.save(name, upload, save=False)
        except OSError as error:
            logger.exception("The file %s of %s bytes could not be stored", place(file, name), upload.size)
            raise ValidationError({field: unstorable()}) from error
        file.save(force_insert=True)
        stored.append(file)
    return stored


def drop(files: Iterable[StoredFile]) -> None:
    """Forget files that nothing points to any more; they leave the disk once the transaction has succeeded."""
    for file in files:
        transaction.on_commit(partial(default_storage.delete, cast(str, file.content.name)), robust=True)
        file.delete()


class Bounded(FileUploadHandler):
    """Stops storing a file that is larger than anything here accepts, so that no disk fills up; its form refuses it."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Hand a piece on to the next handler, up to the bound and one piece more."""
        return raw_data if start <= settings.UPLOAD_MAX_MB * MEGABYTE else None

    def file_complete(self, file_size: int) -> UploadedFile | None:
        """Leave the rest to the next handler."""
        return None


class Unstored(InMemoryUploadedFile):
    """Stands for an uploaded file that could not be written to the disk: it is empty."""


class Temporary(TemporaryFileUploadHandler):
    """Writes larger uploads to the disk while they arrive. When the disk is full the rest of the form is still read,
    and the form refuses the file.
    """

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file."""
        self.failed = False
        try:
            super().new_file(*args, **kwargs)
        except OSError:
            self._fail()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Write a piece, unless writing failed before."""
        try:
            return None if self.failed else super().receive_data_chunk(raw_data, start)
        except OSError:
            self._fail()
        return None

    def file_complete(self, file_size: int) -> UploadedFile | None:
        """The file, or what stands for it."""
        try:
            if not self.failed:
                return super().file_complete(file_size)
        except OSError:
            self._fail()
        return Unstored(BytesIO(), self.field_name, self.file_name, self.content_type, file_size, self.charset)

    def _fail(self) -> None:
        logger.exception("A file that came in could not be kept for the time being")
        self.failed = True
        with suppress(OSError, AttributeError):  # its last bytes do not fit either, or there is none
            self.file.close()
