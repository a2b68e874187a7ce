"""Changing one value of a sale where it stands: amount, end date, owner, next step."""

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from sales import editing
from sales.answers import status_of, take_in
from sales.models import Sale
from sales.origin import Origin
from sales.refusals import Refused, stale
from sales.sale_page.change_forms import FORMS, data_of, form_of
from sales.sale_page.views import changed, visible, whole
from salescrm.forms.versioned import VersionedForm
from salescrm.pages import leave, page, tell


@permission_required("sales.change_sale", raise_exception=True)
def change(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """Change one value of a sale: in its place on its page, in a dialog from another page."""
    if what not in FORMS:
        raise Http404
    sale, origin = visible(request, pk, detail=True), Origin.of(request)
    editor = VersionedForm(request, sale, partial(form_of, what), data=data_of(what, request.POST))
    if not editor.is_sent:
        return _ask(request, sale, what, editor, origin.address)
    try:
        if not editor.is_ready(stale):
            return _ask(request, sale, what, editor, origin.address, status=422)
        sale = editing.edit(sale, values=editor.form.values(), version=editor.version, by=request.user)
    except Refused as refusal:
        current = visible(request, pk, detail=True)
        why = take_in(editor, refusal, fixed=_is_fixed(current, what))
        return _ask(request, current, what, editor, origin.address, status=status_of(refusal), **why)
    return _stored(request, sale, origin, amount_changed=what == "amount")


def _is_fixed(sale: Sale, what: str) -> bool:
    """Whether this value stays as it stood because the sale is closed (rule 2)."""
    return not sale.is_open and what != "owner"


def _ask(
    request: HttpRequest, sale: Sale, what: str, editor: VersionedForm, back: str, *, status: int = 200, **extra
) -> HttpResponse:
    if _is_fixed(sale, what):
        why = {"refusal": _("This sale is closed, so this stays as it stood. Reopen it first."), "missed": []}
        what, extra = "", {"stale": False, **why} | extra
    context = {"change": what, "back": back, **editor.context, **extra}
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
