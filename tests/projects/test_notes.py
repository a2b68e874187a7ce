"""Notes and files about a project, and that a project with notes is not thrown away."""

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from projects.models import Project, ProjectNote
from projects.opening import NewProject, is_untouched
from sales.acceptance import accept
from sales.models import Sale
from sales.reopening import follow_up_is_untouched
from salescrm.notes import writing
from tests.factories import LineFactory, ProjectFactory, SaleFactory

HTMX = {"HX-Request": "true"}


@pytest.fixture
def project(colleague, shelf):
    """A project somebody else manages."""
    return ProjectFactory(name="Quay", manager=colleague)


@pytest.fixture
def desk(as_user, salesperson):
    return as_user(salesperson)


def url(name, project, *more):
    return reverse(f"projects:{name}", args=[project.pk, *more])


def words(**values):
    return {"kind": "note", "text": "Hello", "at": "", "token": uuid4(), **values}


def test_everybody_who_edits_projects_may_write_about_any(desk, project):
    assert desk.post(url("note-new", project), words())["Location"] == project.get_absolute_url()
    answer = desk.post(url("note-new", project), words(text="Again"), headers=HTMX, follow=True)
    assert answer.redirect_chain == [(f"/sales/timeline-of-project/{project.pk}/?form=1", 302)]
    assert [entry.note.text for entry in answer.context["entries"] if entry.note] == ["Again", "Hello"]


def test_closed_project_takes_notes(desk, project):
    Project.objects.update(status="closed")
    assert desk.post(url("note-new", project), words()).status_code == 302


def test_author_changes_managers_remove_and_everybody_reads(as_user, colleague, manager, salesperson, project):
    note = writing.add(
        ProjectNote(project=project, text="x"), uploads=[SimpleUploadedFile("a.pdf", b"%PDF")], by=salesperson
    )
    for user, change, remove in ((colleague, 403, 403), (manager, 403, 302)):
        browser = as_user(user)
        assert b"".join(browser.get(url("file", project, note.files.get().key))) == b"%PDF"
        assert browser.post(url("note", project, note.pk), words(version=1)).status_code == change
        assert browser.post(url("note-remove", project, note.pk), {"version": 1}).status_code == remove
    assert ProjectNote.objects.count() == 0


def test_note_and_file_of_another_project_are_not_found(desk, project, salesperson):
    note = writing.add(
        ProjectNote(project=project, text="x"), uploads=[SimpleUploadedFile("a.pdf", b"%")], by=salesperson
    )
    other = ProjectFactory()
    assert desk.get(url("note", other, note.pk)).status_code == 404
    assert desk.get(url("file", other, note.files.get().key)).status_code == 404


def test_project_with_notes_counts_as_touched(salesperson):
    sale = SaleFactory(owner=salesperson)
    LineFactory(sale=sale)
    opened = NewProject("Quay", None, salesperson, None, None, "")
    accepted = accept(
        sale, reason=None, relation_type=sale.customer.relation_type, follow_up="new_project", new_project=opened,
        version=1, by=salesperson,
    )  # fmt: skip
    accepted = Sale.objects.get(pk=accepted.pk)
    services = list(accepted.project.services.all())
    assert is_untouched(accepted.project, services=services, made_for_sale=True)
    assert follow_up_is_untouched(accepted)
    writing.add(ProjectNote(project=accepted.project, text="Started"), by=salesperson)
    assert not is_untouched(accepted.project, services=services, made_for_sale=True)
    assert not follow_up_is_untouched(accepted)
    assert is_untouched(accepted.project, services=services, made_for_sale=False)
