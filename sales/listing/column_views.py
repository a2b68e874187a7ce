"""The choice of columns of the list: in its URL, and remembered by this browser."""

from typing import NamedTuple

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from sales.listing.columns import (
    CHOICE,
    COLUMNS,
    COOKIE,
    COOKIE_AGE,
    standard,
    visible_columns,
)
from sales.listing.filters import SaleFilter, list_state
from salescrm.pages import leave, page
from salescrm.url_words import carried, link


class ColumnChoice(NamedTuple):
    """A column with its checkbox, and the button of it that was pressed."""

    key: str
    label: str
    selected: bool
    moved: str = ""


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("sales.view_sale", raise_exception=True)
def columns(request: HttpRequest) -> HttpResponse:
    """Choose the visible columns of the list and their order."""
    sent = request.method == "POST"
    query = carried(request.POST.get("query", "")) if sent else request.GET
    sale_filter = SaleFilter.parse(query)
    if "standard" in request.POST:
        return _show(request, query, standard(sale_filter.status), sale_filter)
    visible = visible_columns(list_state(query).columns, request.COOKIES, sale_filter.status)
    keys = _keys(request, "column") if sent else visible
    order = _ordered(request, keys)
    moves = [(way, request.POST[way]) for way in ("up", "down") if way in request.POST]
    if sent and keys and not moves:
        return _show(request, query, tuple(key for key in order if key in keys), sale_filter)
    context = {
        "choice": [
            ColumnChoice(key, COLUMNS[key].label, key in keys, *[way for way, moved in moves if moved == key][:1])
            for key in order
        ],
        "is_moved": bool(moves),
        "nothing": sent and not keys and not moves,
        "query": query.urlencode(),
    }
    return page(
        request, "sales/listing/columns.html", context, part="dialog", status=422 if context["nothing"] else 200
    )


def _keys(request: HttpRequest, name: str) -> tuple[str, ...]:
    keys = tuple(dict.fromkeys(request.POST.getlist(name)))
    if not {*keys} <= {*CHOICE}:
        raise BadRequest("unknown column")
    return keys


def _ordered(request: HttpRequest, keys: tuple[str, ...]) -> list[str]:
    """All columns in the order of the form, the selected ones first when it is new, one of them a place up or down."""
    order = list(dict.fromkeys([*_keys(request, "order"), *keys, *CHOICE]))
    for way, step in (("up", -1), ("down", 1)):
        if (moved := request.POST.get(way)) in order:
            at = order.index(moved)
            order.insert(max(at + step, 0), order.pop(at))
    return order


def _show(request: HttpRequest, query: QueryDict, keys: tuple[str, ...], sale_filter: SaleFilter) -> HttpResponse:
    """Lead to the list with these columns; for the standard ones without the word and without the cookie."""
    path, text = reverse("sales:list"), "" if keys == standard(sale_filter.status) else ",".join(keys)
    response = leave(request, f"{path}{link(query, columns=text)}")
    if text:
        options = {"max_age": COOKIE_AGE, "path": path, "httponly": True, "samesite": "Lax"}
        response.set_cookie(COOKIE, text, secure=request.is_secure(), **options)
    else:
        response.delete_cookie(COOKIE, path=path)
    return response
