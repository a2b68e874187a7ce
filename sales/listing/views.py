"""The list of sales, its filters, and the panels that other apps' pages show."""

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from sales.listing import files, saved_views
from sales.listing.columns import (
    STANDARDS,
    heads,
    read,
    shown,
)
from sales.listing.filter_form import SENT, FilterForm
from sales.listing.filters import SaleFilter
from sales.listing.labels import (
    chips,
    filter_choices,
    kept_relations,
    reason_choices,
    status_links,
    without,
)
from sales.listing.rows import Cells
from sales.models import Phase, Sale
from sales.origin import origin_page
from salescrm import exports
from salescrm.calendar import today
from salescrm.listing import page_of, without_blanks
from salescrm.models import User
from salescrm.pages import leave, page

PANEL_ROWS = 6
FEW = 500  # found by words: quicker put in order by themselves than looked for along an index
NOT_ON_BOARD = (*saved_views.LIST_ONLY, *saved_views.CLOSED)
CHANGES = ("move_sale", "change_sale", "lose_sale", "trash_sale")


@require_safe
@permission_required("sales.view_sale", raise_exception=True)
@origin_page(lambda _user, query: SaleFilter.parse(query))
def sale_list(request: HttpRequest) -> HttpResponse:
    """All sales that answer to the filter in the URL, with the totals over the whole filter."""
    try:
        chosen = SaleFilter.parse(request.GET)
    except BadRequest:
        if broken := saved_views.broken(request.GET.get("view", ""), request.user):
            return redirect("sales:view", broken.pk)
        raise
    if tidy := without_blanks(request):
        return redirect(tidy)
    sales = chosen.apply(Sale.objects.visible_to(request.user), today=today())
    if chosen.format:
        if not request.user.has_perm("sales.export_sale"):
            raise PermissionDenied
        table = files.lines_table(sales) if chosen.lines else files.table(chosen.order(sales))
        return exports.respond(request, table, chosen.format)
    totals = sales.totals()
    context = {"totals": totals, **_around(request, chosen), **_table(request, chosen, sales, totals["count"])}
    return page(request, "sales/listing/list.html", context, part="rows")


def _table(request: HttpRequest, chosen: SaleFilter, sales, count: int) -> dict:
    """The rows of this page with their heads, and what may be done with several at once."""
    keys = shown(chosen.columns, request.COOKIES, chosen.status)
    if chosen.q and count <= FEW:
        sales = sales.find_then_sort()
    rows = page_of(request, read(chosen.order(sales), keys, aged=chosen.aged), count=count)
    selectable = any(request.user.has_perm(f"sales.{right}") for right in CHANGES)
    drawn = Cells(keys, today=today(), selectable=selectable, aged=chosen.aged).rows(rows)
    return {
        "rows": rows,
        "drawn": drawn,
        "heads": heads(keys, chosen.sort),
        "selectable": selectable,
        "own_columns": keys not in STANDARDS,
        "millions": "amount" in keys and any((sale.expected_revenue or 0) >= 10**6 for sale in rows),
        "any_by_hand": {"phase", "probability"} & {*keys} and any(sale.probability_by_hand for sale in rows),
        "bulk_query": without(request.GET, "format", "rows", "view", "columns").removeprefix("?"),
    }


def _around(request: HttpRequest, chosen: SaleFilter) -> dict:
    """What stands above the rows: status, search, filters, views."""
    open_sales, phases = Sale.objects.visible_to(request.user).open(), list(Phase.objects.all())
    owners = list(User.objects.holders(open_sales, chosen.only("owner")))
    known = {"phase": {row.pk for row in phases}, "owner": {row.pk for row in owners}}
    several = {word for word, ids in known.items() if chosen.ids.get(word) and chosen.only(word) not in ids}
    in_toolbar = {"phase", "owner", "q", "page"} - several
    return {
        "chosen": chosen,
        "phases": phases,
        "owners": owners,
        "several": several,
        "chips": chips(chosen, request.GET),
        "statuses": status_links(chosen, request.GET),
        "carried": [(word, text) for word, texts in request.GET.lists() if word not in in_toolbar for text in texts],
        "as_board": without(request.GET, *NOT_ON_BOARD),
        "query": without(request.GET, "format", "rows").removeprefix("?"),
        "views": saved_views.menu(request.user, request.GET, chosen.view),
    }


@require_safe
@permission_required("sales.view_sale", raise_exception=True)
def filters(request: HttpRequest) -> HttpResponse:
    """Every filter word in one form; it leads back to the list."""
    form = FilterForm(request.GET) if SENT in request.GET else None
    words = form.words() if form else request.GET
    chosen = SaleFilter.parse(words)
    if form and form.is_valid():
        return leave(request, f"{reverse('sales:list')}?{words.urlencode()}")
    context = {
        "chosen": chosen,
        "form": form or FilterForm(initial=FilterForm.initial_of(chosen)),
        "kept": kept_relations(chosen),
        "lists": filter_choices(chosen),
        "reasons": reason_choices(chosen),
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
