"""Marking two relations in the list of possible duplicates as not the same; the list of marked pairs."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from relations.duplicates.apart import known_apart, take_back, tell_apart
from relations.duplicates.groups import MOST
from salescrm.listing.state import Listing
from salescrm.pages import leave, page
from salescrm.url_words import is_id, read_id
from salescrm.versions import Refused


@permission_required("relations.merge_relation", raise_exception=True)
def apart_pairs(request: HttpRequest) -> HttpResponse:
    """The marked pairs; a POST marks one relation as none of the others, or removes those marks."""
    if request.method == "POST":
        return _carry_out(request)
    pairs = known_apart()
    context = {"rows": Listing(files=False).read(request.GET).page_of(pairs, count=pairs.count())}
    return page(request, "relations/duplicates/apart.html", context, part="rows")


def _carry_out(request: HttpRequest) -> HttpResponse:
    relation, others = read_id(request.POST, "relation"), request.POST.getlist("other")
    if not 0 < len(others) <= MOST or not all(map(is_id, others)):
        raise BadRequest("other is missing")
    others = {int(pk) for pk in others} - {relation}
    if request.POST.get("back"):
        take_back(relation, others)
        messages.success(request, _("These may be duplicates again."))
        return leave(request, "relations:told-apart")
    try:
        tell_apart(relation, others, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Noted: not a duplicate. You can take it back under “Not duplicates”."))
    return leave(request, "relations:duplicate-list")
