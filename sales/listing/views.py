"""The list of sales, its filters, and the panels that other apps' pages show."""

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from sales.listing import list_page, saved_views
from sales.listing.filter_form import SENT, FilterForm
from sales.listing.filter_labels import filter_choices, reason_choices, relation_choices
from sales.listing.filters import SaleFilter, list_state
from sales.models import Sale
from sales.origin import origin_page
from salescrm.exports import downloads
from salescrm.listing.state import without_blanks
from salescrm.pages import leave, page

PANEL_ROWS = 6


@require_safe
@permission_required("sales.view_sale", raise_exception=True)
@origin_page(lambda _user, words: SaleFilter.parse(words))
def sale_list(request: HttpRequest) -> HttpResponseBase:
    """All sales that match the filter in the address, with the totals over the whole filter."""
    try:
        sale_filter, state = SaleFilter.parse(request.GET), list_state(request.GET)
    except BadRequest:
        if broken := saved_views.broken(request.GET.get("view", ""), request.user):
            return redirect("sales:view", broken.pk)
        raise
    if tidy := without_blanks(request):
        return redirect(tidy)
    if kind := downloads.file_kind(request, "sales.export_sale"):
        return downloads.respond(request, list_page.file(request, sale_filter, state), kind)
    return page(request, "sales/listing/list.html", list_page.contents(request, sale_filter, state), part="rows")


@require_safe
@permission_required("sales.view_sale", raise_exception=True)
def filters(request: HttpRequest) -> HttpResponse:
    """Every filter word in one form; it leads back to the list."""
    form = FilterForm(request.GET) if SENT in request.GET else None
    words = form.words() if form else request.GET
    sale_filter = SaleFilter.parse(words)
    if form and form.is_valid():
        return leave(request, f"{reverse('sales:list')}?{words.urlencode()}")
    context = {
        "sale_filter": sale_filter,
        "form": form or FilterForm(initial=FilterForm.initial_of(sale_filter, list_state(words).sort)),
        "relation_lists": relation_choices(sale_filter),
        "lists": filter_choices(sale_filter),
        "reasons": reason_choices(sale_filter),
        "carried": [(word, words[word]) for word in ("columns", "view") if words.get(word)],
        "query": words,
    }
    return page(request, "sales/listing/filters.html", context, part="dialog", status=422 if form else 200)


def _panel(request: HttpRequest, sales) -> HttpResponse:
    sales = sales.visible_to(request.user)
    context = {"sales": sales.for_list().order_by("-updated_at", "-pk")[:PANEL_ROWS], "totals": sales.totals()}
    return page(request, "sales/listing/panel.html", context, part="panel")


@require_safe
@permission_required("sales.view_sale", raise_exception=True)
def of_project(request: HttpRequest, pk: int) -> HttpResponse:
    """The sales a project came from, for the page of that project."""
    return _panel(request, Sale.objects.filter(project=pk))


@require_safe
@permission_required("sales.view_sale", raise_exception=True)
def of_invoice(request: HttpRequest, pk: int) -> HttpResponse:
    """The sale an invoice came from, for the page of that invoice."""
    return _panel(request, Sale.objects.filter(invoice=pk))
