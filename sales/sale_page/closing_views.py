"""Accepting, losing, reopening and correcting: dialogs that are pages too."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from sales import acceptance, reopening, transitions
from sales.answers import explained, put_into, status_of
from sales.board import views as board
from sales.correcting import correct as correct_sale
from sales.forms import CorrectForm, LoseForm
from sales.models import FollowUp, Sale
from sales.origin import Origin
from sales.refusals import Refused
from sales.sale_page.accept_steps import AcceptSteps
from sales.sale_page.views import visible
from salescrm.forms.submission import submitted_version
from salescrm.pages import leave, page


@permission_required("sales.accept_sale", raise_exception=True)
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept a sale: outcome, then follow-up, then perhaps a project (rules 8 to 10)."""
    steps = AcceptSteps(request, pk)
    if request.method != "POST" and not steps.sale.is_open:
        return _closed_already(request, steps.sale)
    if step := steps.next_step():
        return steps.show(step, status=422 if steps.has_errors(step) else 200)
    try:
        sale = acceptance.accept(steps.sale, **steps.answers(), by=request.user)
    except Refused as refusal:
        return steps.refuse(refusal)
    messages.success(request, _("“%(sale)s” is accepted. Well done!") % {"sale": sale})
    return _go_on(request, steps.origin, sale)


def _closed_already(request: HttpRequest, sale: Sale) -> HttpResponse:
    messages.warning(request, _("“%(sale)s” is closed already.") % {"sale": sale})
    return leave(request, sale)


def _go_on(request: HttpRequest, origin: Origin, sale: Sale) -> HttpResponse:
    match sale.follow_up:
        case FollowUp.INVOICE:
            return leave(request, sale.invoice or sale)  # the draft may be gone by the time of a second click
        case FollowUp.NEW_PROJECT | FollowUp.EXISTING_PROJECT:
            return leave(request, sale.project or sale)
    return _closed(request, origin, sale)


def _closed(request: HttpRequest, origin: Origin, sale: Sale) -> HttpResponse:
    return board.closed(request, origin, sale) if origin.is_board else leave(request, sale)


@permission_required("sales.lose_sale", raise_exception=True)
def lose(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a sale as lost: why, and to which competitor (rules 11 and 12)."""
    sale = visible(request, pk, detail=True)
    if request.method != "POST" and not sale.is_open:
        return _closed_already(request, sale)
    origin = Origin.of(request)
    form = LoseForm(request.POST if request.method == "POST" else None, sale=sale)
    version = submitted_version(request) if request.method == "POST" else None
    context = {"sale": sale, "form": form, "version": _version(request, sale), **origin.for_dialog}
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            sale = transitions.lose(sale, **form.values(), version=version, by=request.user)
        except Refused as refusal:
            put_into(form, refusal)
            context, status = context | explained(refusal), status_of(refusal)
        else:
            messages.success(request, _("“%(sale)s” is closed as lost.") % {"sale": sale})
            return _closed(request, origin, sale)
    return page(request, "sales/sale_page/lose.html", context, part="dialog", status=status)


def _version(request: HttpRequest, sale: Sale) -> str | int:
    return request.POST.get("version") or request.GET.get("version") or sale.version


@permission_required("sales.view_sale", raise_exception=True)
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a closed sale open again (rule 13)."""
    sale = visible(request, pk, detail=True)
    if not reopening.may_reopen(sale, request.user):
        raise PermissionDenied
    context = {
        "sale": sale,
        "version": _version(request, sale),
        "issued": sale.invoice is not None and not sale.invoice.is_draft,
        "untouched": reopening.follow_up_is_untouched(sale),
    }
    status = 200
    if request.method == "POST":
        delete = request.POST.get("linked") == "delete"
        try:
            sale = reopening.reopen(sale, delete_follow_up=delete, version=submitted_version(request), by=request.user)
        except Refused as refusal:
            context, status = context | explained(refusal), status_of(refusal)
        else:
            messages.success(request, _("“%(sale)s” is open again.") % {"sale": sale})
            return leave(request, sale)
    return page(request, "sales/sale_page/reopen.html", context, part="dialog", status=status)


@permission_required("sales.correct_closed_sale", raise_exception=True)
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct the outcome of a closed sale (rule 2)."""
    sale = visible(request, pk, detail=True)
    form = CorrectForm(
        request.POST if request.method == "POST" else None, sale=sale, initial=CorrectForm.initial_of(sale)
    )
    context, status = {"sale": sale, "form": form, "version": _version(request, sale)}, 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            version = submitted_version(request)
            sale = correct_sale(sale, **form.values(), version=version, by=request.user)
        except Refused as refusal:
            put_into(form, refusal)
            context, status = context | explained(refusal), status_of(refusal)
        else:
            messages.success(request, _("The outcome is corrected."))
            return leave(request, sale)
    return page(request, "sales/sale_page/correct.html", context, part="dialog", status=status)
