"""How an address looks at a list: its order, its page, its columns, what a file of it holds. Filters are the list's."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from django.core.exceptions import BadRequest
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict

from salescrm.exports.downloads import CONTENT_TYPES
from salescrm.listing.columns import Column, Head
from salescrm.pages import asks_for_part
from salescrm.url_words import changed, check_size, choice, page_number

PER_PAGE = 50


class Chip(NamedTuple):
    """An active filter in words, and the query string without it."""

    text: str
    query: str


@dataclass(frozen=True)
class Listing:
    """A list: its columns by their words, its order without `?sort=`, and the order of rows that are equal in it.

    `files` says that it can be had as a file, `parts` is the word of `?rows=` for a file of parts of its records
    (lines, say) instead of the records themselves; `choice` are the columns that `?columns=` may name.
    """

    columns: Mapping[str, Column] = field(default_factory=dict)
    default: str = ""
    ties: tuple[str, ...] = ("-pk",)
    files: bool = True
    parts: str = ""
    choice: tuple[str, ...] = ()

    @property
    def words(self) -> set[str]:
        """The words of an address that are not those of a filter."""
        some = {"sort": self.columns, "format": self.files, "rows": self.parts, "columns": self.choice}
        return {"page", *(word for word, is_known in some.items() if is_known)}

    def read(self, query: QueryDict, words: Iterable[str] = ()) -> "ListState":
        """How the address looks at the list; beside that it may hold the `words` of a filter. Blanks count as absent.

        Raises BadRequest for a word or a value that nobody knows.
        """
        check_size(query)
        if unknown := {*query} - {*words, *self.words}:
            raise BadRequest(f"unknown filter: {', '.join(sorted(unknown))}")
        sort, columns = _last(query, "sort") or self.default, _last(query, "columns")
        choice(_last(query, "format"), ("", *CONTENT_TYPES))
        if self.columns and sort.removeprefix("-") not in self.sortable:
            raise BadRequest("unknown sort")
        if columns and not self.readable(columns):
            raise BadRequest("unknown column")
        return ListState(
            self,
            sort=sort,
            page=page_number(_last(query, "page")),
            parts=bool(choice(_last(query, "rows"), ("", self.parts))),
            columns=self.readable(columns),
        )

    @property
    def sortable(self) -> set[str]:
        """The words of the columns that sort."""
        return {key for key, column in self.columns.items() if column.by}

    def readable(self, text: str) -> tuple[str, ...]:
        """The columns a text names, in its order and each once; none when it names one that cannot be chosen."""
        keys = tuple(dict.fromkeys(text.split(",")))
        return keys if {*keys} <= {*self.choice} else ()


@dataclass(frozen=True)
class ListState:
    """What an address says of a list beside its filter; `parts` that a file is to hold the parts of the records."""

    listing: Listing
    sort: str = ""
    page: int = 1
    parts: bool = False
    columns: tuple[str, ...] = ()

    @property
    def is_sorted(self) -> bool:
        """Whether the order is another than the list's own."""
        return self.sort != self.listing.default

    def ordered(self, rows: QuerySet) -> QuerySet:
        """The rows in this order."""
        column = self.listing.columns[self.sort.removeprefix("-")]
        return rows.order_by(*column.order(down=self.sort.startswith("-"), ties=self.listing.ties))

    def heads(self, keys: Iterable[str] = ()) -> list[Head]:
        """The heads of these columns, of all when none is named."""
        return [self.listing.columns[key].head(key, self.sort) for key in keys or self.listing.columns]

    def page_of(self, rows: QuerySet | Sequence, *, count: int) -> Page:
        """This page of the rows (the last one when it lies beyond); `count` is known, not counted again."""
        paginator = Paginator(rows, PER_PAGE)
        paginator.count = count
        return paginator.get_page(self.page)


def without_blanks(request: HttpRequest) -> str:
    """The address to redirect a browser without JavaScript to: the same one, without empty fields.

    "" when it has none, and for htmx, which sends no empty fields.
    """
    tidy = changed(request.GET).urlencode()
    if asks_for_part(request) or len(request.GET.urlencode()) == len(tidy):
        return ""
    return f"{request.path}?{tidy}".removesuffix("?")


def _last(query: QueryDict, word: str) -> str:
    """The last value of a word that is not blank."""
    return next((text.strip() for text in reversed(query.getlist(word)) if text.strip()), "")
