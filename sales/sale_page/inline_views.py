"""Changing one value of a sale where it stands: amount, end date, owner, next step."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from sales import editing
from sales.answers import conflict, explained, put_into, status_of
from sales.models import Sale
from sales.origin import Origin
from sales.refusals import Refused
from sales.sale_page.change_forms import FORMS, form_of
from sales.sale_page.views import changed, visible, whole
from salescrm.conflicts import submitted_version
from salescrm.pages import leave, page, tell


@permission_required("sales.change_sale", raise_exception=True)
def change(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """Change one value of a sale: in its place on its page, in a dialog from another page."""
    if what not in FORMS:
        raise Http404
    sale, origin = visible(request, pk, detail=True), Origin.of(request)
    form = form_of(what, sale, request.POST if request.method == "POST" else None)
    if not form.is_bound:
        return _ask(request, sale, what, form, origin.address)
    version = submitted_version(request)
    if not form.is_valid():
        return _ask(request, sale, what, form, origin.address, status=422, version=version)
    try:
        sale = editing.edit(sale, values=form.values(), version=version, by=request.user)
    except Refused as refusal:
        put_into(form, refusal)
        current = visible(request, pk, detail=True)
        extra = explained(refusal) | conflict(form, refusal, request.get_full_path())
        return _ask(request, current, what, form, origin.address, status=status_of(refusal), **extra)
    return _stored(request, sale, origin, amount_changed=what == "amount")


def _ask(request: HttpRequest, sale: Sale, what: str, form, back: str, *, status: int = 200, **extra) -> HttpResponse:
    if not sale.is_open and what != "owner":  # closed it stays as it stood (rule 2)
        why = {"refusal": _("This sale is closed, so this stays as it stood. Reopen it first."), "missed": []}
        what, extra = "", {"stale": False, **why} | extra
    context = {"change": what, "form": form, "version": sale.version, "back": back, **extra}
    if back:
        return page(request, "sales/sale_page/change.html", {"sale": sale, **context}, part="dialog", status=status)
    return whole(request, sale, status=status, **context)


def _stored(request: HttpRequest, sale: Sale, origin: Origin, **extra) -> HttpResponse:
    if not Sale.objects.visible_to(request.user).filter(pk=sale.pk).exists():
        words = {"owner": sale.owner, "sale": sale}
        messages.success(request, _("%(owner)s owns “%(sale)s” from now on, so it has left your list.") % words)
        return leave(request, "sales:list")
    if origin.is_day:
        return tell(request, origin.address, event="step-planned", detail={"sale": sale.pk})
    messages.success(request, _("Saved."))
    if origin.address or not sale.is_open:
        return leave(request, origin.address or sale)
    return changed(request, sale, **extra)


@require_safe
@permission_required("sales.view_sale", raise_exception=True)
def lines_panel(request: HttpRequest, pk: int) -> HttpResponse:
    """The services of a sale, fetched again after its amount was changed in place (rule 17)."""
    return whole(request, visible(request, pk, detail=True), part="lines")
