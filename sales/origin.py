"""The page a form of a sale was sent from, and to which it leads back.

The form says so, or the link that opens it: `board` holds the words the board is filtered by, `back` an address of
ours. Without either the form stands on the page of its sale.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import unquote, urlencode, urlsplit

from django.core.exceptions import BadRequest
from django.http import HttpRequest, QueryDict
from django.urls import resolve, reverse

from salescrm.models import User
from salescrm.url_words import carried, way_back

Reader = Callable[[User, QueryDict], object]
BOARD, DAY = "sales:board", "sales:day"


def origin_page(read: Reader = lambda _user, _words: None) -> Callable:
    """Mark a view as a page that forms lead back to; `read` reads the words of its address, or is a BadRequest.

    The page says so itself: it stands in a room, or an app, that this module cannot import.
    """

    def mark(view: Callable) -> Callable:
        view.read_words = read
        return view

    return mark


def names_board(form: QueryDict) -> bool:
    """Whether a form says that it was sent from the board; its words are not read."""
    return "board" in form


@dataclass(frozen=True)
class Origin:
    """The page a form was sent from: the name of its URL ("" for the sale's own), and its address with its words."""

    page: str = ""
    address: str = ""
    words: QueryDict = field(default_factory=QueryDict)
    query: object = None  # the words as that page reads them

    @classmethod
    def of(cls, request: HttpRequest) -> "Origin":
        """Read what the request says, once: a deed does so before it stores anything.

        A page that is not gone back to, and words that it cannot read, are a BadRequest.
        """
        form = request.POST if request.method == "POST" else request.GET
        if names_board(form):
            words = carried(form["board"])
            return cls._read(request, f"{reverse(BOARD)}?{words.urlencode()}".removesuffix("?"))
        if not form.get("back"):
            return cls()
        if not (address := way_back(request, form["back"])):
            raise BadRequest("that is no page of ours")
        return cls._read(request, address)

    @classmethod
    def _read(cls, request: HttpRequest, address: str) -> "Origin":
        parts = urlsplit(address)
        page, words = resolve(unquote(parts.path)), QueryDict(parts.query)
        if not hasattr(page.func, "read_words"):
            raise BadRequest("nobody comes from there")
        return cls(page.view_name, address, words, page.func.read_words(request.user, words))

    @property
    def is_board(self) -> bool:
        """Whether it is the board; `query` is a SaleFilter then."""
        return self.page == BOARD

    @property
    def is_day(self) -> bool:
        """Whether it is a day; `query` says then whose it may be and whose it is."""
        return self.page == DAY

    @property
    def for_dialog(self) -> dict:
        """What the templates of a dialog that may have been opened from the board need (`travelling` is for a link)."""
        board = self.words.urlencode() if self.is_board else ""
        return {"from_board": self.is_board, "board": board, "travelling": urlencode({"board": board})}
