"""Where a form was sent from: read once, before anything is stored, and strictly."""

import pytest
from django.core.exceptions import BadRequest
from django.http import QueryDict
from django.test import RequestFactory

from sales.listing.filters import SaleFilter
from sales.models import SavedView
from sales.origin import Origin
from tests.factories import SaleFactory
from tests.sales.board.test_page import HTMX

pytestmark = pytest.mark.django_db
ROOFS = "q=roof&owner=3"


def of(user, method: str = "post", **words) -> Origin:
    request = getattr(RequestFactory(), method)("/sales/1/change/step/", words)
    request.user = user
    return Origin.of(request)


@pytest.mark.parametrize("method", ["post", "get"])
def test_form_that_says_nothing_stands_on_the_page_of_its_sale(salesperson, method):
    assert (of(salesperson, method), of(salesperson, method, back="")) == (Origin(), Origin())


@pytest.mark.parametrize("method", ["post", "get"])
@pytest.mark.parametrize("words", [{"board": ROOFS}, {"back": f"/sales/board/?{ROOFS}"}, {"board": ROOFS, "back": "/"}])
def test_board_is_told_by_its_words_or_its_address(salesperson, method, words):
    origin = of(salesperson, method, **words)
    assert (origin.page, origin.address) == ("sales:board", "/sales/board/?q=roof&owner=3")
    assert (origin.words, origin.query) == (QueryDict("q=roof&owner=3"), SaleFilter(q="roof", ids={"owner": (3,)}))
    context = {"from_board": True, "board": "q=roof&owner=3", "travelling": "board=q%3Droof%26owner%3D3"}
    assert (origin.is_board, origin.is_day, origin.for_dialog) == (True, False, context)


def test_board_without_words_is_the_board(salesperson):
    origin = of(salesperson, board="")
    assert (origin.address, origin.query, origin.is_board) == ("/sales/board/", SaleFilter(), True)


@pytest.mark.parametrize(
    ("back", "name"),
    [
        ("/", "reports:start"),
        ("/#steps", "reports:start"),
        ("/sales/?q=roof", "sales:list"),
        ("/sales/day/", "sales:day"),
    ],
)
def test_other_pages_that_forms_lead_back_to(salesperson, back, name):
    origin = of(salesperson, back=back)
    assert (origin.page, origin.address, origin.is_board, origin.is_day) == (name, back, False, name == "sales:day")
    assert origin.for_dialog == {"from_board": False, "board": "", "travelling": "board="}


@pytest.mark.parametrize(
    "words",
    [
        *({"board": text} for text in ("colour=red", "page=2", "status=lost", "q=" + "x" * 2000)),
        *({"back": text} for text in ("/sales/board/?sort=amount", "/sales/?colour=red", "/sales/day/?owner=x")),
        *({"back": text} for text in ("/relations/", "/sales/new/", "/nowhere/", "https://elsewhere.example/", "x")),
    ],
)
@pytest.mark.parametrize("method", ["post", "get"])
def test_page_nobody_leads_back_to_and_words_it_cannot_read_are_refused(salesperson, method, words):
    with pytest.raises(BadRequest):
        of(salesperson, method, **words)


@pytest.fixture
def parses(monkeypatch):
    """The query strings that were read as a filter, one entry each time."""
    read, seen = SaleFilter.parse.__func__, []

    def parse(cls, query):
        seen.append(query.urlencode())
        return read(cls, query)

    monkeypatch.setattr(SaleFilter, "parse", classmethod(parse))
    return seen


@pytest.mark.parametrize("headers", [HTMX, {}])
@pytest.mark.parametrize(
    ("deed", "words"),
    [
        ("move", {"phase": 50}),
        ("move", {"phase": 50, "version": 7}),  # stale
        ("undo", {}),
        ("probability", {"probability": ""}),
        ("accept", {"step": "then", "follow_up": "none"}),
        ("accept", {"step": "why"}),
        ("lose", {}),
    ],
)
def test_words_of_the_board_are_read_once_in_a_request(desk, salesperson, phases, parses, deed, words, headers):
    sale = SaleFactory(owner=salesperson, subject="Roof", phase=phases[10])
    if deed == "undo":
        desk.post(f"/sales/{sale.pk}/move/", {"phase": phases[75].pk, "version": 1})
        sale.refresh_from_db()
    words = {"version": sale.version, "relation_type": sale.customer.relation_type_id, "board": "q=roof"} | words
    if "phase" in words:
        words["phase"] = phases[words["phase"]].pk
    answer = desk.post(f"/sales/{sale.pk}/{deed}/", words, headers=headers)
    assert answer.status_code in (200, 302, 409, 422)
    assert parses == ["q=roof"]


@pytest.mark.parametrize("address", ["/sales/{}/accept/", "/sales/{}/lose/", "/sales/{}/move-to/"])
def test_link_of_a_dialog_is_read_once(desk, salesperson, parses, address):
    sale = SaleFactory(owner=salesperson)
    assert desk.get(address.format(sale.pk), {"board": "q=roof"}, headers=HTMX).status_code == 200
    assert parses == ["q=roof"]


@pytest.mark.parametrize("address", ["/sales/", "/sales/board/"])
def test_list_and_board_read_their_filter_once(desk, salesperson, parses, address):
    view = SavedView.objects.create(owner=salesperson, name="Roofs", query="q=roof")
    words = f"q=Roof&view={view.pk}"
    assert desk.get(f"{address}?{words}").status_code == 200
    assert parses.count(words) == 1
