"""The list of sales, its filters, and the panels that other apps' pages show."""

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from sales import exporting
from sales.choices import chips, columns, filter_choices, without
from sales.filters import DAY_WORDS, SaleFilter
from sales.forms import WhoseForm
from sales.models import Phase, Sale, SaleStatus
from salescrm import exports
from salescrm.calendar import today
from salescrm.listing import page_of
from salescrm.models import User
from salescrm.pages import page

PANEL_ROWS = 6
NOT_ON_BOARD = ("status", "sort", "reason", "lost_to", "closed_from", "closed_to")


@require_safe
@permission_required("sales.view_sale", raise_exception=True)
def sale_list(request: HttpRequest) -> HttpResponse:
    """All sales that answer to the filter in the URL, with the totals over the whole filter."""
    chosen = SaleFilter.parse(request.GET)
    sales = chosen.apply(Sale.objects.visible_to(request.user), today=today())
    if chosen.format:
        if not request.user.has_perm("sales.export_sale"):
            raise PermissionDenied
        return exports.respond(exporting.table(chosen.order(sales)), chosen.format)
    totals = sales.totals()
    rows = page_of(request, chosen.order(sales.for_list()), count=totals["count"])
    in_toolbar = {"phase", "owner", "q", "page"}
    context = {
        "chosen": chosen,
        "totals": totals,
        "rows": rows,
        "phases": Phase.objects.all(),
        "owners": User.objects.active(),
        "chips": chips(chosen, request.GET),
        "columns": columns(chosen),
        "carried": [(word, text) for word, texts in request.GET.lists() if word not in in_toolbar for text in texts],
        "as_board": without(request.GET, *NOT_ON_BOARD),
        "status_open": (SaleStatus.OPEN,),
        "status_accepted": (SaleStatus.ACCEPTED,),
        "status_lost": (SaleStatus.LOST,),
        "any_by_hand": any(sale.probability_by_hand for sale in rows),
        "today": today(),
    }
    return page(request, "sales/list.html", context, part="rows")


@require_safe
@permission_required("sales.view_sale", raise_exception=True)
def filters(request: HttpRequest) -> HttpResponse:
    """Every filter word in one form; it leads back to the list."""
    words, whose = request.GET.copy(), WhoseForm(request.GET if "apply" in request.GET else None)
    if whose.is_bound:
        words = _without_pickers(words)
        if whose.is_valid():
            words.update({name: str(relation.pk) for name, relation in whose.cleaned_data.items() if relation})
            SaleFilter.parse(words)
            return redirect(f"{reverse('sales:list')}?{words.urlencode()}")
    chosen = SaleFilter.parse(words)
    if not whose.is_bound:
        whose = WhoseForm(initial={name: chosen.ids.get(name, (None,))[0] for name in whose.fields})
    context = {
        "chosen": chosen,
        "form": whose,
        "lists": filter_choices(chosen),
        "days": {word: chosen.days.get(word, "") for word in DAY_WORDS},
        "query": words,
    }
    return page(request, "sales/filters.html", context, part="dialog", status=422 if whose.is_bound else 200)


def _without_pickers(words: QueryDict) -> QueryDict:
    pickers = {f"{name}{extra}" for name in WhoseForm.base_fields for extra in ("", *WhoseForm.EXTRAS)}
    rest = QueryDict(mutable=True)
    for word, texts in words.lists():
        if word not in pickers | {"apply"} and any(texts):
            rest.setlist(word, [text for text in texts if text])
    return rest


def _panel(request: HttpRequest, sales, url: str, about: str, pk: int) -> HttpResponse:
    sales = sales.visible_to(request.user)
    context = {
        "sales": sales.for_list().order_by("-updated_at", "-pk")[:PANEL_ROWS],
        "totals": sales.totals(),
        "url": url,
        "about": about,
        "pk": pk,
    }
    return page(request, "sales/panel.html", context, part="panel")


@require_safe
@permission_required("sales.view_sale", raise_exception=True)
def of_relation(request: HttpRequest, pk: int) -> HttpResponse:
    """The sales of a relation, for the page of that relation."""
    return _panel(request, Sale.objects.filter(customer=pk), f"{reverse('sales:list')}?customer={pk}", "relation", pk)


@require_safe
@permission_required("sales.view_sale", raise_exception=True)
def of_project(request: HttpRequest, pk: int) -> HttpResponse:
    """The sales a project came from, for the page of that project."""
    return _panel(request, Sale.objects.filter(project=pk), "", "project", pk)


@require_safe
@permission_required("sales.view_sale", raise_exception=True)
def of_invoice(request: HttpRequest, pk: int) -> HttpResponse:
    """The sale an invoice came from, for the page of that invoice."""
    return _panel(request, Sale.objects.filter(invoice=pk), "", "invoice", pk)
