"""The pages that explain the program. No namespace: every page links to them."""

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_safe

from salescrm.help.shortcuts import GROUPS
from salescrm.pages import page


@require_safe
def shortcuts(request: HttpRequest) -> HttpResponse:
    """Every key that does something."""
    groups = [(title, list(shortcuts.values())) for title, shortcuts in GROUPS]
    return page(request, "help/shortcuts.html", {"groups": groups}, part="dialog")


urlpatterns = [path("shortcuts/", shortcuts, name="shortcuts")]
