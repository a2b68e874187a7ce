"""Relations: list, page, new, edit, deactivate."""

from functools import partial
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from relations import exporting
from relations.directory.filters import LIST, VISIBLE, WORDS, RelationFilter
from relations.duplicates.views import PARAMS, unseen
from relations.forms import FULL, QUICK, RelationForm
from relations.models import Contact, Relation, RelationType
from relations.saving import create_relation, edit_relation, set_active, stale
from salescrm.exports import downloads
from salescrm.forms.submission import refusals_in, submitted_token, submitted_version
from salescrm.forms.versioned import VersionedForm
from salescrm.models import User
from salescrm.pages import leave, page, tell
from salescrm.recent import remembers
from salescrm.url_words import is_id, link, way_back
from salescrm.versions import Refused, Stale


@require_safe
@permission_required("relations.view_relation", raise_exception=True)
def relation_list(request: HttpRequest) -> HttpResponseBase:
    """Search, filter and page through the relations."""
    state, relation_filter = LIST.read(request.GET, WORDS), RelationFilter.read(request.GET)
    matches, ordered = relation_filter.apply(), state.ordered(relation_filter.for_list())
    if kind := downloads.file_kind(request, "relations.export_relation"):
        table = exporting.contacts_table(matches) if state.parts else exporting.table(ordered)
        return downloads.respond(request, table, kind)
    count = matches.count()
    context = {
        "filter": relation_filter,
        "state": state,
        "rows": state.page_of(ordered, count=count),
        "columns": state.heads(VISIBLE),
        "chips": relation_filter.chips(request.GET),
        "nothing_yet": not count and not relation_filter.narrows and not Relation.objects.exists(),
        "kinds": Relation.Kind.choices,
    }
    response = page(request, "relations/directory/list.html", context, part="rows")
    response["HX-Push-Url"] = f"{request.path}{link(request.GET)}".removesuffix("?")
    return response


@require_safe
@permission_required("relations.view_relation", raise_exception=True)
@remembers("relation")
def relation_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The facts, the contact persons or positions, and what upper apps know."""
    relation = get_object_or_404(Relation.objects.for_detail(), pk=pk)
    if relation.merged_into_id:
        words = {"name": relation, "number": relation.number}
        messages.info(request, _("%(name)s %(number)s has been merged into this relation.") % words)
        return redirect(relation.merged_into)
    if relation.is_person:
        contacts = Contact.objects.filter(person=relation).order_by("organization__sort_key", "pk")
    else:
        contacts = Contact.objects.filter(organization=relation)
    context = {"relation": relation, "contacts": contacts.select_related("person", "organization")}
    return page(request, "relations/directory/detail.html", context, part="contacts")


@permission_required("relations.add_relation", raise_exception=True)
def relation_new(request: HttpRequest) -> HttpResponse:
    """A new organization or person; with `quick=1` the short form that a picker opens in a dialog."""
    query = request.POST if request.method == "POST" else request.GET
    kind, quick = _kind(query.get("kind") or Relation.Kind.ORGANIZATION), bool(query.get("quick"))
    form = (QUICK if quick else FULL)[kind](
        request.POST if request.method == "POST" else None,
        by=request.user,
        initial=_typed_name(kind, query) | _named_type(query),
    )
    token, similar = submitted_token(request) if request.method == "POST" else uuid4(), []
    if request.method == "POST" and form.is_valid() and not (similar := unseen(request, form, kind=kind)):
        values = _with_owner(form.values(), request.user)
        with refusals_in(form):
            relation = create_relation(kind=kind, values=values, by=request.user, token=token)
            return _created(request, relation, quick=quick)
    context = {"form": form, "kind": kind, "token": token, "query": _quick_query(query), "kinds": Relation.Kind}
    context |= {"likely": similar, "params": PARAMS, "field": query.get("field", "")}
    template = "relations/directory/quick.html" if quick else "relations/directory/new.html"
    return page(request, template, context, part="dialog", status=422 if form.errors or similar else 200)


def _created(request: HttpRequest, relation: Relation, *, quick: bool) -> HttpResponse:
    field, onward = request.POST.get("field", ""), way_back(request, request.POST.get("next", ""))
    if quick and field:
        detail = {"field": field, "id": relation.pk, "label": str(relation)}
        return tell(request, onward or relation, event="relation-created", detail=detail)
    messages.success(request, _("%(name)s has been added.") % {"name": relation})
    return leave(request, relation)


def _quick_query(query) -> dict:
    return {name: query.get(name, "") for name in ("field", "next", "choice", "name", "type")}


def _named_type(query) -> dict:
    """The relation type a picker names; nothing once it is retired or gone."""
    named = query.get("type", "")
    row = RelationType.objects.active().filter(pk=named).first() if is_id(named) else None
    return {"relation_type": row} if row else {}


def _kind(text: str) -> Relation.Kind:
    if text not in Relation.Kind.values:
        raise BadRequest("unknown kind")
    return Relation.Kind(text)


def _typed_name(kind: Relation.Kind, query) -> dict:
    typed = query.get("name", "").strip()
    if kind == Relation.Kind.ORGANIZATION:
        return {"name": typed}
    first, _space, rest = typed.partition(" ")
    prefix = [word for word in rest.split() if word.islower()]
    return {"first_name": first, "prefix": " ".join(prefix), "family_name": rest.removeprefix(" ".join(prefix)).strip()}


def _with_owner(values: dict, user) -> dict:
    return values if "owner" in values else values | {"owner": user}


@permission_required("relations.change_relation", raise_exception=True)
def relation_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a relation; a stale form is answered with theirs beside yours."""
    relation, posted = get_object_or_404(Relation.objects.for_detail(), pk=pk), request.method == "POST"
    if relation.merged_into_id and not posted:
        return redirect(relation)
    editor = VersionedForm(request, relation, partial(_form, request.user))
    status, likely = 422 if posted else 200, []
    try:
        with refusals_in(editor.form):
            if posted and editor.is_ready(stale) and not (likely := _likely(request, editor)):
                edit_relation(relation, values=editor.form.values(), version=editor.version, by=request.user)
                messages.success(request, _("The relation has been changed."))
                return leave(request, relation)
    except Stale as refusal:
        status = 409
        editor.merge(refusal)
    context = {"relation": relation, **editor.context}
    context |= {"kind": relation.kind, "likely": likely, "params": PARAMS, "field": ""}
    return page(request, "relations/directory/edit.html", context, part="dialog", status=status)


def _form(by: User, data: QueryDict | None, relation: Relation) -> RelationForm:
    return FULL[relation.kind](data, by=by, instance=relation)


def _likely(request: HttpRequest, editor: VersionedForm) -> list:
    """The relations that look like what was typed; not looked up for a stale form."""
    relation = editor.record
    if editor.version != relation.version:
        return []
    return unseen(request, editor.form, kind=relation.kind, exclude=relation.pk)


@permission_required("relations.deactivate_relation", raise_exception=True)
def relation_activity(request: HttpRequest, pk: int, *, active: bool) -> HttpResponse:
    """Deactivate a relation, or bring it back, after asking."""
    relation = get_object_or_404(Relation, pk=pk)
    if relation.merged_into_id:
        return leave(request, relation)
    context = {"relation": relation, "active": active, "problem": ""}
    if request.method != "POST":
        return page(request, "relations/directory/activity.html", context, part="dialog")
    try:
        set_active(relation, active=active, version=submitted_version(request), by=request.user)
    except Stale as refusal:
        context |= {"relation": refusal.current, "problem": refusal.message}
        return page(request, "relations/directory/activity.html", context, part="dialog", status=409)
    except Refused as refusal:  # merged while this was on its way
        relation.refresh_from_db()
        context["problem"] = refusal.message
        return page(request, "relations/directory/activity.html", context, part="dialog", status=422)
    done = _("%(name)s is active again.") if active else _("%(name)s has been deactivated.")
    messages.success(request, done % {"name": relation})
    return leave(request, relation)
