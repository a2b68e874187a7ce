"""Duplicates while somebody types, those a submitted form did not show yet, and all of them in a list."""

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from relations.duplicates.exporting import duplicates_table
from relations.duplicates.groups import PER_PAGE, all_groups, groups
from relations.duplicates.likely import Likely, likely
from relations.models import Relation
from salescrm.exports import downloads
from salescrm.forms.submission import submitted_token
from salescrm.listing.state import Listing
from salescrm.pages import page
from salescrm.url_words import is_id
from salescrm.versions import made_before

COMPARED = [
    "name",
    "first_name",
    "prefix",
    "family_name",
    "email",
    "phone",
    "mobile",
    "website",
    "coc_number",
    "vat_number",
]
WORDS = {*COMPARED, "kind", "exclude", "field"}
PARAMS = ",".join(sorted(WORDS))  # what a form sends along while one types, and no more than that


@require_safe
@permission_required("relations.view_relation", raise_exception=True)
def ask(request: HttpRequest) -> HttpResponse:
    """The relations that may be the same as what is typed; `field` names the picker that may choose one of them."""
    if unknown := set(request.GET) - WORDS:
        raise BadRequest(f"unknown words: {', '.join(sorted(unknown))}")
    kind, exclude = request.GET.get("kind") or Relation.Kind.ORGANIZATION, request.GET.get("exclude", "")
    if kind not in Relation.Kind.values:
        raise BadRequest("unknown kind")
    if exclude and not is_id(exclude):
        raise BadRequest("unknown relation")
    values = {name: request.GET.get(name, "").replace("\x00", "")[:200] for name in COMPARED}
    similar = likely(kind, values, exclude=int(exclude) if exclude else None)
    context = {"likely": similar, "field": request.GET.get("field", "")[:50]}
    return page(request, "relations/duplicates/likely.html", context, part="notice")


def unseen(request: HttpRequest, form, *, kind: str, exclude: int | None = None) -> list[Likely]:
    """The likely duplicates of a valid form, when its sender was not shown every one of them.

    Of a form that changes a relation: only when a field that is compared was changed. The record that this very
    form (by its token) has made before is no duplicate of itself.
    """
    if exclude and not set(form.changed_data) & set(COMPARED):
        return []
    if not exclude and made_before(submitted_token(request), Relation):
        return []
    similar = likely(kind, form.cleaned_data, exclude=exclude)
    seen = {int(pk) for pk in request.POST.getlist("shown") if is_id(pk)}
    return similar if {one.relation.pk for one in similar} - seen else []


@require_safe
@permission_required("relations.merge_relation", raise_exception=True)
def duplicate_list(request: HttpRequest) -> HttpResponseBase:
    """All groups of relations that may be the same, the surest first."""
    state = Listing().read(request.GET)
    if kind := downloads.file_kind(request, "relations.export_relation"):
        return downloads.respond(request, duplicates_table(all_groups(downloads.CHUNK)), kind)
    page_of_groups, count = groups(state.page)
    rows = Paginator(range(count), PER_PAGE).get_page(state.page)
    context = {"groups": page_of_groups, "rows": rows}
    return page(request, "relations/duplicates/duplicates.html", context, part="groups")
