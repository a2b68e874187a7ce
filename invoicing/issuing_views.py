"""Issuing and sending: from draft to the customer's mailbox."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from invoicing import history
from invoicing.document import compose
from invoicing.forms import IssueForm, SendForm
from invoicing.issuing import issue, last_issued_on, obstacles
from invoicing.models import Invoice, InvoiceEvent
from invoicing.sending import send
from salescrm.forms.submission import refusals_in, submitted_version
from salescrm.pages import leave, page
from salescrm.versions import Stale, require_current


@permission_required("invoicing.issue_invoice", raise_exception=True)
def issue_invoice(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the date and give the draft its number; "and send" mails it at once."""
    invoice = get_object_or_404(Invoice.objects.for_page(), pk=pk)
    sends = request.POST.get("then") == "send" and request.user.has_perm("invoicing.send_invoice")
    bound = request.POST if request.method == "POST" else None
    form, stale, status = IssueForm(bound, invoice=invoice, sends=sends), None, 200
    if bound is not None:
        version, status = submitted_version(request), 422
        try:
            with refusals_in(form):
                if form.is_valid():
                    invoice = issue(invoice, version=version, by=request.user, on=form.cleaned_data["issued_on"])
                    messages.success(request, _("Issued as invoice %(number)s.") % {"number": invoice.number})
                    if sends:
                        _mail(request, invoice, to=form.cleaned_data["to"], version=version + 1)
                    return leave(request, invoice)
                require_current(invoice, version=version, by=request.user, stale=history.stale)
        except Stale as refusal:
            invoice, stale, status = refusal.current, refusal, 409
    document = compose(invoice) if invoice.is_draft else None
    context = {"invoice": invoice, "form": form, "stale": stale, "document": document, "last": last_issued_on()}
    context["obstacles"] = obstacles(document) if document else []
    return page(request, "invoicing/issue.html", context, part="dialog", status=status)


def _mail(request: HttpRequest, invoice: Invoice, *, to: str, version: int) -> None:
    event = send(invoice, to=to, version=version, by=request.user)
    if event.kind == InvoiceEvent.Kind.SENT:
        messages.success(request, _("Sent to %(address)s.") % {"address": event.detail})
    else:
        messages.error(request, _("The mail could not be sent. The invoice stays issued; try sending it again."))


@permission_required("invoicing.send_invoice", raise_exception=True)
def send_invoice(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask where to, and mail an issued invoice."""
    invoice = get_object_or_404(Invoice.objects.for_page(), pk=pk)
    bound = request.POST if request.method == "POST" else None
    form, stale, status = SendForm(bound, invoice=invoice), None, 200
    if bound is not None:
        version, status = submitted_version(request), 422
        try:
            with refusals_in(form):
                if form.is_valid():
                    _mail(request, invoice, to=form.cleaned_data["to"], version=version)
                    return leave(request, invoice)
                require_current(invoice, version=version, by=request.user, stale=history.stale)
        except Stale as refusal:
            invoice, stale, status = refusal.current, refusal, 409
    sent = invoice.events.filter(kind=InvoiceEvent.Kind.SENT).select_related("by").last()
    context = {"invoice": invoice, "form": form, "stale": stale, "sent": sent}
    return page(request, "invoicing/send.html", context, part="dialog", status=status)
