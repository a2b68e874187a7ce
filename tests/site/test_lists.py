"""The lists of relations, projects, invoices and sales behave alike: order, pages, words, columns, files, selecting."""

import csv
import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from html import unescape
from urllib.parse import urlencode

import pytest
from django.http import QueryDict

from tests.factories import InvoiceFactory, ProjectFactory, RelationFactory, SaleFactory, UserFactory
from tests.markup import Markup

HTMX = {"HX-Request": "true"}
STATE_WORDS = ("sort", "page", "format", "rows")


@dataclass(frozen=True)
class Kind:
    """A list: where it is, how one of its records is made, and words of it.

    `empty` are the words of columns that may be empty, with the values that fill them.
    """

    path: str
    make: object
    name: str
    sort: str
    default: str
    narrowing: str
    parts: str
    statements: int
    empty: dict
    person: str = "owner"

    def rows(self, answer) -> list:
        return list(answer.context["rows"])


DAY = date(2026, 3, 2)
ISSUED = {"status": "issued", "issued_on": DAY, "due_on": DAY, "document": {}}
EMPTY = {"amount": {"expected_revenue": None}}  # what the factory fills in
KINDS = {
    "relations": Kind(
        "/relations/", RelationFactory, "name", "name", "name", "kind=organization", "contacts", 6,
        {"number": {"number": "R1"}, "city": {"city": "Ede"}},
    ),
    "projects": Kind(
        "/projects/", ProjectFactory, "name", "name", "-number", "status=active", "services", 5,
        {"number": {"number": "P1"}, "start": {"start_date": DAY}, "end": {"start_date": DAY, "end_date": DAY}},
        "manager",
    ),
    "invoices": Kind(
        "/invoices/", InvoiceFactory, "subject", "customer", "-date", "status=draft", "lines", 5,
        {"number": ISSUED | {"number": "F1"}, "date": ISSUED | {"number": "F2"}, "due": ISSUED | {"number": "F3"}},
    ),
    "sales": Kind(
        "/sales/", SaleFactory, "subject", "subject", "-updated", "status=open", "lines", 7,
        {"end": {"expected_end_date": DAY}, "amount": {"expected_revenue": Decimal(3)}},
    ),
}  # fmt: skip


@pytest.fixture(params=KINDS)
def kind(request, company):
    return KINDS[request.param]


@pytest.fixture
def desk(as_user, manager):
    return as_user(manager)


def links(answer) -> list[str]:
    """Where the links of an answer lead."""
    return [unescape(address) for address in re.findall(r'<a [^>]*?href="([^"]*)"', answer.text)]


def words_of(element: str) -> QueryDict:
    """The words a link to the same page leads to."""
    return QueryDict(unescape(re.search(r'href="\?([^"]*)"', element)[1]))


def part(answer, element: str) -> str:
    """The first part of an answer that begins like this, up to the end of the element."""
    return re.search(rf"<{element}.*?</{element.split()[0]}>", answer.text, re.DOTALL)[0]


def sorts(answer) -> dict[str, str]:
    """The heads of a list that sort now: what a click on them asks for, and their direction."""
    heads = re.findall(r'<th scope="col"[^>]*?aria-sort="(\w+)"[^>]*>(.*?)</th>', answer.text, re.DOTALL)
    return {words_of(head)["sort"]: direction for direction, head in heads}


def test_a_head_sorts_says_its_direction_and_turns_it(desk, kind):
    kind.make.create_batch(2)
    for sort, direction, following in (
        (kind.sort, "ascending", f"-{kind.sort}"), (f"-{kind.sort}", "descending", kind.sort),
    ):  # fmt: skip
        answer = desk.get(kind.path, {"sort": sort})
        assert sorts(answer) == {following: direction}
        assert len(re.findall("aria-sort", answer.text)) == 1


def test_the_order_of_the_list_itself_is_that_of_its_default(desk, kind):
    kind.make.create_batch(3)
    assert kind.rows(desk.get(kind.path)) == kind.rows(desk.get(kind.path, {"sort": kind.default}))


def test_what_is_empty_stands_last_in_either_direction(desk, kind):
    for word, values in kind.empty.items():
        empty, filled = kind.make(**EMPTY.get(word, {})), kind.make(**values)
        for sort in (word, f"-{word}"):
            rows = kind.rows(desk.get(kind.path, {"sort": sort}))
            assert rows.index(filled) < rows.index(empty), sort


def test_among_equals_the_order_is_the_same_in_either_direction(desk, kind):
    word = next(iter(kind.empty))
    kind.make.create_batch(3)
    there, back = (kind.rows(desk.get(kind.path, {"sort": sort})) for sort in (word, f"-{word}"))
    assert there == back


def test_narrowing_a_list_keeps_its_order(desk, kind):
    kind.make.create_batch(2)
    toolbar = 'form class="toolbar"'
    sort = f'<input type="hidden" name="sort" value="-{kind.sort}">'
    assert sort in part(desk.get(kind.path, {"sort": f"-{kind.sort}"}), toolbar)
    assert 'name="sort"' not in part(desk.get(kind.path), toolbar)


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "part"])
def test_pages_hold_fifty_and_their_links_keep_the_other_words(desk, kind, headers):
    kind.make.create_batch(52)
    sent = QueryDict(f"{kind.narrowing}&sort={kind.sort}&page=2", mutable=True)
    second = desk.get(f"{kind.path}?{sent.urlencode()}", headers=headers)
    beyond = desk.get(f"{kind.path}?{kind.narrowing}&page=99")
    first = desk.get(f"{kind.path}?{kind.narrowing}", headers=headers)
    assert [len(kind.rows(answer)) for answer in (first, second, beyond)] == [50, 2, 2]
    sent["page"] = "1"
    [previous] = [tag for tag in re.findall(r"<a [^>]*>", second.text) if 'rel="prev"' in tag]
    assert words_of(previous).dict() == sent.dict()
    assert 'role="status"' in part(second, 'nav class="pager"')
    heads = re.findall(r"<a [^>]*>", part(second, "thead"))
    word, _mark, value = kind.narrowing.partition("=")
    assert {(words_of(head).get(word), words_of(head).get("page")) for head in heads} == {(value, None)}


@pytest.mark.parametrize(
    "query",
    [
        "colour=red", "sort=colour", "sort=--name", "sort=-", "page=0", "page=x", "page=-1", "format=pdf", "rows=x",
        "columns=x", "format=csv&page=0", "format=csv&sort=colour", "format=csv&colour=red", "format=csv&rows=x",
        "colour=", "q=x&colour=red",
    ],
)  # fmt: skip
def test_a_word_or_value_nobody_knows_is_refused(desk, kind, query):
    assert [desk.get(f"{kind.path}?{query}", headers=headers).status_code for headers in ({}, HTMX)] == [400, 400]


def test_words_left_empty_count_as_absent(desk, kind):
    kind.make.create_batch(2)
    blank = urlencode([(word, "") for word in ("q", *STATE_WORDS)])
    answer = desk.get(f"{kind.path}?{blank}&{kind.narrowing}", headers=HTMX)
    assert kind.rows(answer) == kind.rows(desk.get(f"{kind.path}?{kind.narrowing}"))
    queries = [address for address in links(answer) if address.startswith("?")]
    assert [query for query in queries if "" in QueryDict(query[1:]).dict().values()] == []


def test_every_file_holds_all_matches_in_the_order_of_the_list(desk, kind):
    records = [kind.make(**{kind.name: f"{kind.path.strip('/')} {letter}"}) for letter in "bca"]
    answer = desk.get(f"{kind.path}?{kind.narrowing}&format=csv&sort=-{kind.sort}&page=3")
    heading, *rows = csv.reader(answer.content.decode("utf-8-sig").splitlines())
    names = [cell for row in rows for cell in row if cell in {getattr(record, kind.name) for record in records}]
    listed = kind.rows(desk.get(f"{kind.path}?{kind.narrowing}&sort=-{kind.sort}"))
    assert names == [getattr(record, kind.name) for record in listed if record in records]
    parts = desk.get(f"{kind.path}?{kind.narrowing}&format=csv&rows={kind.parts}")
    assert parts.content.decode("utf-8-sig").splitlines()[0] != ",".join(heading)


def test_links_to_files_keep_filter_and_order_and_forget_the_page(desk, kind):
    kind.make.create_batch(52)
    answer = desk.get(f"{kind.path}?{kind.narrowing}&sort={kind.sort}&page=2")
    files = [QueryDict(link.partition("?")[2]).dict() for link in links(answer) if "format=" in link]
    word, _mark, value = kind.narrowing.partition("=")
    assert all((query[word], query["sort"], query.get("page")) == (value, kind.sort, None) for query in files)
    assert {(query["format"], query.get("rows")) for query in files} >= {
        ("csv", None), ("xlsx", None), ("xlsx", kind.parts),
    }  # fmt: skip


def test_a_file_is_for_who_may_export(as_user, kind):
    assert as_user(UserFactory()).get(f"{kind.path}?format=csv").status_code == 403


def test_a_chip_removes_one_filter_and_says_so(desk, kind):
    record = kind.make()
    if kind.path == "/relations/":
        query, text = "kind=organization&sort=city&page=1", "Organization"
    else:
        query, text = f"customer={record.customer.pk}&sort={kind.sort}&page=1", f"Customer: {record.customer}"
    markup = Markup(desk.get(f"{kind.path}?{query}").text)
    [chips] = [element for element in markup.elements() if element.get("class") == "chips"]
    assert (chips.tag, chips.get("aria-label")) == ("ul", "Active filters")
    [chip] = [element for element in chips.iter("a") if element.get("aria-label") == f"Remove the filter {text}"]
    assert QueryDict(chip.get("href")[1:]).dict() == {"sort": QueryDict(query)["sort"]}


@pytest.mark.parametrize("count", [1, 60])
def test_statements_do_not_grow_with_the_rows(desk, kind, count, django_assert_num_queries):
    kind.make.create_batch(count)
    desk.get(kind.path)
    with django_assert_num_queries(kind.statements):
        desk.get(f"{kind.path}?sort={kind.sort}")


def sent_by(form: str, name: str) -> list[str]:
    """What a form sends under a name as it stands: hidden fields and what is selected."""
    hidden = re.findall(rf'<input type="hidden" name="{name}" value="(\w+)"', form)
    selects = re.findall(rf'<select name="{name}".*?</select>', form, re.DOTALL)
    return hidden + [value for select in selects for value in re.findall(r'<option value="(\w+)" selected', select)]


def test_words_that_name_records_may_be_repeated_and_stay_when_one_narrows_further(
    desk, kind, salesperson, colleague, manager
):
    mine, theirs, other = (kind.make(**{kind.person: user}) for user in (salesperson, colleague, manager))
    ids = [str(salesperson.pk), str(colleague.pk)]
    answer = desk.get(kind.path, {kind.person: ids})
    assert {mine, theirs} <= {*kind.rows(answer)}
    assert other not in kind.rows(answer)
    assert sorted(sent_by(part(answer, 'form class="toolbar"'), kind.person)) == sorted(ids)
    chips = re.findall(r'<a class="chip" href="\?([^"]*)"', answer.text)
    removed = [QueryDict(unescape(query)).getlist(kind.person) for query in chips]
    assert removed in ([[]], [ids[1:], ids[:1]])  # one for all of them, or one for each
    assert desk.get(kind.path, {kind.person: [ids[0], "x"]}).status_code == 400


def test_several_customers_are_those_of_either_and_each_has_a_chip(desk, kind):
    if kind.path == "/relations/":
        return
    records = [kind.make(), kind.make(), kind.make()]
    ids = [str(record.customer.pk) for record in records[:2]]
    answer = desk.get(kind.path, {"customer": ids})
    assert {*kind.rows(answer)} == {*records[:2]}
    for record in records[:2]:
        assert str(record.customer) in part(answer, 'ul class="chips"')
    assert sorted(sent_by(part(answer, 'form class="toolbar"'), "customer")) == sorted(ids)


@pytest.mark.parametrize(
    "path", ["/sales/trash/", "/sales/imports/", "/relations/duplicates/list/", "/relations/duplicates/apart/"]
)
def test_lists_without_a_filter_know_pages_only(as_user, administrator, path):
    browser = as_user(administrator)
    assert [browser.get(f"{path}?{query}").status_code for query in ("page=1", "page=99", "page=")] == [200] * 3
    assert [browser.get(f"{path}?{query}").status_code for query in ("page=0", "colour=red", "sort=name")] == [400] * 3
