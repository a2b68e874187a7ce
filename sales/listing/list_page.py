"""What the page of the list shows of the sales that match its filter, and the same as a file."""

from django.http import HttpRequest

from sales.listing import files, saved_views
from sales.listing.columns import STANDARDS, heads, read, visible_columns
from sales.listing.filter_labels import chips, status_links, without
from sales.listing.filters import SaleFilter
from sales.listing.rows import Cells
from sales.models import Phase, Sale
from sales.models.querysets import SaleQuerySet
from salescrm.calendar import today
from salescrm.exports import Table
from salescrm.listing import page_of
from salescrm.models import User

FEW = 500  # found by words: quicker put in order by themselves than looked for along an index
NOT_ON_BOARD = (*saved_views.LIST_ONLY, *saved_views.CLOSED)
CHANGES = ("move_sale", "change_sale", "lose_sale", "trash_sale")


def contents(request: HttpRequest, chosen: SaleFilter) -> dict:
    """The rows of a page, the totals over the whole filter, and what stands above them."""
    matches = _matches(request, chosen)
    totals = matches.totals()
    return {"totals": totals, **_around(request, chosen), **_table(request, chosen, matches, totals["count"])}


def file(request: HttpRequest, chosen: SaleFilter) -> Table:
    """All sales of the filter, or their lines."""
    matches = _matches(request, chosen)
    return files.lines_table(matches) if chosen.lines else files.table(chosen.order(matches))


def _matches(request: HttpRequest, chosen: SaleFilter) -> SaleQuerySet:
    return chosen.apply(Sale.objects.visible_to(request.user), today=today())


def _table(request: HttpRequest, chosen: SaleFilter, sales: SaleQuerySet, count: int) -> dict:
    """The rows of this page with their heads, and what may be done with several at once."""
    keys = visible_columns(chosen.columns, request.COOKIES, chosen.status)
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
