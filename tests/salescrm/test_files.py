"""Files people add: what they may be called, where they go, and that none stays behind."""

import resource
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from salescrm import files
from salescrm.files import clean_name, extension
from salescrm.models import StoredFile


def on_disk(shelf: Path) -> list[Path]:
    return [path for path in shelf.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("offer.pdf", "offer.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\jan\\offer.pdf", "offer.pdf"),
        ("of\u202efdp.exe", "offdp.exe"),
        ("a\x00b\r\n c.txt", "ab c.txt"),
        ("  two   spaces .pdf. ", "two spaces .pdf"),
        ("e\u0301t\u00e9.pdf", "\u00e9t\u00e9.pdf"),
        (".pdf", "pdf"),
        ("/", ""),
        ("x" * 300 + ".pdf", "x" * 251 + ".pdf"),
    ],
)
def test_names_lose_paths_and_what_cannot_be_seen(name, cleaned):
    assert clean_name(name) == cleaned


@pytest.mark.parametrize(
    ("name", "ending"),
    [("a.PDF", "pdf"), ("a.pdf.exe", "exe"), ("a.exe.pdf", "pdf"), ("pdf", ""), ("a.", ""), ("", "")],
)
def test_the_last_extension_counts(name, ending):
    assert extension(name) == ending


def test_nothing_that_runs_may_be_added():
    assert not {"html", "htm", "svg", "xhtml", "xml", "js", "exe", "bat", "sh", "php", ""} & set(files.TYPES)


def test_file_is_kept_under_a_name_of_our_own(shelf, salesperson):
    with files.file_transaction() as written:
        [file] = files.store([SimpleUploadedFile("a.txt", b"words", "text/html")], by=salesperson, written=written)
    assert (file.name, file.content_type, file.size) == ("a.txt", "text/plain", 5)
    [path] = on_disk(shelf)
    assert path == shelf / file.key.hex[:2] / file.key.hex
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"words", 0o600)


def test_no_file_stays_when_the_transaction_fails(shelf, salesperson):
    uploads = [SimpleUploadedFile(f"{name}.txt", b"words") for name in "abc"]
    with pytest.raises(IntegrityError), files.file_transaction() as written:
        files.store(uploads, by=salesperson, written=written)
        assert len(on_disk(shelf)) == 3
        StoredFile.objects.update(name="")
    assert (on_disk(shelf), StoredFile.objects.count()) == ([], 0)


def test_dropped_file_leaves_the_disk_only_after_the_commit(shelf, salesperson, django_capture_on_commit_callbacks):
    with files.file_transaction() as written:
        stored = files.store([SimpleUploadedFile("a.txt", b"words")], by=salesperson, written=written)
    with transaction.atomic():
        files.drop(stored)
        transaction.set_rollback(True)
    assert (len(on_disk(shelf)), StoredFile.objects.count()) == (1, 1)
    with django_capture_on_commit_callbacks(execute=True):
        files.drop(list(StoredFile.objects.all()))
    assert (on_disk(shelf), StoredFile.objects.count()) == ([], 0)


def test_files_are_never_below_what_everybody_can_read():
    served = [settings.STATIC_ROOT, *settings.STATICFILES_DIRS]
    assert not any(settings.FILES_DIR.is_relative_to(directory) for directory in served)


@pytest.fixture
def small_disk():
    """No file of this process grows beyond a kilobyte."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def refusal_of(uploads, by):
    with pytest.raises(ValidationError) as refusal, files.file_transaction() as written:
        files.store(uploads, by=by, written=written)
    return [error.code for error in refusal.value.error_dict["uploads"]]


def test_file_for_a_folder_that_is_away_is_refused_and_logged(no_shelf, salesperson, caplog):
    assert refusal_of([SimpleUploadedFile("a.txt", b"words")], salesperson) == ["disk"]
    assert "of 5 bytes could not be stored" in caplog.text and "a.txt" not in caplog.text
    assert StoredFile.objects.count() == 0


def test_file_that_fills_the_disk_is_refused_and_nothing_stays(shelf, salesperson, small_disk):
    uploads = [SimpleUploadedFile("a.txt", b"words"), SimpleUploadedFile("b.txt", b"x" * 5000)]
    assert refusal_of(uploads, salesperson) == ["disk"]
    assert (on_disk(shelf), StoredFile.objects.count()) == ([], 0)
