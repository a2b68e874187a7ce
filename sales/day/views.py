"""My day, and completing, postponing and restoring a next step from any page."""

from copy import copy
from functools import partial
from typing import NamedTuple

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from sales import next_steps
from sales.answers import explain, status_of
from sales.day import exporting, groups
from sales.day.groups import DayChoices, Whose
from sales.models import Sale
from sales.origin import Origin, origin_page
from sales.refusals import Refused
from sales.sale_page import views
from sales.sale_page.change_forms import BackForm, form_of
from salescrm.calendar import today, written_day
from salescrm.exports import downloads
from salescrm.forms.submission import submitted_version
from salescrm.forms.versioned import VersionedForm
from salescrm.models import User
from salescrm.pages import page, settle
from salescrm.toasts import succeed

TEMPLATE = "sales/day/day.html"


class DayQuery(NamedTuple):
    """Whose day one may look at, and whose it is."""

    choices: DayChoices
    whose: Whose


def _read(user: User, words: QueryDict) -> DayQuery:
    choices = DayChoices(user)
    return DayQuery(choices, choices.read(words))


@require_safe
@permission_required("sales.view_sale", raise_exception=True)
@origin_page(_read)
def day(request: HttpRequest) -> HttpResponseBase:
    """Open sales by what is to be done about them: one's own, a colleague's or a team's."""
    words = request.GET.copy()
    words.pop("format", None)
    query = _read(request.user, words)
    if kind := downloads.file_kind(request, "sales.export_sale"):
        whole = groups.whole_groups(Sale.objects.visible_to(request.user), whose=query.whose, today=today())
        return downloads.respond(request, exporting.day_table(whole), kind)
    return page(request, TEMPLATE, _context(request.user, words, query), part="day")


def _context(user: User, words: QueryDict, query: DayQuery) -> dict:
    (choices, whose), visible = query, Sale.objects.visible_to(user)
    parts = groups.groups(visible, whose=whose, today=today())
    by_key = {group.key: group for group in parts}
    return {
        "whose": whose,
        "is_mine": whose.person == user,
        "choices": choices,
        "groups": parts,
        "meetings": groups.meetings(visible, whose=whose, today=today()),
        "to_do": by_key["late"].count + by_key["today"].count,
        "rows": sum(group.count for group in parts),
        "figures": groups.figures(visible, whose=whose, today=today()),
        "today": today(),
        "back": f"{reverse('sales:day')}?{words.urlencode()}".removesuffix("?"),
    }


@require_POST
@permission_required("sales.change_sale", raise_exception=True)
def step_done(request: HttpRequest, pk: int) -> HttpResponse:
    """Complete the next step and ask for the following one."""
    sale, origin = views.visible(request, pk, detail=True), Origin.of(request)
    words, before = sale.next_step, _before(sale)
    try:
        done = next_steps.complete_step(sale, version=submitted_version(request), by=request.user)
    except Refused as refusal:
        return _refused(request, sale, origin, refusal)
    asking, undo = reverse("sales:change", args=[pk, "step"]), _undo(done, before, origin.address)
    if origin.is_day:
        context = _context(request.user, origin.words, origin.query)
        context |= {"done": done, "words": words, "undo": undo}
        response = settle(request, _with(asking, origin.address), TEMPLATE, context, part="day")
        if response.status_code == 200:  # else the message stands on the page that asks for the following step
            return response
    succeed(request, _("Done: %(step)s") % {"step": words} if words else _("Done."), **undo)
    if origin.address:
        return redirect(_with(asking, origin.address))
    editor = VersionedForm(request, done, partial(form_of, "step"), fresh=True)
    return views.changed(request, done, to=asking, change="step", **editor.context)


@require_POST
@permission_required("sales.change_sale", raise_exception=True)
def postpone(request: HttpRequest, pk: int) -> HttpResponse:
    """Plan the next step for one of the days a button names."""
    sale, origin = views.visible(request, pk, detail=True), Origin.of(request)
    if (ahead := request.POST.get("ahead")) not in next_steps.AHEAD:
        submitted_version(request)
        raise BadRequest("no button names this day")
    to, before = today() + next_steps.AHEAD[ahead], _before(sale)
    try:
        sale = next_steps.postpone(sale, to=to, version=submitted_version(request), by=request.user)
    except Refused as refusal:
        return _refused(request, sale, origin, refusal)
    words = {"step": sale.next_step or sale, "day": written_day(to)}
    succeed(request, _("“%(step)s” is planned for %(day)s.") % words, **_undo(sale, before, origin.address))
    if origin.is_day:
        return settle(request, origin.address, TEMPLATE, _context(request.user, origin.words, origin.query), part="day")
    return views.changed(request, sale, to=origin.address)


@require_POST
@permission_required("sales.change_sale", raise_exception=True)
def step_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo: the next step as it was before it was completed or postponed."""
    sale, origin = views.visible(request, pk, detail=True), Origin.of(request)
    version, form = submitted_version(request), BackForm(request.POST, instance=copy(sale))
    if not form.is_valid():
        raise BadRequest("no next step looks like this")
    step, on = form.cleaned_data["next_step"], form.cleaned_data["next_step_on"]
    try:
        sale = next_steps.take_back(sale, step=step, day=on, version=version, by=request.user)
    except Refused as refusal:
        return _refused(request, sale, origin, refusal)
    messages.success(request, _("The next step of “%(sale)s” is back as it was.") % {"sale": sale})
    return redirect(origin.address or sale)


def _before(sale: Sale) -> dict:
    return {"next_step": sale.next_step, "next_step_on": sale.next_step_on.isoformat() if sale.next_step_on else ""}


def _undo(sale: Sale, before: dict, back: str) -> dict:
    """The button that undoes what this request changed.

    None when the request came twice and changed nothing, and when the former day was of an odd year.
    """
    if _before(sale) == before or not BackForm(before).is_valid():
        return {}
    fields = {"version": sale.version, **before, "back": back}
    return {"url": reverse("sales:step-back", args=[sale.pk]), "label": _("Undo"), "fields": fields}


def _refused(request: HttpRequest, sale: Sale, origin: Origin, refusal: Refused) -> HttpResponse:
    if not origin.address:
        return views.refused(request, sale.pk, refusal)
    if not origin.is_day:
        context = {"sale": sale, "change": "", "conflict": None, "back": origin.address, **explain(refusal)}
        return page(request, "sales/sale_page/change.html", context, part="dialog", status=status_of(refusal))
    messages.error(request, f"“{sale}”: {' '.join(refusal.messages)}")
    context = _context(request.user, origin.words, origin.query)
    return page(request, TEMPLATE, context, part="day", status=status_of(refusal))


def _with(address: str, back: str) -> str:
    return f"{address}?{urlencode({'back': back})}"
