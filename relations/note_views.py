"""Notes about relations and their files (the timeline itself is a page of sales, which has all its entries)."""

from uuid import UUID

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from relations.models import Relation, RelationNote
from salescrm.notes import views
from salescrm.notes.views import Notebook

NOTES = Notebook(
    RelationNote,
    about="relation",
    app="relations",
    change="relations.change_relation",
    remove_any="relations.deactivate_relation",
    timeline="sales:timeline-of-relation",
    target="#timeline",
)


@permission_required("relations.change_relation", raise_exception=True)
def note_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a note about a relation."""
    return views.add(request, NOTES, get_object_or_404(Relation, pk=pk, merged_into=None))


@permission_required("relations.change_relation", raise_exception=True)
def note(request: HttpRequest, pk: int, note: int) -> HttpResponse:
    """Change a note about a relation."""
    return views.change(request, NOTES, get_object_or_404(Relation, pk=pk, merged_into=None), note)


@permission_required("relations.change_relation", raise_exception=True)
def note_remove(request: HttpRequest, pk: int, note: int) -> HttpResponse:
    """Remove a note about a relation, after asking."""
    return views.remove(request, NOTES, get_object_or_404(Relation, pk=pk, merged_into=None), note)


@require_safe
@permission_required("relations.view_relation", raise_exception=True)
def file(request: HttpRequest, pk: int, key: UUID) -> HttpResponseBase:
    """A file from the timeline of a relation."""
    return views.send_file(request, NOTES, get_object_or_404(Relation, pk=pk, merged_into=None), key)
