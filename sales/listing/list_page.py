"""What the page of the list shows of the sales that match its filter, and the same as a file."""

from django.http import HttpRequest

from sales.listing import exporting, saved_views
from sales.listing.columns import COMPANY, STANDARDS, read, visible_columns
from sales.listing.filter_labels import chips, status_links
from sales.listing.filters import SaleFilter, opened_view
from sales.listing.rows import Cells
from sales.models import Phase, Sale
from sales.models.querysets import SaleQuerySet
from salescrm.calendar import today
from salescrm.exports.downloads import Table
from salescrm.listing.state import ListState
from salescrm.models import User
from salescrm.url_words import changed

FEW = 500  # matches of words: sorting so few is quicker than reading the index of their order
NOT_ON_BOARD = (*saved_views.LIST_ONLY, *saved_views.CLOSED)
CHANGES = ("move_sale", "change_sale", "lose_sale", "trash_sale")


def contents(request: HttpRequest, sale_filter: SaleFilter, state: ListState) -> dict:
    """The rows of a page, the totals over the whole filter, and what stands above them."""
    matches = _matches(request, sale_filter)
    totals = matches.totals()
    table = _table(request, sale_filter, state, matches, totals["count"])
    return {"totals": totals, **_around(request, sale_filter), **table}


def file(request: HttpRequest, sale_filter: SaleFilter, state: ListState) -> Table:
    """All sales of the filter, or their lines."""
    matches = _matches(request, sale_filter)
    return exporting.lines_table(matches) if state.parts else exporting.table(state.ordered(matches))


def _matches(request: HttpRequest, sale_filter: SaleFilter) -> SaleQuerySet:
    return sale_filter.apply(Sale.objects.visible_to(request.user), today=today())


def _table(request: HttpRequest, sale_filter: SaleFilter, state: ListState, sales: SaleQuerySet, count: int) -> dict:
    """The rows of this page with their heads, and what may be done with several at once."""
    keys = visible_columns(state.columns, request.COOKIES, sale_filter.status)
    if sale_filter.q and count <= FEW:
        sales = sales.find_then_sort()
    rows = state.page_of(read(state.ordered(sales), keys, aged=sale_filter.aged), count=count)
    selectable = any(request.user.has_perm(f"sales.{right}") for right in CHANGES)
    drawn = Cells(keys, today=today(), selectable=selectable, aged=sale_filter.aged).rows(rows)
    return {
        "rows": rows,
        "drawn": drawn,
        "heads": state.heads((*COMPANY, *keys)),
        "selectable": selectable,
        "own_columns": keys not in STANDARDS,
        "millions": "amount" in keys and any((sale.expected_revenue or 0) >= 10**6 for sale in rows),
        "any_by_hand": {"phase", "probability"} & {*keys} and any(sale.probability_by_hand for sale in rows),
        "bulk_query": _without(request, "format", "rows", "view", "columns"),
    }


def _around(request: HttpRequest, sale_filter: SaleFilter) -> dict:
    """What stands above the rows: status, search, filters, views."""
    open_sales, phases = Sale.objects.visible_to(request.user).open(), list(Phase.objects.all())
    owners = list(User.objects.holders(open_sales, sale_filter.only("owner")))
    known = {"phase": {row.pk for row in phases}, "owner": {row.pk for row in owners}}
    several = {word for word, ids in known.items() if sale_filter.ids.get(word) and sale_filter.only(word) not in ids}
    in_toolbar = {"phase", "owner", "q", "page"} - several
    return {
        "sale_filter": sale_filter,
        "phases": phases,
        "owners": owners,
        "several": several,
        "chips": chips(sale_filter, request.GET),
        "statuses": status_links(sale_filter, request.GET),
        "carried": [(word, text) for word, texts in request.GET.lists() if word not in in_toolbar for text in texts],
        "as_board": _without(request, *NOT_ON_BOARD),
        "query": _without(request, "format", "rows"),
        "views": saved_views.menu(request.user, request.GET, opened_view(request.GET)),
    }


def _without(request: HttpRequest, *words: str) -> str:
    """The query string without these words, on the first page."""
    return changed(request.GET, **dict.fromkeys(("page", *words))).urlencode()
