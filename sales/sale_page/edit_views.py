"""A new sale, its fields and its service lines."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from invoicing.line_forms import rows_of
from relations.models import Relation
from sales import editing
from sales.answers import conflict, explained, put_into, status_of
from sales.forms import LineForm, SaleForm
from sales.models import Phase, Sale, SaleLine
from sales.refusals import Refused
from sales.sale_page.views import refused, visible
from salescrm.conflicts import refusals_in, submitted_token, submitted_version
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
    form = SaleForm(request.POST if request.method == "POST" else None, instance=sale)
    context, status = {"form": form, "sale": sale, "version": sale.version}, 200
    if form.is_bound:
        status, context["version"] = 422, submitted_version(request)
        if form.is_valid():
            try:
                sale = editing.edit(Sale(pk=sale.pk), values=form.values(), version=context["version"], by=request.user)
            except Refused as refusal:
                put_into(form, refusal)
                context |= conflict(form, refusal, request.path) | explained(refusal)
                status = status_of(refusal)
            else:
                messages.success(request, _("Saved."))
                return leave(request, _still(request, sale))
    return page(request, "sales/sale_page/form.html", context, part="form", status=status)


def _still(request: HttpRequest, sale: Sale) -> Sale | str:
    """Where to go after a change: a sale handed over to a colleague may be out of sight now."""
    return sale if Sale.objects.visible_to(request.user).filter(pk=sale.pk).exists() else "sales:list"


@permission_required("sales.change_sale", raise_exception=True)
def lines(request: HttpRequest, pk: int) -> HttpResponse:
    """The service lines of a sale, all in one form."""
    sale = visible(request, pk, detail=True)
    formset = _formset(request, sale)
    context, status = {"formset": formset, "sale": sale, "version": sale.version}, 200
    if formset.is_bound:
        version, status = submitted_version(request), 422
        if formset.is_valid():
            try:
                sale = editing.replace_lines(sale, lines=formset.rows(), version=version, by=request.user)
            except Refused as refusal:
                status, context = status_of(refusal), context | explained(refusal) | _theirs(pk)
            else:
                messages.success(request, _("Saved."))
                again = f"{reverse('sales:lines', args=[pk])}?more=1"
                return leave(request, again if "more" in request.POST else sale)
    return page(request, "sales/sale_page/lines.html", context, part="form", status=status)


def _formset(request: HttpRequest, sale: Sale):
    stored = list(sale.lines.values("pk", *SaleLine.FIELDS))
    empty = 3 if not stored or "more" in request.GET else 0
    formset = rows_of(LineForm, extra=empty)
    return formset(request.POST if request.method == "POST" else None, initial=stored, prefix="lines")


def _theirs(pk: int) -> dict:
    sale = Sale.objects.get(pk=pk)
    return {"version": sale.version, "theirs": list(sale.lines.select_related("vat_rate"))}


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
