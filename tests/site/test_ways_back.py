"""What a form carries about where one came from never spoils what it does: no 500, and a 400 stores nothing.

Every address that takes a POST is sent what its own form holds, with hostile words beside it.
"""

from html.parser import HTMLParser
from urllib.parse import urlencode

import pytest
from django.db import connection, transaction
from django.http import QueryDict
from django.test import RequestFactory
from django.urls import reverse

from sales.models import Sale
from salescrm.calendar import today
from salescrm.url_words import LONGEST, way_back
from tests.test_access import TABLE

TAKES_POST = sorted(name for name, (_get, post) in TABLE.items() if post.split()[3] not in ("404", "405"))
LONG = "x" * 20_000
HOSTILE = [
    *(("next", text) for text in ("login", "nowhere", "//elsewhere.example/", "https://[", f"/sales/?q={LONG}")),
    *(("back", text) for text in ("login", "nowhere", "https://[", "/sales/day/?owner=x", f"/sales/?q={LONG}")),
    *(("board", text) for text in ("colour=red", f"q={LONG}", "q=\x00", "&".join(f"a{n}" for n in range(11_000)))),
    *(("query", text) for text in ("colour=red", f"q={LONG}", "q=\x00")),
    *((word, "\x00") for word in ("day", "page", "list")),
]


class Form(HTMLParser):
    """What the first form of a page that is sent to `url` would send; fields that must not stay empty are filled in."""

    TYPED = {"text": "Nieuw", "email": "nieuw@firma.example", "password": "Zeker-Geheim-7", "search": "Rivaal N.V."}

    def __init__(self, url: str, text: str):
        super().__init__()
        self.url, self.fields, self.state, self.select = url, {}, "before", ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "form" and self.state == "before" and given.get("method", "").lower() == "post":
            self.state = "in" if (given.get("action") or self.url).partition("?")[0] == self.url else "before"
        if self.state != "in" or not (given.get("name") or tag == "option"):
            return
        if tag == "select":
            self.select = given["name"]
        elif tag == "option":
            if "selected" in given or (given.get("value") and not self.fields.get(self.select)):
                self.fields[self.select] = given.get("value", "")
        elif tag == "textarea" or (tag == "input" and given.get("type") not in ("file", "submit")):
            self._field(given)

    def _field(self, given: dict) -> None:
        kind, name = given.get("type") or "text", given["name"]
        if kind in ("radio", "checkbox"):
            if "checked" in given or (kind == "radio" and name not in self.fields):
                self.fields[name] = given.get("value", "on")
        else:
            typed = self.TYPED.get(kind, "") if "required" in given or kind == "password" else ""
            self.fields[name] = given.get("value") or typed

    def handle_endtag(self, tag):
        if tag == "form" and self.state == "in":
            self.state = "after"


def sent(world, desk, name: str) -> dict:
    """What a person would send to this address."""
    url, sale = world.address(name), world.sale
    by_hand = {
        "sales:step-done": {"version": sale.version, "back": "/sales/day/"},
        "sales:postpone": {"version": sale.version, "ahead": "week", "back": "/sales/day/"},
        "sales:step-back": {"version": sale.version, "next_step": "Mailen", "next_step_on": today().isoformat()},
        "sales:take-total": {"version": sale.version},
        "sales:move": {"version": sale.version, "phase": world.phase.pk, "board": ""},
        "sales:undo": {"version": sale.version, "board": ""},
        "sales:undo-many": {"at": sale.updated_at.isoformat()},
        "sales:restore-many": {"at": sale.updated_at.isoformat()},
        "sales:bulk": {"action": "trash", "sale": sale.pk, "carry-out": "1", "query": "status=open"},
        "sales:view-update": {"version": 1, "query": "status=open"},
        "sales:accept": {"version": sale.version, "step": "then", "follow_up": "none", "board": ""},
        "sales:lose": {"version": sale.version, "board": ""},
        "relations:new": {"quick": "1", "field": "customer", "next": "/sales/new/"},
    }
    page = desk.get(url, {"quick": 1, "field": "customer"} if name == "relations:new" else {})
    own = Form(url, page.content.decode()).fields if page.status_code == 200 else {}
    return own | by_hand.get(name, {})


def tables() -> list[str]:
    passing = {"django_session", "axes_accessattempt", "axes_accessfailurelog", "axes_accesslog"}
    return sorted({*connection.introspection.table_names()} - passing)


def stored() -> dict:
    """What the database holds, as one figure per table: large tables are read in parallel, so in any order."""
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join(f"SELECT '{name}', sum(hashtext(t::text)::bigint) FROM {name} t" for name in tables())
        )
        return dict(cursor.fetchall())


@pytest.fixture
def desk(filled, as_user):
    """An administrator's, who may do everything; it is answered what a browser is answered."""
    return as_user(filled.users["administrator"], raise_request_exception=False)


@pytest.mark.parametrize("name", TAKES_POST)
def test_no_word_of_where_one_came_from_spoils_a_form(filled, db, desk, name):
    url, values, before = filled.address(name), sent(filled, desk, name), stored()
    faults, session = [], desk.cookies["sessionid"].value
    for number, (word, text) in enumerate([("", ""), *HOSTILE]):
        headers = {"HX-Request": "true", "HX-Current-URL": text[:100]} if number % 2 else {}
        with transaction.atomic():
            address = f"{url}?{urlencode({word: text})}" if word else url
            status = desk.post(address, values | ({word: text} if word else {}), headers=headers).status_code
            if status >= 500 or (status == 400 and stored() != before):
                faults.append((word, text[:30], status))
            transaction.set_rollback(True)
        desk.cookies["sessionid"] = session  # a change of the password gives another one
    assert faults == []


@pytest.mark.parametrize("name", ["sales:accept", "sales:lose", "sales:move", "sales:postpone", "sales:probability"])
def test_forms_of_the_test_above_do_something_without_hostile_words(filled, db, desk, name):
    before = Sale.objects.get(pk=filled.sale.pk).version
    assert desk.post(filled.address(name), sent(filled, desk, name)).status_code == 302
    assert Sale.objects.get(pk=filled.sale.pk).version == before + 1


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("/sales/?status=open", "/sales/?status=open"),
        ("/relations/#list", "/relations/#list"),
        ("http://testserver/sales/board/?owner=3", "/sales/board/?owner=3"),
        ("/", "/"),
        ("/sales/?q=caf%C3%A9", "/sales/?q=caf%C3%A9"),
        *((address, "") for address in ("", "login", "nowhere/", "/nowhere/", "/sales", "sales/", "?page=2", "#here")),
        *((address, "") for address in ("//elsewhere.example/", "http://testserver//elsewhere.example/", "https://[")),
        *((address, "") for address in ("https://elsewhere.example/sales/", "javascript:x", "\\\\elsewhere/")),
        (f"/sales/?q={'x' * LONGEST}", ""),
    ],
)  # fmt: skip
def test_way_back_is_a_page_of_ours_or_none(address, path):
    assert way_back(RequestFactory().get("/"), address) == path


def test_way_back_of_a_safe_connection_is_safe():
    request = RequestFactory().get("/", secure=True)

    assert way_back(request, "https://testserver/sales/") == "/sales/"
    assert way_back(request, "http://testserver/sales/") == ""


def test_board_is_no_longer_than_an_address_may_be(desk, filled, db):
    words = QueryDict(mutable=True)
    words["q"] = "x" * LONGEST
    answers = {**sent(filled, desk, "sales:lose"), "board": words.urlencode()}

    assert desk.post(filled.address("sales:lose"), answers).status_code == 400
    assert Sale.objects.get(pk=filled.sale.pk).is_open


@pytest.mark.parametrize(
    "back", ["/sales/board/?colour=red", "/sales/board/?page=2", "/sales/?colour=red", "/sales/day/?colour=red"]
)
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("sales:step-done", {}),
        ("sales:postpone", {"ahead": "week"}),
        ("sales:trash-sale", {}),
        ("sales:change", {"next_step": "Mailen", "next_step_on": "2026-03-03"}),
    ],
)
def test_page_that_cannot_read_its_words_is_not_gone_back_to_and_nothing_is_stored(filled, db, desk, name, words, back):
    before = stored()
    url = reverse(name, args=[filled.sale.pk, *(["step"] if name == "sales:change" else [])])

    answer = desk.post(url, words | {"version": filled.sale.version, "back": back})

    assert (answer.status_code, stored() == before) == (400, True)


@pytest.mark.parametrize("onward", ["login", "nowhere", "//elsewhere.example/", "/nowhere/"])
def test_log_in_leads_to_the_start_page_instead_of_nowhere(client, company, salesperson, onward):
    salesperson.set_password("right password")
    salesperson.save()

    response = client.post(
        "/accounts/login/", {"username": salesperson.email, "password": "right password", "next": onward}
    )

    assert (response.status_code, response["Location"]) == (302, "/")
