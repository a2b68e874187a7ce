"""Notes and files about a relation: who writes, who reads, and where they lead."""

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from relations.models import RelationNote
from salescrm.notes import writing
from tests.factories import RelationFactory

HTMX = {"HX-Request": "true"}


@pytest.fixture
def relation(company, shelf):
    return RelationFactory(name="Van Dam")


@pytest.fixture
def desk(as_user, salesperson):
    return as_user(salesperson)


@pytest.fixture
def note(relation, salesperson):
    note = RelationNote(relation=relation, kind="meeting", text="Met")
    return writing.add(note, uploads=[SimpleUploadedFile("a.pdf", b"%PDF")], by=salesperson)


def url(name, relation, *more):
    return reverse(f"relations:{name}", args=[relation.pk, *more])


def words(**values):
    return {"kind": "call", "text": "Hello", "at": "", "token": uuid4(), **values}


def test_note_added_whole_and_in_place(desk, relation):
    assert desk.post(url("note-new", relation), words())["Location"] == relation.get_absolute_url()
    answer = desk.post(url("note-new", relation), words(text="Again"), headers=HTMX, follow=True)
    assert answer.redirect_chain == [(f"/sales/timeline-of-relation/{relation.pk}/?form=1", 302)]
    assert [entry.note.text for entry in answer.context["entries"]] == ["Again", "Hello"]


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_refused_note_is_shown_again(desk, relation, headers):
    answer = desk.post(url("note-new", relation), words(text=" ", at="soon"), headers=headers)
    assert answer.status_code == 422
    assert "Enter a date and time" in answer.content.decode()


def test_author_changes_managers_remove_and_everybody_reads(as_user, colleague, manager, relation, note):
    key = note.files.get().key
    for user, change, remove in ((colleague, 403, 403), (manager, 403, 302)):
        browser = as_user(user)
        assert b"".join(browser.get(url("file", relation, key))) == b"%PDF"
        assert browser.post(url("note", relation, note.pk), words(version=1)).status_code == change
        assert browser.post(url("note-remove", relation, note.pk), {"version": 1}).status_code == remove
    assert RelationNote.objects.count() == 0


def test_note_and_file_of_another_relation_are_not_found(desk, relation, note):
    other = RelationFactory()
    assert desk.get(url("note", other, note.pk)).status_code == 404
    assert desk.get(url("note-remove", other, note.pk)).status_code == 404
    assert desk.get(url("file", other, note.files.get().key)).status_code == 404


def test_merged_relation_takes_no_notes(desk, relation):
    into = RelationFactory()
    type(relation).objects.filter(pk=relation.pk).update(merged_into=into, is_active=False)
    assert desk.post(url("note-new", relation), words()).status_code == 404
