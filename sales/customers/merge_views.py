"""Merging two relations: choose the other one, look at both side by side, carry it out."""

from typing import NamedTuple

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from relations.fields import RelationField
from relations.merging import KEYS, Choice, choices
from relations.models import Relation
from sales.customers.merging import (
    LostToItself,
    check,
    merge,
    what_moves,
)
from salescrm.pages import leave, page
from salescrm.url_words import is_id, read_id
from salescrm.versions import Refused, Stale

SIDES = {"kept", "other"}


class OtherForm(forms.Form):
    """The other relation: of the same kind, a deactivated one too when its page or the duplicates lead here."""

    other = RelationField(label=gettext_lazy("Other relation"), add=False)

    def __init__(self, *args, kept: Relation, current: int | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["other"]
        field.kinds, field.exclude, field.current = (kept.kind,), kept, current


class Row(NamedTuple):
    """A value to choose, and whose is chosen."""

    choice: Choice
    chosen: str


@permission_required("relations.merge_relation", raise_exception=True)
def merge_relation(request: HttpRequest, pk: int) -> HttpResponse:
    """Merge another relation into this one: first which, then side by side what stays and what moves."""
    kept = get_object_or_404(Relation.objects.for_detail(), pk=pk)
    if kept.merged_into_id:
        return redirect(kept)
    if request.method == "POST":
        other = get_object_or_404(Relation.objects.for_detail(), pk=read_id(request.POST, "other"))
        return _carry_out(request, kept, other)
    asked, text = {"other", "other_text"} & set(request.GET), request.GET.get("other", "")
    form = OtherForm(request.GET if asked else None, kept=kept, current=int(text) if is_id(text) else None)
    context = {"kept": kept, "form": form, "other": None}
    if form.is_bound and form.is_valid():
        context |= _preview(request, kept, form.cleaned_data["other"])
    return page(request, "sales/customers/merge.html", context, part="merge", status=422 if form.errors else 200)


def _carry_out(request: HttpRequest, kept: Relation, other: Relation) -> HttpResponse:
    seen = {name: read_id(request.POST, name) for name in ("version", "other_version")}
    taken = [key for key in _keys(request) if _other(request.POST[f"take_{key}"])]
    try:
        merge(kept, other, taken=taken, by=request.user, **seen)
    except Refused as refusal:
        stale = isinstance(refusal, Stale)
        kept, other = (Relation.objects.for_detail().get(pk=relation.pk) for relation in (kept, other))
        context = {"kept": kept, "form": OtherForm(kept=kept), **_preview(request, kept, other)}
        context["refusal"] = refusal.message if stale else context["refusal"] or refusal.message
        return page(request, "sales/customers/merge.html", context, part="merge", status=409 if stale else 422)
    messages.success(request, _("%(other)s has been merged into this relation.") % {"other": other})
    return leave(request, kept)


def _preview(request: HttpRequest, kept: Relation, other: Relation) -> dict:
    """Both side by side; what somebody has chosen already stays chosen."""
    found = choices(kept, other)
    rows = [Row(choice, request.POST.get(f"take_{choice.key}") or choice.proposed) for choice in found]
    context = {"other": other, "rows": rows, "moves": what_moves(other), "refusal": "", "sales": [], "stopped": False}
    try:
        check(kept, other)
    except Refused as refusal:
        context |= {"refusal": refusal.message, "stopped": True}
        context["sales"] = refusal.sales if isinstance(refusal, LostToItself) else []
    return context


def _keys(request: HttpRequest) -> list[str]:
    keys = [name.removeprefix("take_") for name in request.POST if name.startswith("take_")]
    if unknown := set(keys) - KEYS:
        raise BadRequest(f"unknown fields: {', '.join(sorted(unknown))}")
    return keys


def _other(side: str) -> bool:
    if side not in SIDES:
        raise BadRequest("unknown side")
    return side == "other"
