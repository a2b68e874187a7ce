"""A new sale, its fields and its service lines."""

import uuid
from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from invoicing.line_forms import RowFormSet, rows_of
from relations.models import Relation
from sales import editing
from sales.answers import status_of, take_in
from sales.forms import LineForm, SaleForm
from sales.models import Phase, Sale, SaleLine
from sales.refusals import Refused, stale
from sales.sale_page.views import refused, visible
from salescrm.forms.submission import refusals_in, submitted_token, submitted_version
from salescrm.forms.versioned import VersionedForm
from salescrm.pages import leave, page
from salescrm.url_words import is_id


@permission_required("sales.add_sale", raise_exception=True)
def new(request: HttpRequest) -> HttpResponse:
    """A new sale, for the customer in the URL if there is one."""
    pk = request.GET.get("customer", "")
    customer = get_object_or_404(Relation.objects.active(), pk=pk) if is_id(pk) else None
    initial = {"owner": request.user, "customer": customer, "phase": Phase.objects.active().first()}
    form = SaleForm(request.POST if request.method == "POST" else None, initial=initial, customer=customer)
    token = submitted_token(request) if request.method == "POST" else uuid.uuid4()
    if form.is_bound and form.is_valid():
        with refusals_in(form):
            sale = editing.create(values=form.values(), by=request.user, token=token)
            return leave(request, _still(request, sale))
    status = 422 if form.is_bound else 200
    return page(request, "sales/sale_page/form.html", {"form": form, "token": token}, part="form", status=status)


@permission_required("sales.change_sale", raise_exception=True)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The fields of a sale."""
    sale = visible(request, pk, detail=True)
    editor = VersionedForm(request, sale, lambda data, sale: SaleForm(data, instance=sale))
    status, why = 422 if editor.is_sent else 200, {}
    try:
        if editor.is_sent and editor.is_ready(stale):
            values = editor.form.values()
            sale = editing.edit(Sale(pk=sale.pk), values=values, version=editor.version, by=request.user)
            messages.success(request, _("Saved."))
            return leave(request, _still(request, sale))
    except Refused as refusal:
        status, why = status_of(refusal), take_in(editor, refusal)
    context = {"sale": sale, **editor.context, **why}
    return page(request, "sales/sale_page/form.html", context, part="form", status=status)


def _still(request: HttpRequest, sale: Sale) -> Sale | str:
    """Where to go after a change: a sale handed over to a colleague may be out of sight now."""
    return sale if Sale.objects.visible_to(request.user).filter(pk=sale.pk).exists() else "sales:list"


@permission_required("sales.change_sale", raise_exception=True)
def lines(request: HttpRequest, pk: int) -> HttpResponse:
    """The service lines of a sale, all in one form. Those of a closed sale stay as they are."""
    sale = visible(request, pk, detail=True)
    if request.method != "POST" and not sale.is_open:
        messages.warning(request, editing.lines_are_fixed())
        return leave(request, sale)
    editor = VersionedForm(request, sale, lines=partial(_formset, request))
    status, why = 422 if editor.is_sent else 200, {}
    try:
        if editor.is_sent and editor.is_ready(stale):
            sale = editing.replace_lines(sale, lines=editor.rows(), version=editor.version, by=request.user)
            messages.success(request, _("Saved."))
            again = f"{reverse('sales:lines', args=[pk])}?more=1"
            return leave(request, again if "more" in request.POST else sale)
    except Refused as refusal:
        sale = visible(request, pk, detail=True)
        status, why = status_of(refusal), take_in(editor, refusal, fixed=not sale.is_open)
    context = {"sale": sale, **editor.context, "formset": editor.lines, **why}
    return page(request, "sales/sale_page/lines.html", context, part="form", status=status)


def _formset(request: HttpRequest, data: QueryDict | None, sale: Sale) -> RowFormSet:
    stored = list(sale.lines.values("pk", *SaleLine.FIELDS))
    empty = 3 if not stored or "more" in request.GET else 0
    return rows_of(LineForm, extra=empty)(data, initial=stored, prefix="lines")


@require_POST
@permission_required("sales.change_sale", raise_exception=True)
def take_total(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the total of the lines the expected revenue (rule 17)."""
    sale = visible(request, pk)
    total = sum(line.amount for line in sale.lines.all())
    try:
        values = {"expected_revenue": total}
        sale = editing.edit(sale, values=values, version=submitted_version(request), by=request.user)
    except Refused as refusal:
        return refused(request, pk, refusal)
    messages.success(request, _("Expected revenue now equals the total of the service lines."))
    return leave(request, sale)
