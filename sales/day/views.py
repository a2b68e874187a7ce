"""My day: what to do now, and ticking it off; completing a next step from any page."""

from copy import copy
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from sales import next_steps
from sales.answers import explained, status_of
from sales.day import groups as my_day
from sales.listing import files
from sales.models import Sale
from sales.refusals import Refused
from sales.sale_page import views
from sales.sale_page.change_forms import BackForm, form_of
from sales.sale_page.inline_views import asked_back
from salescrm import exports
from salescrm.calendar import today, written_day
from salescrm.conflicts import submitted_version
from salescrm.models import User
from salescrm.pages import page, settle
from salescrm.toasts import succeed

TEMPLATE = "sales/day/day.html"


@require_safe
@permission_required("sales.view_sale", raise_exception=True)
def day(request: HttpRequest) -> HttpResponse:
    """Open sales by what is to be done about them: one's own, a colleague's or a team's."""
    query = request.GET.copy()
    query.pop("format", None)
    if kind := exports.asked(request, "sales.export_sale"):
        choices, visible = my_day.Choices(request.user), Sale.objects.visible_to(request.user)
        whole = my_day.whole_groups(visible, whose=choices.read(query), today=today())
        return exports.respond(request, files.day_table(whole), kind)
    return page(request, TEMPLATE, _context(request.user, query), part="day")


def _context(user: User, query: QueryDict) -> dict:
    choices, visible = my_day.Choices(user), Sale.objects.visible_to(user)
    whose = choices.read(query)
    groups = my_day.groups(visible, whose=whose, today=today())
    by_key = {group.key: group for group in groups}
    return {
        "whose": whose,
        "is_mine": whose.person == user,
        "choices": choices,
        "groups": groups,
        "meetings": my_day.meetings(visible, whose=whose, today=today()),
        "to_do": by_key["late"].count + by_key["today"].count,
        "rows": sum(group.count for group in groups),
        "figures": my_day.figures(visible, whose=whose, today=today()),
        "today": today(),
        "back": f"{reverse('sales:day')}?{query.urlencode()}".removesuffix("?"),
    }


@require_POST
@permission_required("sales.change_sale", raise_exception=True)
def step_done(request: HttpRequest, pk: int) -> HttpResponse:
    """Complete the next step and ask for the following one."""
    sale, back = views.visible(request, pk, detail=True), asked_back(request)
    words, before = sale.next_step, _before(sale)
    try:
        done = next_steps.complete_step(sale, version=submitted_version(request), by=request.user)
    except Refused as refusal:
        return _refused(request, sale, back, refusal)
    asking, undo = reverse("sales:change", args=[pk, "step"]), _undo(done, before, back)
    if _is_day(back):
        context = _context(request.user, QueryDict(urlsplit(back).query))
        context |= {"done": done, "words": words, "undo": undo}
        response = settle(request, _with(asking, back), TEMPLATE, context, part="day")
        if response.status_code == 200:  # else it is told on the page that asks for the following step
            return response
    succeed(request, _("Done: %(step)s") % {"step": words} if words else _("Done."), **undo)
    if back:
        return redirect(_with(asking, back))
    form = {"change": "step", "form": form_of("step", done), "version": done.version}
    return views.changed(request, done, to=asking, **form)


@require_POST
@permission_required("sales.change_sale", raise_exception=True)
def postpone(request: HttpRequest, pk: int) -> HttpResponse:
    """Plan the next step for one of the days a button names."""
    sale, back = views.visible(request, pk, detail=True), asked_back(request)
    if (ahead := request.POST.get("ahead")) not in next_steps.AHEAD:
        submitted_version(request)
        raise BadRequest("no button names this day")
    to, before = today() + next_steps.AHEAD[ahead], _before(sale)
    try:
        sale = next_steps.postpone(sale, to=to, version=submitted_version(request), by=request.user)
    except Refused as refusal:
        return _refused(request, sale, back, refusal)
    told = {"step": sale.next_step or sale, "day": written_day(to)}
    succeed(request, _("“%(step)s” is planned for %(day)s.") % told, **_undo(sale, before, back))
    if _is_day(back):
        return settle(request, back, TEMPLATE, _context(request.user, QueryDict(urlsplit(back).query)), part="day")
    return views.changed(request, sale, to=back)


@require_POST
@permission_required("sales.change_sale", raise_exception=True)
def step_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo: the next step as it was before it was ticked off or put off."""
    sale, back = views.visible(request, pk, detail=True), asked_back(request)
    version, form = submitted_version(request), BackForm(request.POST, instance=copy(sale))
    if not form.is_valid():
        raise BadRequest("no next step looks like this")
    step, on = form.cleaned_data["next_step"], form.cleaned_data["next_step_on"]
    try:
        sale = next_steps.take_back(sale, step=step, day=on, version=version, by=request.user)
    except Refused as refusal:
        return _refused(request, sale, back, refusal)
    messages.success(request, _("The next step of “%(sale)s” is back as it was.") % {"sale": sale})
    return redirect(back or sale)


def _before(sale: Sale) -> dict:
    return {"next_step": sale.next_step, "next_step_on": sale.next_step_on.isoformat() if sale.next_step_on else ""}


def _undo(sale: Sale, before: dict, back: str) -> dict:
    """What offers to take back what this very request changed.

    Nothing when it came twice and changed nothing, and when the day before was of an odd year.
    """
    if _before(sale) == before or not BackForm(before).is_valid():
        return {}
    fields = {"version": sale.version, **before, "back": back}
    return {"url": reverse("sales:step-back", args=[sale.pk]), "label": _("Undo"), "fields": fields}


def _refused(request: HttpRequest, sale: Sale, back: str, refusal: Refused) -> HttpResponse:
    if not back:
        return views.refused(request, sale, refusal)
    if not _is_day(back):
        context = {"sale": sale, "change": "", "conflict": None, "back": back, **explained(refusal)}
        return page(request, "sales/sale_page/change.html", context, part="dialog", status=status_of(refusal))
    messages.error(request, f"“{sale}”: {' '.join(refusal.messages)}")
    context = _context(request.user, QueryDict(urlsplit(back).query))
    return page(request, TEMPLATE, context, part="day", status=status_of(refusal))


def _is_day(back: str) -> bool:
    return urlsplit(back).path == reverse("sales:day")


def _with(address: str, back: str) -> str:
    return f"{address}?{urlencode({'back': back})}"
