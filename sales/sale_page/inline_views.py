"""Changing one value of a sale where it stands: amount, end date, owner, next step."""

from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from sales import editing
from sales.answers import explained, put_into, status_of
from sales.board import cards
from sales.day import groups
from sales.listing.filters import SaleFilter
from sales.models import Sale
from sales.refusals import Refused
from sales.sale_page.change_forms import FORMS, form_of
from sales.sale_page.views import changed, visible, whole
from salescrm.conflicts import differences, submitted_version
from salescrm.pages import leave, page, tell
from salescrm.url_words import page_of, way_back

BACK = {"reports:start", "sales:day", "sales:board", "sales:list"}  # where one may come from, and go back to


@permission_required("sales.change_sale", raise_exception=True)
def change(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """Ask for one value of a sale and store it; asked from another page in a dialog, else in its place."""
    if what not in FORMS:
        raise Http404
    sale, back = visible(request, pk, detail=True), asked_back(request)
    form = form_of(what, sale, request.POST if request.method == "POST" else None)
    if not form.is_bound:
        return _ask(request, sale, what, form, back)
    version = submitted_version(request)
    if not form.is_valid():
        return _ask(request, sale, what, form, back, status=422, version=version)
    try:
        sale = editing.edit(sale, values=form.values(), version=version, by=request.user)
    except Refused as refusal:
        put_into(form, refusal)
        current = visible(request, pk, detail=True)
        extra = explained(refusal) | _conflict(form, current, refusal, request)
        return _ask(request, current, what, form, back, status=status_of(refusal), **extra)
    return _stored(request, sale, back, amount_changed=what == "amount")


def _ask(request: HttpRequest, sale: Sale, what: str, form, back: str, *, status: int = 200, **extra) -> HttpResponse:
    if not sale.is_open and what != "owner":  # closed it stays as it stood (rule 2)
        why = {"refusal": _("This sale is closed, so this stays as it stood. Reopen it first."), "missed": []}
        what, extra = "", {"stale": False, **why} | extra
    context = {"change": what, "form": form, "version": sale.version, "back": back, **extra}
    if back:
        return page(request, "sales/sale_page/change.html", {"sale": sale, **context}, part="dialog", status=status)
    return whole(request, sale, status=status, **context)


def _conflict(form, current: Sale, refusal: Refused, request: HttpRequest) -> dict:
    if status_of(refusal) != 409:
        return {}
    found = differences(form, current)
    return {"conflict": {"message": " ".join(refusal.messages), "differences": found, "url": request.get_full_path()}}


def _stored(request: HttpRequest, sale: Sale, back: str, **extra) -> HttpResponse:
    if not Sale.objects.visible_to(request.user).filter(pk=sale.pk).exists():
        words = {"owner": sale.owner, "sale": sale}
        messages.success(request, _("%(owner)s owns “%(sale)s” from now on, so it has left your list.") % words)
        return leave(request, "sales:list")
    if back and page_of(back) == "sales:day":
        return tell(request, back, event="step-planned", detail={"sale": sale.pk})
    messages.success(request, _("Saved."))
    if back or not sale.is_open:
        return leave(request, back or sale)
    return changed(request, sale, **extra)


@require_safe
@permission_required("sales.view_sale", raise_exception=True)
def lines_panel(request: HttpRequest, pk: int) -> HttpResponse:
    """The services of a sale, fetched again after its amount was changed in place (rule 17)."""
    return whole(request, visible(request, pk, detail=True), part="lines")


def asked_back(request: HttpRequest) -> str:
    """The page of ours that asked and wants to be gone back to, "" for none; anything else is refused with 400.

    So are words which that page cannot read: a deed asks this before anything is stored.
    """
    words = request.POST if request.method == "POST" else request.GET
    address = words.get("back", "")
    path = way_back(request, address)
    name, query = page_of(path), QueryDict(urlsplit(path).query)
    if address and name not in BACK:
        raise BadRequest("nobody comes from there")
    if name == "sales:day":
        groups.Choices(request.user).read(query)
    elif name in ("sales:list", "sales:board"):
        (cards.parse if name == "sales:board" else SaleFilter.parse)(query)
    return path
