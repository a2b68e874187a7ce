"""Notes on the timeline of a sale, and their files: only for who may see the sale."""

from uuid import UUID

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from sales.in_trash import missing
from sales.models import Sale
from sales.notes import NOTES
from salescrm.notes import views


def _seen(request: HttpRequest, pk: int) -> Sale:
    try:
        return Sale.objects.visible_to(request.user).only("subject").get(pk=pk)
    except Sale.DoesNotExist as error:
        raise missing(request.user, pk) from error


@permission_required("sales.change_sale", raise_exception=True)
def note_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a note to a sale, open or closed."""
    return views.add(request, NOTES, _seen(request, pk))


@permission_required("sales.change_sale", raise_exception=True)
def note(request: HttpRequest, pk: int, note: int) -> HttpResponse:
    """Change a note of a sale."""
    return views.change(request, NOTES, _seen(request, pk), note)


@permission_required("sales.change_sale", raise_exception=True)
def note_remove(request: HttpRequest, pk: int, note: int) -> HttpResponse:
    """Remove a note of a sale, after asking."""
    return views.remove(request, NOTES, _seen(request, pk), note)


@require_safe
@permission_required("sales.view_sale", raise_exception=True)
def file(request: HttpRequest, pk: int, key: UUID) -> HttpResponseBase:
    """A file from the timeline of a sale."""
    return views.send_file(request, NOTES, _seen(request, pk), key)
