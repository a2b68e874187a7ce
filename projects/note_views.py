"""Notes about projects and their files (the timeline itself is a page of sales, which has all its entries)."""

from uuid import UUID

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from projects.models import Project, ProjectNote
from salescrm.notes import views
from salescrm.notes.views import Notebook

NOTES = Notebook(
    ProjectNote,
    about="project",
    app="projects",
    change="projects.change_project",
    remove_any="projects.change_any_project",
    timeline="sales:timeline-of-project",
    target="#timeline",
)


@permission_required("projects.change_project", raise_exception=True)
def note_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a note about a project."""
    return views.add(request, NOTES, get_object_or_404(Project, pk=pk))


@permission_required("projects.change_project", raise_exception=True)
def note(request: HttpRequest, pk: int, note: int) -> HttpResponse:
    """Change a note about a project."""
    return views.change(request, NOTES, get_object_or_404(Project, pk=pk), note)


@permission_required("projects.change_project", raise_exception=True)
def note_remove(request: HttpRequest, pk: int, note: int) -> HttpResponse:
    """Remove a note about a project, after asking."""
    return views.remove(request, NOTES, get_object_or_404(Project, pk=pk), note)


@require_safe
@permission_required("projects.view_project", raise_exception=True)
def file(request: HttpRequest, pk: int, key: UUID) -> HttpResponseBase:
    """A file from the timeline of a project."""
    return views.send_file(request, NOTES, get_object_or_404(Project, pk=pk), key)
