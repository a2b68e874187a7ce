"""Accepting, losing, reopening and correcting: dialogs that are pages too."""

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _

from sales import acceptance, reopening, transitions
from sales.answers import explain, put_into, status_of, take_in
from sales.board import views as board
from sales.correcting import correct as correct_sale
from sales.correcting import status_at
from sales.forms import CorrectForm, LoseForm
from sales.models import FollowUp, Sale
from sales.origin import Origin
from sales.refusals import Refused, require_open, stale
from sales.sale_page.accept_steps import AcceptSteps
from sales.sale_page.views import visible
from salescrm.forms.submission import submitted_version
from salescrm.forms.versioned import VersionedForm
from salescrm.pages import leave, page
from salescrm.url_words import is_id, read_id
from salescrm.versions import require_current


@permission_required("sales.accept_sale", raise_exception=True)
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept a sale: outcome, then follow-up, then perhaps a project (rules 8 to 10)."""
    steps = AcceptSteps(request, pk)
    if request.method != "POST" and not steps.sale.is_open:
        return _leave_closed(request, steps.sale)
    try:
        if step := steps.next_step():
            steps.require_current()
            return steps.show(step, status=422 if steps.has_errors(step) else 200)
        sale = acceptance.accept(steps.sale, **steps.answers(), by=request.user)
    except Refused as refusal:
        return steps.refuse(refusal)
    messages.success(request, _("“%(sale)s” is accepted. Well done!") % {"sale": sale})
    return _go_on(request, steps.origin, sale)


def _leave_closed(request: HttpRequest, sale: Sale) -> HttpResponse:
    messages.warning(request, _("“%(sale)s” is closed already.") % {"sale": sale})
    return leave(request, sale)


def _go_on(request: HttpRequest, origin: Origin, sale: Sale) -> HttpResponse:
    match sale.follow_up:
        case FollowUp.INVOICE:
            return leave(request, sale.invoice or sale)  # the draft may be gone by the time of a second click
        case FollowUp.NEW_PROJECT | FollowUp.EXISTING_PROJECT:
            return leave(request, sale.project or sale)
    return _go_back(request, origin, sale)


def _go_back(request: HttpRequest, origin: Origin, sale: Sale) -> HttpResponse:
    return board.closed(request, origin, sale) if origin.is_board else leave(request, sale)


@permission_required("sales.lose_sale", raise_exception=True)
def lose(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a sale as lost: why, and to which competitor (rules 11 and 12)."""
    sale = visible(request, pk, detail=True)
    if request.method != "POST" and not sale.is_open:
        return _leave_closed(request, sale)
    origin, is_sent = Origin.of(request), request.method == "POST"
    form, version = LoseForm(request.POST if is_sent else None, sale=sale), _version(request, sale)
    context, status = {"sale": sale, "form": form, "version": version, **origin.for_dialog}, 422 if is_sent else 200
    try:
        if is_sent and form.is_valid():
            sale = transitions.lose(sale, **form.values(), version=version, by=request.user)
            messages.success(request, _("“%(sale)s” is closed as lost.") % {"sale": sale})
            return _go_back(request, origin, sale)
        if is_sent:
            require_current(sale, version=version, by=request.user, stale=stale)
    except Refused as refusal:
        put_into(form, refusal)
        context, status = context | explain(refusal, check=require_open), status_of(refusal)
    return page(request, "sales/sale_page/lose.html", context, part="dialog", status=status)


def _version(request: HttpRequest, sale: Sale) -> int:
    """The version a form was made from: what was sent, or that of the page with the link that opens it."""
    if request.method == "POST":
        return submitted_version(request)
    return read_id(request.GET, "version") if is_id(request.GET.get("version", "")) else sale.version


@permission_required("sales.view_sale", raise_exception=True)
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a closed sale open again (rule 13)."""
    sale = visible(request, pk, detail=True)
    if not reopening.may_reopen(sale, request.user):
        raise PermissionDenied
    context, status = {"sale": sale, "version": _version(request, sale), "linked": request.POST.get("linked")}, 200
    context["issued"] = sale.invoice is not None and not sale.invoice.is_draft
    context["untouched"] = reopening.follow_up_is_untouched(sale)
    if request.method == "POST":
        delete, version = context["linked"] == "delete", submitted_version(request)
        try:
            sale = reopening.reopen(sale, delete_follow_up=delete, version=version, by=request.user)
            messages.success(request, _("“%(sale)s” is open again.") % {"sale": sale})
            return leave(request, sale)
        except Refused as refusal:
            context |= explain(refusal, check=reopening.require_closed)
            status = status_of(refusal)
    return page(request, "sales/sale_page/reopen.html", context, part="dialog", status=status)


@permission_required("sales.correct_closed_sale", raise_exception=True)
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct the outcome of a closed sale (rule 2)."""
    sale = visible(request, pk, detail=True)
    opened = _version(request, sale) if request.method == "POST" else sale.version
    editor = VersionedForm(request, sale, partial(_outcome_form, opened))
    status, why = 422 if editor.is_sent else 200, {}
    try:
        if editor.is_sent and editor.is_ready(stale):
            sale = correct_sale(sale, **editor.form.values(), version=editor.version, by=request.user)
            messages.success(request, _("The outcome is corrected."))
            return leave(request, sale)
    except Refused as refusal:
        sale = visible(request, pk, detail=True)
        another = sale.is_open or status_at(sale, opened) != sale.status
        if sale.is_open:
            editor.url = sale.get_absolute_url()  # there is nothing left to correct
        status, why = status_of(refusal), take_in(editor, refusal, fixed=another)
    context = {"sale": sale, **editor.context, **why}
    return page(request, "sales/sale_page/correct.html", context, part="dialog", status=status)


def _outcome_form(version: int, data: QueryDict | None, sale: Sale) -> CorrectForm:
    return CorrectForm(data, sale=sale, status=status_at(sale, version), initial=CorrectForm.initial_of(sale))
