"""The one search: a page of hits, and the same shorter under the box while somebody types."""

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from sales.search.query import MOST
from sales.search.results import find, look_up
from salescrm import recent
from salescrm.pages import page


@require_safe
def search(request: HttpRequest, *, limit: int) -> HttpResponse:
    """At most `limit` records of each kind that fit `q`; without it what this user opened last (rule 23)."""
    if set(request.GET) - {"q"}:
        raise BadRequest("search has one word: q")
    text = " ".join(request.GET.get("q", "").replace("\x00", "").split())
    groups = find(text, request.user, limit=limit) if text else []
    context = {
        "text": text,
        "groups": groups,
        "count": sum(len(group.hits) for group in groups),
        "recent": [] if text else look_up(recent.read(request), request.user),
        "brief": limit < MOST,
    }
    return page(request, "sales/search/page.html", context, part="results")
