"""The pages of invoices."""

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_safe

from invoicing import editing, exporting
from invoicing.document import document_of
from invoicing.filters import InvoiceFilter
from invoicing.forms import HeadForm, LineFormSet
from invoicing.history import stale
from invoicing.issuing import obstacles
from invoicing.line_forms import RowFormSet
from invoicing.models import Invoice, InvoiceLine
from invoicing.sending import mails_of
from relations.models import Relation
from salescrm.background.worker import is_alive
from salescrm.exports import downloads
from salescrm.forms.submission import refusals_in, submitted_version
from salescrm.forms.versioned import VersionedForm
from salescrm.listing.columns import Column, filled
from salescrm.listing.state import Listing
from salescrm.mail.outbox import AT_WORK
from salescrm.models import User
from salescrm.pages import leave, page
from salescrm.recent import remembers
from salescrm.versions import Refused, Stale

SOON = timedelta(minutes=1)
COLUMNS = {
    "number": Column(pgettext_lazy("invoice", "Number"), filled("number")),
    "customer": Column(gettext_lazy("Customer"), "customer__sort_key"),
    "owner": Column(gettext_lazy("Owner"), "owner__name"),
    "date": Column(gettext_lazy("Invoice date"), "issued_on", figure=True),
    "due": Column(gettext_lazy("Due date"), "due_on", figure=True),
    "excluding": Column(gettext_lazy("Excluding VAT"), "total_excluding_vat", figure=True),
    "including": Column(gettext_lazy("Including VAT"), "total_including_vat", figure=True),
    "status": Column(gettext_lazy("Status")),
}
LIST = Listing(COLUMNS, default="-date", parts="lines")


@require_safe
@permission_required("invoicing.view_invoice", raise_exception=True)
def index(request: HttpRequest) -> HttpResponseBase:
    """The list: filters, order and page stand in the address; totals are of the whole filter."""
    state, form = LIST.read(request.GET, InvoiceFilter.base_fields), InvoiceFilter.read(request.GET)
    invoices = form.apply(Invoice.objects.all())
    ordered = state.ordered(invoices.for_list())
    if kind := downloads.file_kind(request, "invoicing.export_invoice"):
        table = exporting.lines_table(invoices) if state.parts else exporting.table(ordered)
        return downloads.respond(request, table, kind)
    summary = invoices.summary()
    rows = state.page_of(ordered, count=summary["count"])
    context = {"form": form, "rows": rows, "state": state, "columns": state.heads(), "summary": summary}
    return page(request, "invoicing/list.html", context, part="rows")


@require_safe
@permission_required("invoicing.view_invoice", raise_exception=True)
def of_relation(request: HttpRequest, pk: int) -> HttpResponse:
    """The panel on the page of a relation: the latest invoices."""
    relation = get_object_or_404(Relation, pk=pk)
    invoices = Invoice.objects.filter(customer=relation)
    latest = LIST.read(QueryDict()).ordered(invoices)[:5]
    context = {"relation": relation, "rows": latest, "count": invoices.count()}
    return page(request, "invoicing/of_relation.html", context, part="panel")


@require_safe
@permission_required("invoicing.view_invoice", raise_exception=True)
@remembers("invoice")
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One invoice as it looks on paper, with its history."""
    invoice = get_object_or_404(Invoice.objects.for_page(), pk=pk)
    return page(request, "invoicing/detail.html", contents(invoice, request.user), part="page")


def contents(invoice: Invoice, user: User) -> dict:
    """What the page of an invoice shows."""
    document = document_of(invoice)
    events = list(invoice.events.select_related("by", "mail").order_by("-pk"))
    return {
        "invoice": invoice,
        "document": document,
        "obstacles": obstacles(document) if invoice.is_draft else [],
        "events": events,
        "may_edit": invoice.is_draft and editing.may_edit(invoice, user),
        "failed": bool(events) and events[0].kind == events[0].Kind.FAILED,
        **({} if invoice.is_draft else delivery(invoice)),
    }


def delivery(invoice: Invoice) -> dict:
    """How it stands with the last mail of an issued invoice; the page looks again while it will soon be sent."""
    last = mails_of(invoice).first()
    is_waiting = last is not None and last.state == last.State.WAITING
    has_worker = not is_waiting or is_alive()
    is_soon = is_waiting and has_worker and last.due_at and last.due_at < timezone.now() + SOON
    return {
        "mail": last,
        "is_open": last is not None and last.state not in (last.State.SENT, last.State.DROPPED),
        "has_worker": has_worker,
        "is_soon": last is not None and (is_soon or last.state in AT_WORK),
    }


@require_safe
@permission_required("invoicing.view_invoice", raise_exception=True)
def print_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The document alone, made for paper."""
    invoice = get_object_or_404(Invoice.objects.for_page(), pk=pk)
    return render(request, "invoicing/print.html", {"invoice": invoice, "document": document_of(invoice)})


def editable(user: User, pk: int) -> Invoice:
    """The invoice this user may edit: 404 when there is none, 403 when it is somebody else's (rule 23)."""
    invoice = get_object_or_404(Invoice.objects.for_page(), pk=pk)
    if not editing.may_edit(invoice, user):
        raise PermissionDenied
    return invoice


@permission_required("invoicing.change_invoice", raise_exception=True)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Head and lines of a draft on one page."""
    invoice = editable(request.user, pk)
    editor = VersionedForm(request, invoice, _head, lines=_lines)
    if not editor.is_sent and not invoice.is_draft:
        messages.warning(request, _("Invoice %(number)s has been issued and never changes.") % {"number": invoice})
        return redirect(invoice)
    status = 422 if editor.is_sent else 200
    try:
        if editor.is_sent and editor.is_ready(stale):
            with refusals_in(editor.form):
                return _store(request, invoice, editor)
    except Stale as refusal:
        status = 409
        editor.merge(refusal, fixed=not refusal.current.is_draft)
    context = {"invoice": invoice, **editor.context, "head": editor.form, "lines": editor.lines}
    return page(request, "invoicing/edit.html", context, part="form", status=status)


def _store(request: HttpRequest, invoice: Invoice, editor: VersionedForm) -> HttpResponse:
    lines = editor.lines.content(editor.rows())
    editing.edit(invoice, values=editor.form.values(), lines=lines, version=editor.version, by=request.user)
    messages.success(request, _("The draft is saved."))
    return redirect(invoice)


def _head(data: QueryDict | None, invoice: Invoice) -> HeadForm:
    return HeadForm(data, instance=invoice)


def _lines(data: QueryDict | None, invoice: Invoice) -> RowFormSet:
    return LineFormSet(data, initial=list(invoice.lines.values(*InvoiceLine.FIELDS)), prefix="lines")


@permission_required("invoicing.change_invoice", raise_exception=True)
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, then delete a draft."""
    invoice = editable(request.user, pk)
    context, status = {"invoice": invoice, "version": invoice.version}, 200
    if request.method == "POST":
        try:
            editing.delete(invoice, version=submitted_version(request), by=request.user)
            messages.success(request, _("The draft is deleted."))
            return leave(request, "invoicing:list")
        except Stale as refusal:
            invoice, status = refusal.current, 409
            context = {"invoice": invoice, "version": invoice.version, "refused": refusal.message}
        except Refused as refusal:
            context["refused"], status = refusal.message, 422
    return page(request, "invoicing/delete.html", context, part="dialog", status=status)
