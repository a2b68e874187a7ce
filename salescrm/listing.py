"""A list page: columns that sort, and pages of rows; both live in the address."""

from collections.abc import Iterable
from typing import NamedTuple

from django.core.exceptions import BadRequest
from django.core.paginator import Page, Paginator
from django.db.models import F, QuerySet
from django.forms import Form
from django.http import HttpRequest

from salescrm.pages import asks_for_part
from salescrm.url_words import check_size, page_number

PER_PAGE = 50


class Column(NamedTuple):
    """A column head: `key` is its word in `?sort=` (empty: does not sort), `field` what it sorts by."""

    label: str
    key: str = ""
    field: str = ""
    figure: bool = False
    direction: str = ""

    @property
    def next(self) -> str:
        """What a click on the head asks for: figures and days first downwards, the rest upwards."""
        upwards = self.direction == "descending" or not (self.direction or self.figure)
        return self.key if upwards else f"-{self.key}"


def sort(
    request: HttpRequest, rows: QuerySet, columns: Iterable[Column], *, default: str
) -> tuple[QuerySet, list[Column]]:
    """`rows` in the order `?sort=` asks for, else `default`, and the columns, of which one has its direction.

    What is empty stands last in either direction.
    """
    columns = list(columns)
    word = request.GET.get("sort", "") or default
    fields = {column.key: column.field for column in columns if column.key}
    if word.removeprefix("-") not in fields:
        raise BadRequest("unknown sort")
    key, down = word.removeprefix("-"), word.startswith("-")
    field = F(fields[key])
    order = field.desc(nulls_last=True) if down else field.asc(nulls_last=True)
    headings = [
        column._replace(direction="descending" if down else "ascending") if column.key == key else column
        for column in columns
    ]
    return rows.order_by(order, "-pk" if down else "pk"), headings


def page_of(request: HttpRequest, rows: QuerySet, *, count: int) -> Page:
    """The page of rows `?page=` asks for (the last one when it lies beyond); `count` is known, not counted again."""
    paginator = Paginator(rows, PER_PAGE)
    paginator.count = count
    return paginator.get_page(page_number(request.GET.get("page", "")))


def read_filter(request: HttpRequest, form: Form) -> Form:
    """The filter `form` of a list, validated; an unknown word or value is a BadRequest.

    `format` asks for a file, `rows` for one of parts of the records instead of the records themselves.
    """
    check_size(request.GET)
    if unknown := set(request.GET) - {*form.fields, "sort", "page", "format", "rows"}:
        raise BadRequest(f"unknown filter: {', '.join(sorted(unknown))}")
    if not form.is_valid():
        raise BadRequest(f"unknown value of {', '.join(form.errors)}")
    return form


def without_blanks(request: HttpRequest) -> str:
    """The address to redirect a browser without JavaScript to: the same one, without empty fields.

    "" when it has none, and for htmx, which sends no empty fields.
    """
    words = request.GET.copy()
    for word, texts in request.GET.lists():
        words.setlist(word, [text for text in texts if text.strip()])
    tidy = words.urlencode()
    if asks_for_part(request) or len(request.GET.urlencode()) == len(tidy):
        return ""
    return f"{request.path}?{tidy}".removesuffix("?")
