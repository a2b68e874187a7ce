"""Notes and files on a sale: the pages, in place and whole, for whom, and what is refused."""

import json
import resource
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from relations.models import RelationNote
from sales import trashing
from sales.models import SaleEvent, SaleNote
from sales.notes import note_step_done
from sales.transitions import lose
from salescrm.models import StoredFile, Team
from salescrm.notes import writing
from tests.factories import RelationFactory, SaleFactory, UserFactory

HTMX = {"HX-Request": "true"}
DONE = {"timeline-changed": {}, "close-dialog": {}}


@pytest.fixture
def sale(salesperson, shelf):
    return SaleFactory(owner=salesperson, subject="Warehouse", customer=RelationFactory(name="Van Dam"))


@pytest.fixture
def note(sale, salesperson):
    """A call with one file."""
    return writing.add(
        SaleNote(sale=sale, kind="call", text="Asked for a price"),
        uploads=[SimpleUploadedFile("Tekening é.pdf", b"%PDF-1", "text/html")],
        by=salesperson,
    )


def url(name, sale, *more):
    return reverse(f"sales:{name}", args=[sale.pk, *more])


def words(**values):
    return {"kind": "note", "text": "Hello", "at": "", "token": uuid4(), **values}


def test_note_added_on_its_own_page_leads_back_to_the_sale(desk, sale, salesperson):
    response = desk.post(url("note-new", sale), words(kind="call", text="Hello\r\nthere"))
    assert response["Location"] == sale.get_absolute_url()
    stored = SaleNote.objects.get()
    assert (stored.sale, stored.kind, stored.text, stored.by) == (sale, "call", "Hello\nthere", salesperson)
    assert sale.version == 1
    assert "Hello\nthere" in desk.get(response["Location"]).content.decode()


def test_note_added_in_place_is_answered_with_the_timeline(desk, sale):
    response = desk.post(url("note-new", sale), words(), headers=HTMX, follow=True)
    page = response.content.decode()
    assert response.redirect_chain == [(f"/sales/{sale.pk}/history/?form=1", 302)]
    assert page.lstrip().startswith('<section class="panel" id="timeline"')
    assert "Hello" in page
    assert "Added to the timeline." in page


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_refused_note_keeps_what_was_typed_and_asks_for_the_files_again(desk, sale, headers):
    files = [SimpleUploadedFile("a.exe", b"MZ")]
    response = desk.post(url("note-new", sale), words(kind="mail", text="Kept", uploads=files), headers=headers)
    page = response.content.decode()
    assert (response.status_code, response["HX-Retarget"]) == (422, "#note-form")
    assert "Kept</textarea>" in page
    assert 'value="mail" checked' in page
    assert "a.exe" in page
    assert "Choose the files again" in page
    assert (SaleNote.objects.count(), StoredFile.objects.count()) == (0, 0)


def test_note_sent_twice_is_one(desk, sale):
    twice = words()
    for _turn in range(2):
        assert desk.post(url("note-new", sale), twice).status_code == 302
    assert SaleNote.objects.count() == 1


def test_closed_sale_takes_notes_and_a_trashed_one_is_gone(desk, sale, salesperson, manager, note):
    sale = lose(sale, reason=None, lost_to=None, version=1, by=salesperson)
    assert desk.post(url("note-new", sale), words()).status_code == 302
    trashing.trash(sale, version=sale.version, by=manager)
    assert desk.post(url("note-new", sale), words()).status_code == 409
    assert desk.get(url("file", sale, note.files.get().key)).status_code == 404
    assert SaleNote.objects.count() == 2


def test_own_note_is_changed_in_the_dialog(desk, sale, note):
    page = desk.get(url("note", sale, note.pk), headers=HTMX).content.decode()
    assert "Asked for a price</textarea>" in page
    answers = words(kind="meeting", text="Other", version=1, drop=[note.files.get().key])
    response = desk.post(url("note", sale, note.pk), answers, headers=HTMX)
    assert (response.status_code, json.loads(response["HX-Trigger"])) == (204, DONE)
    note.refresh_from_db()
    assert (note.kind, note.text, note.files.count(), note.version) == ("meeting", "Other", 0, 2)


def test_stale_change_shows_theirs_beside_yours(desk, sale, note, salesperson):
    writing.change(note, values={"text": "Theirs", "kind": "mail"}, version=1, by=salesperson)
    response = desk.post(url("note", sale, note.pk), words(kind="call", text="Mine", version=1))
    page = response.content.decode()
    assert response.status_code == 409
    assert [row.name for row in response.context["conflict"]["differences"]] == ["kind", "text"]
    assert "Theirs" in page
    assert "Mine</textarea>" in page
    assert 'name="version" value="2"' in page
    assert desk.post(url("note-remove", sale, note.pk), {"version": 1}).status_code == 409


def test_only_the_author_changes_and_managers_remove(as_user, colleague, manager, sale, note):
    for user, change, remove in ((colleague, 403, 403), (manager, 403, 302)):
        browser = as_user(user)
        assert browser.post(url("note", sale, note.pk), words(version=1)).status_code == change
        assert browser.post(url("note-remove", sale, note.pk), {"version": 1}).status_code == remove
    assert SaleNote.objects.count() == 0


def test_author_sees_the_ways_to_change_and_others_do_not(desk, as_user, colleague, manager, sale, note):
    paths = (url("note", sale, note.pk), url("note-remove", sale, note.pk))
    links = [
        [f'href="{path}"' in browser.get(sale.get_absolute_url()).content.decode() for path in paths]
        for browser in (desk, as_user(colleague), as_user(manager))
    ]
    assert links == [[True, True], [False, False], [False, True]]


def test_file_is_sent_to_be_kept_never_shown(desk, sale, note, reads_only):
    with reads_only():
        response = desk.get(url("file", sale, note.files.get().key))
    assert b"".join(response) == b"%PDF-1"
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Length"] == "6"
    assert response["Content-Disposition"] == "attachment; filename*=utf-8''Tekening%20%C3%A9.pdf"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-store"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response.streaming


def test_file_of_another_record_is_not_found(desk, sale, note, salesperson):
    other = SaleFactory(owner=salesperson)
    key = note.files.get().key
    assert desk.get(url("file", other, key)).status_code == 404
    assert desk.get(url("note", other, note.pk)).status_code == 404
    assert desk.get(reverse("relations:file", args=[sale.customer_id, key])).status_code == 404
    assert desk.get(url("file", sale, uuid4())).status_code == 404


def test_file_that_left_the_disk_has_a_page_that_says_so(desk, sale, note):
    file = note.files.get()
    default_storage.delete(file.content.name)
    response = desk.get(url("file", sale, file.key))
    assert response.status_code == 404
    assert "This file is not there any more" in response.content.decode()


@pytest.mark.parametrize(("visible", "mate", "stranger"), [("own", 404, 404), ("team", 200, 404), ("all", 200, 200)])
def test_notes_and_files_follow_the_visibility_of_their_sale(
    as_user, switch, sale, note, salesperson, colleague, visible, mate, stranger
):
    Team.objects.create(name="North").members.set([salesperson, colleague])
    switch(sales_visible=visible)
    addresses = [("file", note.files.get().key), ("history",), ("note-new",)]
    for user, expected in (
        (colleague, mate),
        (UserFactory(role="salesperson"), stranger),
    ):
        browser = as_user(user)
        answers = [browser.get(url(name, sale, *more)) for name, *more in addresses]
        assert {answer.status_code for answer in answers} == {expected}
        assert [b"".join(answer) for answer in answers]  # read to the end, a file is closed
        timeline = browser.get(reverse("sales:timeline-of-relation", args=[sale.customer_id])).content.decode()
        assert ("Asked for a price" in timeline) == (expected == 200)
        assert ("Tekening" in timeline) == (expected == 200)
        assert ("Warehouse" in timeline) == (expected == 200)


def test_done_step_stands_on_the_timeline(desk, sale, salesperson):
    note_step_done(sale, text="Call back", by=salesperson)
    page = desk.get(sale.get_absolute_url()).content.decode()
    assert "Step done" in page
    assert "Call back" in page
    assert 'value="step"' not in page
    form = desk.get(url("note", sale, SaleNote.objects.get().pk)).content.decode()
    assert "Call back</textarea>" in form
    assert 'name="kind"' not in form


def test_writing_a_note_is_no_event_of_the_sale(desk, sale):
    desk.post(url("note-new", sale), words())
    assert [event.kind for event in SaleEvent.objects.filter(sale=sale)] == ["created"]


@pytest.mark.parametrize("missing", ["token", "version"])
def test_form_without_token_or_version_is_malformed(desk, sale, note, missing):
    path = url("note-new", sale) if missing == "token" else url("note", sale, note.pk)
    assert desk.post(path, {"text": "x", "kind": "note"}).status_code == 400


def test_huge_upload_ends_in_a_clear_message(desk, sale, settings):
    settings.FILE_MAX_MB = settings.UPLOAD_MAX_MB = 1
    files = [SimpleUploadedFile("video.mp4", b"x" * 3 * 1024 * 1024)]
    response = desk.post(url("note-new", sale), words(text="Kept", uploads=files))
    assert response.status_code == 422
    assert "“video.mp4” is larger than 1 MB." in response.content.decode()
    assert "Kept</textarea>" in response.content.decode()


DISK = "The server could not store this file: its disk is full or cannot be written."


@pytest.mark.parametrize("headers", [{}, HTMX])
@pytest.mark.parametrize("about", ["sale", "relation"])
def test_file_the_disk_does_not_take_is_said_in_the_form_and_the_text_stays(desk, sale, no_shelf, headers, about):
    path = url("note-new", sale) if about == "sale" else reverse("relations:note-new", args=[sale.customer_id])
    files = [SimpleUploadedFile("plan.pdf", b"%PDF")]
    response = desk.post(path, words(kind="call", text="Typed", uploads=files), headers=headers)
    page = response.content.decode()
    assert response.status_code == 422
    assert DISK in page and "Typed</textarea>" in page and 'value="call" checked' in page
    assert (SaleNote.objects.count(), RelationNote.objects.count(), StoredFile.objects.count()) == (0, 0, 0)


def test_changed_note_whose_file_cannot_be_stored_stays_as_it_was(desk, sale, note, no_shelf):
    files = [SimpleUploadedFile("plan.pdf", b"%PDF")]
    response = desk.post(url("note", sale, note.pk), words(kind="call", text="Typed", version=1, uploads=files))
    page = response.content.decode()
    assert response.status_code == 422 and DISK in page and "Typed</textarea>" in page
    note.refresh_from_db()
    assert (note.text, note.version, note.files.count()) == ("Asked for a price", 1, 1)


@pytest.mark.parametrize("place", ["away", "small"])
def test_large_file_that_finds_no_room_while_it_comes_in_is_said_in_the_form(desk, sale, settings, no_shelf, place):
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 0
    settings.FILE_UPLOAD_TEMP_DIR = str(no_shelf / "shelf" / "x" if place == "away" else no_shelf)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, before[1]))
    files = [SimpleUploadedFile("plan.pdf", b"x" * 300_000), SimpleUploadedFile("empty.pdf", b"x" * 5000)]
    try:
        response = desk.post(url("note-new", sale), words(text="Typed", uploads=files))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert response.status_code == 422
    assert DISK in response.content.decode() and "Typed</textarea>" in response.content.decode()
    assert [path.name for path in no_shelf.iterdir()] == ["shelf"]
