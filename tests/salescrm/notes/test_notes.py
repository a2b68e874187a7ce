"""Notes without HTTP: what is stored and refused, twice and stale, with files that go along."""

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from relations.models import RelationNote
from salescrm.models import StoredFile
from salescrm.notes import writing
from salescrm.notes.forms import NoteForm
from salescrm.versions import Stale
from tests.factories import RelationFactory


def upload(name="a.txt", content=b"words"):
    return SimpleUploadedFile(name, content)


@pytest.fixture
def relation(company):
    return RelationFactory(name="Van Dam")


@pytest.fixture
def on_disk(shelf):
    return lambda: len([path for path in shelf.rglob("*") if path.is_file()])


def form(files=(), note=None, **values):
    return NoteForm({"kind": "note", "text": "Words", **values}, MultiValueDict({"uploads": list(files)}), note=note)


def test_note_is_stored_with_author_moment_and_files(relation, salesperson, on_disk):
    before = timezone.now()
    note = writing.add(
        RelationNote(relation=relation, kind="call", text="Hello"), uploads=[upload(), upload("b.pdf")], by=salesperson
    )
    stored = RelationNote.objects.get()
    assert (stored, stored.kind, stored.text, stored.by, stored.version) == (note, "call", "Hello", salesperson, 1)
    assert before <= stored.at <= timezone.now()
    assert [file.name for file in stored.files.order_by("pk")] == ["a.txt", "b.pdf"]
    assert on_disk() == 2


def test_note_sent_twice_is_one(relation, salesperson, on_disk):
    token = uuid4()
    first, second = (
        writing.add(RelationNote(relation=relation, text="Hello"), uploads=[upload()], by=salesperson, token=token)
        for _turn in range(2)
    )
    assert (first, RelationNote.objects.count(), StoredFile.objects.count(), on_disk()) == (second, 1, 1, 1)


def test_token_of_somebody_else_shows_nothing_of_theirs(relation, salesperson, colleague):
    token = uuid4()
    writing.add(RelationNote(relation=relation, text="Hello"), by=salesperson, token=token)
    with pytest.raises(ValidationError) as refusal:
        writing.add(RelationNote(relation=relation, text="Other"), by=colleague, token=token)
    assert (refusal.value.code, RelationNote.objects.count()) == ("token", 1)


@pytest.mark.parametrize("kind", ["note", "call", "mail", "step"])
def test_only_a_meeting_can_lie_ahead(relation, salesperson, kind):
    ahead = timezone.now() + timedelta(days=3)
    assert writing.add(
        RelationNote(relation=relation, kind="meeting", text="Plan", at=ahead), by=salesperson
    ).is_planned
    with pytest.raises(ValidationError) as refused:
        writing.add(RelationNote(relation=relation, kind=kind, text="Plan", at=ahead), by=salesperson)
    assert list(refused.value.error_dict) == ["at"]
    assert RelationNote.objects.count() == 1


def test_empty_note_is_refused_and_files_alone_are_enough(relation, salesperson, on_disk):
    with pytest.raises(ValidationError):
        writing.add(RelationNote(relation=relation, text=""), by=salesperson)
    note = writing.add(RelationNote(relation=relation, text=""), uploads=[upload()], by=salesperson)
    with pytest.raises(ValidationError):
        writing.change(note, values={}, without=note.files.all(), version=1, by=salesperson)
    assert on_disk() == 1


def test_eleven_files_are_refused_ten_are_not(relation, salesperson, on_disk):
    with pytest.raises(ValidationError):
        writing.add(RelationNote(relation=relation, text="x"), uploads=[upload()] * 11, by=salesperson)
    ten = [upload(f"{n}.txt") for n in range(10)]
    note = writing.add(RelationNote(relation=relation, text="x"), uploads=ten, by=salesperson)
    with pytest.raises(ValidationError):
        writing.change(note, values={}, uploads=[upload("more.txt")], version=1, by=salesperson)
    assert (on_disk(), StoredFile.objects.count()) == (10, 10)


def test_change_replaces_words_and_files(relation, salesperson, on_disk, django_capture_on_commit_callbacks):
    note = writing.add(RelationNote(relation=relation, text="Old"), uploads=[upload(), upload("b.txt")], by=salesperson)
    gone = note.files.filter(name="a.txt")
    with django_capture_on_commit_callbacks(execute=True):
        changed = writing.change(
            note, values={"text": "New"}, uploads=[upload("c.txt")], without=gone, version=1, by=salesperson
        )
    assert (changed.text, changed.version) == ("New", 2)
    assert sorted(file.name for file in changed.files.all()) == ["b.txt", "c.txt"]
    assert on_disk() == 2


def test_stale_change_and_removal_are_refused(relation, salesperson):
    note = writing.add(RelationNote(relation=relation, text="Old"), by=salesperson)
    writing.change(note, values={"text": "New"}, version=1, by=salesperson)
    with pytest.raises(Stale):
        writing.change(note, values={"text": "Other"}, version=1, by=salesperson)
    with pytest.raises(Stale):
        writing.remove(note, version=1)
    assert RelationNote.objects.get().text == "New"


def test_second_click_on_a_change_changes_nothing(relation, salesperson):
    note = writing.add(RelationNote(relation=relation, text="Old"), by=salesperson)
    for _turn in range(2):
        assert writing.change(note, values={"text": "New"}, version=1, by=salesperson).version == 2


def test_second_click_adds_no_file_again_and_another_file_is_no_second_click(relation, salesperson):
    note = writing.add(RelationNote(relation=relation, text="Old"), uploads=[upload("old.pdf")], by=salesperson)
    values, old = {"text": "Old"}, note.files.get()
    for _turn in range(2):
        assert writing.change(note, values=values, uploads=[upload()], version=1, by=salesperson).version == 2
    with pytest.raises(Stale):
        writing.change(note, values=values, uploads=[upload("b.pdf")], version=1, by=salesperson)
    with pytest.raises(Stale):
        writing.change(note, values=values, without=[old], version=1, by=salesperson)
    assert sorted(note.files.values_list("name", flat=True)) == ["a.txt", "old.pdf"]


def test_removal_takes_the_files_along(relation, salesperson, on_disk, django_capture_on_commit_callbacks):
    note = writing.add(RelationNote(relation=relation, text="x"), uploads=[upload()], by=salesperson)
    with django_capture_on_commit_callbacks(execute=True):
        writing.remove(note, version=1)
    assert (RelationNote.objects.count(), StoredFile.objects.count(), on_disk()) == (0, 0, 0)


def test_failing_storage_leaves_neither_note_nor_file(relation, salesperson, on_disk):
    class Torn(SimpleUploadedFile):
        def chunks(self, chunk_size=None):
            yield b"half"
            raise OSError("disk full")

    with pytest.raises(ValidationError) as refusal:
        writing.add(RelationNote(relation=relation, text="x"), uploads=[upload(), Torn("b.txt", b"1")], by=salesperson)
    assert [error.code for error in refusal.value.error_dict["uploads"]] == ["disk"]
    assert (RelationNote.objects.count(), StoredFile.objects.count(), on_disk()) == (0, 0, 0)


@pytest.mark.django_db(transaction=True)
def test_same_note_sent_from_two_tabs_at_once_is_one(relation, salesperson, on_disk):
    token, start, pks = uuid4(), Barrier(2), []

    def send():
        start.wait()
        note = RelationNote(relation=relation, text="Hello")
        pks.append(writing.add(note, uploads=[upload()], by=salesperson, token=token).pk)
        connection.close()

    threads = [Thread(target=send) for _turn in range(2)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert (len(pks), len(set(pks)), RelationNote.objects.count(), on_disk()) == (2, 1, 1, 1)


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("<b>x</b> & y", "&lt;b&gt;x&lt;/b&gt; &amp; y"),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ('https://a.example/"onmouseover="x', None),
        (
            "https://a.example/x",
            '<a href="https://a.example/x" rel="nofollow noopener noreferrer">https://a.example/x</a>',
        ),
        ("two\nlines", "two\nlines"),
    ],
)
def test_text_is_shown_as_it_was_typed_with_safe_links(text, body):
    html = RelationNote(text=text).body
    assert html == body if body else "onmouseover=" not in html.replace("&quot;", "").split("</a>")[0].split(">")[0]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.html", b"x", "type"), ("a.svg", b"x", "type"), ("a.js", b"x", "type"), ("a.exe", b"x", "type"),
        ("a.pdf.exe", b"x", "type"), ("noextension", b"x", "type"), (".pdf", b"x", "type"), ("a.pdf", b"", "empty"),
    ],
)  # fmt: skip
def test_files_of_other_types_and_empty_ones_are_refused(name, content, code):
    bound = form([upload("good.pdf"), upload(name, content)])
    assert [error.code for error in bound.errors.as_data()["uploads"]] == [code]


def test_file_beyond_the_limit_is_refused(settings):
    settings.FILE_MAX_MB = 1
    assert form([upload("a.pdf", b"x" * 1024 * 1024)]).is_valid()
    assert [error.code for error in form([upload("a.pdf", b"x" * (1024 * 1024 + 1))]).errors.as_data()["uploads"]] == [
        "large"
    ]


def test_moment_is_read_in_the_time_of_the_organisation(company):
    bound = form(at="2026-07-01T14:30")
    assert bound.is_valid()
    assert bound.values()["at"] == datetime(2026, 7, 1, 12, 30, tzinfo=UTC)
    assert "at" not in form_values(at="")


def form_values(**values):
    bound = form(**values)
    assert bound.is_valid(), bound.errors
    return bound.values()


@pytest.mark.parametrize(
    "at", ["yesterday", "2026-13-01T10:00", "0001-01-01T00:00", "9999-12-31T23:59", "2026-01-01T10:00Z"]
)
def test_moment_that_makes_no_sense_is_refused(at):
    assert list(form(at=at).errors) == ["at"]


def test_untouched_moment_keeps_its_seconds(relation, salesperson):
    at = datetime(2026, 3, 1, 10, 30, 59, 123, tzinfo=UTC)
    note = writing.add(RelationNote(relation=relation, text="x", at=at), by=salesperson)
    assert form(note=note, at="2026-03-01T11:30").is_valid()
    bound = form(note=note, at="2026-03-01T11:30")
    bound.is_valid()
    assert bound.values()["at"] == at


def test_done_step_is_no_choice_and_stays_one(relation, salesperson):
    assert "kind" in form(kind="step").errors
    note = writing.add(RelationNote(relation=relation, kind="step", text="Called"), by=salesperson)
    bound = form(note=note, kind="call")
    assert bound.is_valid()
    assert "kind" not in bound.values()
