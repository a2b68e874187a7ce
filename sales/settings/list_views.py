"""The four views of every list in Settings, and the one of a phase, whose probability asks a question (rules 4, 5)."""

from functools import partial

from django.contrib import messages
from django.core.exceptions import BadRequest, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, resolve_url
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from sales.models import Phase
from sales.settings import configuration
from sales.settings.configuration import Changed, change_phase, preview_probability
from sales.settings.lists import (
    LISTS,
    PhaseForm,
    RemovalForm,
    SettingsList,
)
from sales.settings.views import may_configure
from salescrm.forms.submission import create_form, refusals_in
from salescrm.forms.versioned import VersionedForm
from salescrm.lookups import Lookup, LookupForm, reorder
from salescrm.models import User
from salescrm.pages import leave, page
from salescrm.url_words import way_back
from salescrm.versions import Stale, once


@require_safe
@may_configure
def rows(request: HttpRequest, kind: SettingsList) -> HttpResponse:
    """A list: its rows in order, and how many records use each."""
    context = {"kind": kind, "rows": kind.model.objects.with_usage()}
    return page(request, "sales/settings/list.html", context, part="list")


@may_configure
def row_new(request: HttpRequest, kind: SettingsList) -> HttpResponse:
    """A new row."""
    token, made = create_form(request, kind.model)
    form = kind.form(request.POST if request.method == "POST" else None, instance=kind.model(updated_by=request.user))
    if not made and form.is_bound and form.is_valid():
        with refusals_in(form):
            made = once(token, kind.model, partial(_store, form, request.user))
    if made:
        return _leave(request, kind, made)
    context = {"kind": kind, "form": form, "row": None, "back": _back(request, kind), "token": token}
    return page(request, "sales/settings/row.html", context, part="dialog", status=422 if form.errors else 200)


@may_configure
def row(request: HttpRequest, kind: SettingsList, pk: int) -> HttpResponse:
    """Another name for a row."""
    stored = get_object_or_404(kind.model, pk=pk)
    editor = VersionedForm(request, stored, lambda data, stored: kind.form(data, instance=stored))
    status = 422 if editor.is_sent else 200
    try:
        if editor.is_sent and editor.is_ready():
            with refusals_in(editor.form):
                return _leave(request, kind, _store(editor.form, request.user, editor.version))
    except Stale as stale:
        status = 409
        editor.merge(stale)
    context = {"kind": kind, "row": stored, "back": _back(request, kind), **editor.context}
    return page(request, "sales/settings/row.html", context, part="dialog", status=status)


def _store(form: LookupForm, by: User, version: int | None = None) -> Lookup:
    is_default = form.cleaned_data.get("is_default", False)
    return configuration.store_row(form.instance, is_default=is_default, version=version, by=by)


def _leave(request: HttpRequest, kind: SettingsList, row: Lookup) -> HttpResponse:
    messages.success(request, _("“%(name)s” is saved.") % {"name": row})
    return leave(request, _back(request, kind))


@may_configure
def phase(request: HttpRequest, pk: int) -> HttpResponse:
    """A phase: another probability is previewed first, and asks what happens to open sales (rule 4)."""
    stored = get_object_or_404(Phase, pk=pk)
    editor = VersionedForm(request, stored, lambda data, stored: PhaseForm(data, instance=stored))
    status = 422 if editor.is_sent else 200
    try:
        if editor.is_sent and editor.is_ready():
            with refusals_in(editor.form):
                return _change_phase(request, stored, editor)
    except Stale as stale:
        status = 409
        editor.merge(stale)
    return _of_phase(request, "sales/settings/row.html", {"row": stored, **editor.context}, status)


def _change_phase(request: HttpRequest, phase: Phase, editor: VersionedForm) -> HttpResponse:
    """Store the phase, or ask about the open sales first; the question is asked anew when its figures changed."""
    values, scope = editor.form.cleaned_data, request.POST.get("scope")
    change, status = preview_probability(phase, values["probability"]), 200
    context = {"row": editor.form.instance, "change": change, "answers": editor.answers.items(), **editor.context}
    if change.before == change.after or not change.count or scope in ("open", "new"):
        figures = request.POST.get("figures") if scope else change.basis
        try:
            count = change_phase(
                phase, **values, open_sales=scope == "open", basis=figures, version=editor.version, by=request.user
            )
        except Changed as error:
            context["error"], status = error, 409
        else:
            messages.success(request, _changed(editor.form.instance, count))
            return leave(request, _back(request, LISTS["phases"]))
    return _of_phase(request, "sales/settings/probability.html", context, status)


def _of_phase(request: HttpRequest, template: str, context: dict, status: int) -> HttpResponse:
    context |= {"kind": LISTS["phases"], "back": _back(request, LISTS["phases"])}
    return page(request, template, context, part="dialog", status=status)


def _changed(phase: Phase, count: int) -> str:
    saved = _("“%(name)s” is saved.") % {"name": phase}
    if not count:
        return saved
    follow = ngettext("%(count)d open sale follows.", "%(count)d open sales follow.", count) % {"count": count}
    return f"{saved} {follow}"


@may_configure
def remove(request: HttpRequest, kind: SettingsList, pk: int) -> HttpResponse:
    """Retire, reactivate, delete, or move all to another row (rule 5)."""
    instance = get_object_or_404(kind.model.objects.with_usage(), pk=pk)
    form = RemovalForm(request.POST if request.method == "POST" else None, row=instance)
    if form.is_bound and form.is_valid():
        try:
            message = _carry_out(instance, **form.cleaned_data, by=request.user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, message)
            return leave(request, _back(request, kind))
    context = {
        "kind": kind,
        "form": form,
        "row": instance,
        "open_sales": instance.sales.open().count() if kind.has_probability else None,
        "in_trash": 0 if kind.of_relations else instance.sales.filter(trashed=True).count(),
        "back": _back(request, kind),
    }
    return page(request, "sales/settings/remove.html", context, part="dialog", status=422 if form.errors else 200)


def _back(request: HttpRequest, kind: SettingsList) -> str:
    """Where one came from (`next`, an address of our own), else the list itself."""
    return way_back(request, request.GET.get("next", "")) or resolve_url("settings:list", kind.key)


def _carry_out(row: Lookup, *, action: str, to: Lookup | None, by) -> str:
    names = {"name": row.name, "to": to}
    match action:
        case "retire":
            configuration.retire(row, by=by)
            return _("“%(name)s” is retired.") % names
        case "reactivate":
            configuration.reactivate(row, by=by)
            return _("“%(name)s” is offered again.") % names
        case "delete":
            configuration.delete(row)
            return _("“%(name)s” is deleted.") % names
    count = configuration.move_all(row, to=to, by=by)
    return ngettext("%(count)d record moved to “%(to)s”.", "%(count)d records moved to “%(to)s”.", count) % {
        "count": count, "to": to,
    }  # fmt: skip


@require_POST
@may_configure
def order(request: HttpRequest, kind: SettingsList) -> HttpResponse:
    """The order of a list: all ids (`order`), and possibly the row that goes one place `up` or `down`.

    Its `basis` is the order in which the rows were shown: two people may put one list in order.
    """
    try:
        ids = [int(value) for value in request.POST.getlist("order")]
        before = [int(value) for value in request.POST["basis"].split()]
        order = _shifted(ids, up=request.POST.get("up"), down=request.POST.get("down"))
        reorder(kind.model, order, before=before)
    except (KeyError, ValueError) as error:
        raise BadRequest("the order and its basis, what it was before, are lists of ids") from error
    except ValidationError as error:
        messages.error(request, error.messages[0])
    return redirect("settings:list", kind.key)


def _shifted(ids: list[int], *, up: str | None, down: str | None) -> list[int]:
    moved = up or down
    if not moved:
        return ids
    at = ids.index(int(moved))
    to = min(max(at + (-1 if up else 1), 0), len(ids) - 1)
    ids[at], ids[to] = ids[to], ids[at]
    return ids
