"""Issuing: a draft gets its number, and goes to the customer at once where that is wanted."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from invoicing import history
from invoicing.document import compose
from invoicing.forms import IssueForm
from invoicing.issuing import issue, last_issued_on, obstacles
from invoicing.models import Invoice
from invoicing.sending import issue_and_send
from salescrm.forms.submission import refusals_in, submitted_version
from salescrm.pages import leave, page
from salescrm.versions import Stale, require_current


@permission_required("invoicing.issue_invoice", raise_exception=True)
def issue_invoice(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the date and give the draft its number; "and send" has it mailed."""
    invoice = get_object_or_404(Invoice.objects.for_page(), pk=pk)
    sends = request.POST.get("then") == "send" and request.user.has_perm("invoicing.send_invoice")
    bound = request.POST if request.method == "POST" else None
    form, stale, status = IssueForm(bound, invoice=invoice, sends=sends), None, 200
    if bound is not None:
        version, status = submitted_version(request), 422
        try:
            with refusals_in(form):
                if form.is_valid():
                    _issue(request, invoice, form, version=version, sends=sends)
                    return leave(request, invoice)
                require_current(invoice, version=version, by=request.user, stale=history.stale)
        except Stale as refusal:
            invoice, stale, status = refusal.current, refusal, 409
    document = compose(invoice) if invoice.is_draft else None
    context = {"invoice": invoice, "form": form, "stale": stale, "document": document, "last": last_issued_on()}
    context["obstacles"] = obstacles(document) if document else []
    return page(request, "invoicing/issue.html", context, part="dialog", status=status)


def _issue(request: HttpRequest, invoice: Invoice, form: IssueForm, *, version: int, sends: bool) -> None:
    on, to = form.cleaned_data["issued_on"], form.cleaned_data["to"]
    if sends:
        issue_and_send(invoice, on=on, to=to, version=version, by=request.user)
        invoice.refresh_from_db(fields=["number"])
    else:
        invoice = issue(invoice, version=version, by=request.user, on=on)
    messages.success(request, _("Issued as invoice %(number)s.") % {"number": invoice.number})
    if sends:
        messages.success(request, _("Waiting to be sent to %(address)s.") % {"address": to})
