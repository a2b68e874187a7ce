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
    """The other relation: of the same kind; a deactivated one too, when its page or the duplicates lead here."""

    other = RelationField(label=gettext_lazy("Other relation"), add=False)

    def __init__(self, *args, survivor: Relation, current: int | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["other"]
        field.kinds, field.exclude, field.current = (survivor.kind,), survivor, current


class MergeRow(NamedTuple):
    """A value to choose, and the side it is taken from."""

    choice: Choice
    side: str


@permission_required("relations.merge_relation", raise_exception=True)
def merge_relation(request: HttpRequest, pk: int) -> HttpResponse:
    """Merge another relation into this one: first which, then side by side what stays and what moves."""
    survivor = get_object_or_404(Relation.objects.for_detail(), pk=pk)
    if survivor.merged_into_id:
        return redirect(survivor)
    if request.method == "POST":
        other = get_object_or_404(Relation.objects.for_detail(), pk=read_id(request.POST, "other"))
        return _carry_out(request, survivor, other)
    has_words, text = {"other", "other_text"} & set(request.GET), request.GET.get("other", "")
    form = OtherForm(request.GET if has_words else None, survivor=survivor, current=int(text) if is_id(text) else None)
    context = {"survivor": survivor, "form": form, "other": None}
    if form.is_bound and form.is_valid():
        context |= _preview(request, survivor, form.cleaned_data["other"])
    return page(request, "sales/customers/merge.html", context, part="merge", status=422 if form.errors else 200)


def _carry_out(request: HttpRequest, survivor: Relation, other: Relation) -> HttpResponse:
    seen = {name: read_id(request.POST, name) for name in ("version", "other_version")}
    taken = [key for key in _keys(request) if _other(request.POST[f"take_{key}"])]
    try:
        merge(survivor, other, taken=taken, by=request.user, **seen)
    except Refused as refusal:
        stale = isinstance(refusal, Stale)
        survivor, other = (Relation.objects.for_detail().get(pk=relation.pk) for relation in (survivor, other))
        context = {"survivor": survivor, "form": OtherForm(survivor=survivor), **_preview(request, survivor, other)}
        context["refusal"] = refusal.message if stale else context["refusal"] or refusal.message
        return page(request, "sales/customers/merge.html", context, part="merge", status=409 if stale else 422)
    messages.success(request, _("%(other)s has been merged into this relation.") % {"other": other})
    return leave(request, survivor)


def _preview(request: HttpRequest, survivor: Relation, other: Relation) -> dict:
    """Both side by side; choices that were posted stay as they are."""
    values = choices(survivor, other)
    rows = [MergeRow(choice, request.POST.get(f"take_{choice.key}") or choice.proposed) for choice in values]
    context = {"other": other, "rows": rows, "moves": what_moves(other), "refusal": "", "sales": [], "stopped": False}
    try:
        check(survivor, other)
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
