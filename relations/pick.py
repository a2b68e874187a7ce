"""The options of a picker while somebody types."""

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from relations.choosing import suggestions
from relations.models import Relation
from salescrm.pages import page
from salescrm.url_words import is_id


@require_safe
@permission_required("relations.view_relation", raise_exception=True)
def relation_pick(request: HttpRequest) -> HttpResponse:
    """At most twenty active relations that fit `q`, of the kinds in `kind`, without the one in `exclude`."""
    kinds = [kind for kind in request.GET.getlist("kind") if kind]
    exclude = request.GET.get("exclude", "")
    if not set(kinds) <= set(Relation.Kind.values):
        raise BadRequest("unknown kind")
    if exclude and not is_id(exclude):
        raise BadRequest("unknown relation")
    text = request.GET.get("q", "").replace("\x00", "")[:200]
    among = Relation.objects.active().of_kinds(kinds)
    relations = suggestions(among.exclude(pk=exclude) if exclude else among, text)
    return page(request, "relations/pick.html", {"relations": relations, "text": text}, part="options")
