"""The mail an invoice goes out with: asking for it, how it stands, and what a person decides about it."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from invoicing import history
from invoicing.forms import SendForm
from invoicing.models import Invoice
from invoicing.sending import DEEDS, PENDING, decide, mails_of, send
from invoicing.views import contents
from salescrm.forms.submission import refusals_in, submitted_version
from salescrm.pages import leave, page
from salescrm.versions import Refused, Stale, require_current

DONE = {
    "again": gettext_lazy("Waiting to be sent to %(address)s."),
    "drop": gettext_lazy("The mail to %(address)s will not be sent any more."),
    "arrived": gettext_lazy("The invoice counts as sent to %(address)s."),
}


@permission_required("invoicing.send_invoice", raise_exception=True)
def send_invoice(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask where to and with which letter, and have an issued invoice mailed."""
    invoice = get_object_or_404(Invoice.objects.for_page(), pk=pk)
    last = mails_of(invoice).first()
    bound = request.POST if request.method == "POST" else None
    form, stale, status = SendForm(bound, invoice=invoice, last=last), None, 200
    if bound is not None:
        version, status = submitted_version(request), 422
        try:
            with refusals_in(form):
                if form.is_valid():
                    to = form.cleaned_data["to"]
                    send(invoice, to=to, letter=form.letter, version=version, by=request.user)
                    messages.success(request, _("Waiting to be sent to %(address)s.") % {"address": to})
                    return leave(request, invoice)
                require_current(invoice, version=version, by=request.user, stale=history.stale)
        except Stale as refusal:
            invoice, stale, status = refusal.current, refusal, 409
    sent = invoice.events.filter(kind=invoice.events.model.Kind.SENT).select_related("by").last()
    pending = mails_of(invoice).filter(state__in=PENDING).first()
    context = {"invoice": invoice, "form": form, "stale": stale, "sent": sent, "last": last, "pending": pending}
    return page(request, "invoicing/send.html", context, part="dialog", status=status)


@require_safe
@permission_required("invoicing.view_invoice", raise_exception=True)
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    """How it stands with the last mail: the page of the invoice asks while it will soon be sent."""
    invoice = get_object_or_404(Invoice.objects.for_page(), pk=pk)
    context = contents(invoice, request.user) | {"was_pending": True}
    return page(request, "invoicing/detail.html", context, part="mail")


@require_POST
@permission_required("invoicing.send_invoice", raise_exception=True)
def decide_mail(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the last mail again, send it no more, or say that it has arrived."""
    invoice = get_object_or_404(Invoice.objects.for_page(), pk=pk)
    version, deed, state = submitted_version(request), request.POST.get("deed"), request.POST.get("state", "")
    if deed not in DEEDS:
        raise BadRequest
    try:
        decided = decide(invoice, deed, state=state, version=version, by=request.user)
    except Refused as refusal:  # a stale version, too
        invoice = Invoice.objects.for_page().get(pk=pk)
        context = contents(invoice, request.user) | {"refused": refusal.message}
        return page(request, "invoicing/detail.html", context, part="page", status=409)
    messages.success(request, DONE[deed] % {"address": decided.to})
    return leave(request, invoice)
