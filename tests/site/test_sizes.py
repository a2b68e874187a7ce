"""Nothing somebody sends costs more than its size: forms made, statements, words looked up and bytes answered."""

from uuid import uuid4

import pytest
from django.core.exceptions import BadRequest
from django.http import QueryDict

from invoicing.forms import LineFormSet
from invoicing.line_forms import MOST_LINES, RowForm, RowFormSet
from invoicing.models import VatRate
from projects.forms import ServiceFormSet
from relations.directory.filters import RelationFilter
from relations.querysets import LONGEST, MOST_WORDS, prefix_query
from reports.periods import Question
from sales.listing.filters import SaleFilter
from sales.models import Sale
from salescrm.calendar import today
from tests.factories import InvoiceFactory, LineFactory, ProjectFactory, RelationFactory, SaleFactory

MANY = 2000


@pytest.fixture
def desk(as_user, manager):
    return as_user(manager)


@pytest.fixture
def rows_made(monkeypatch):
    """How many forms of a line are made."""
    made = []
    make = RowForm.__init__
    monkeypatch.setattr(
        RowForm, "__init__", lambda self, *args, **kwargs: (made.append(1), make(self, *args, **kwargs))[1]
    )
    return made


def lines(prefix, count, **values):
    filled = {f"{prefix}-{row}-{name}": value for row in range(count) for name, value in values.items()}
    return {"version": 1, f"{prefix}-TOTAL_FORMS": count, f"{prefix}-INITIAL_FORMS": 0, **filled}


@pytest.mark.parametrize("count", [MOST_LINES + 1, MANY, 10**9])
def test_more_lines_than_a_form_holds_are_refused_before_one_is_made(desk, manager, rows_made, count):
    sale, project = SaleFactory(owner=manager), ProjectFactory(manager=manager)
    invoice = InvoiceFactory(owner=manager)
    LineFactory(sale=sale)
    sent = {
        f"/sales/{sale.pk}/lines/": "lines",
        f"/projects/{project.pk}/services/": "services",
        f"/invoices/{invoice.pk}/edit/": "lines",
    }
    for address, prefix in sent.items():
        answer = desk.post(address, lines(prefix, 0) | {f"{prefix}-TOTAL_FORMS": count})
        assert (answer.status_code, f"at most {MOST_LINES} lines" in answer.content.decode()) == (422, True)
        assert len(answer.content) < 50_000
    assert rows_made == []
    assert (sale.lines.count(), Sale.objects.get().version) == (1, 1)


def test_as_many_lines_as_a_form_holds_are_stored(desk, manager, monkeypatch):
    monkeypatch.setattr("invoicing.line_forms.MOST_LINES", 3)
    sale = SaleFactory(owner=manager)
    filled = {"description": "Stone", "quantity": "1", "unit_price": "2", "billing_method": "hourly"}
    filled["vat_rate"] = VatRate.objects.first().pk
    assert desk.post(f"/sales/{sale.pk}/lines/", lines("lines", 3, **filled)).status_code == 302
    assert desk.post(f"/sales/{sale.pk}/lines/", lines("lines", 4, **filled) | {"version": 2}).status_code == 422
    assert sale.lines.count() == 3


def test_every_form_of_lines_has_the_same_end():
    assert issubclass(LineFormSet, RowFormSet)
    assert {(form.max_num, form.absolute_max) for form in (LineFormSet, ServiceFormSet)} == {(MOST_LINES, MOST_LINES)}


@pytest.mark.parametrize("text", ["word " * 20_000, "x" * 1_000_000, "a\u0301\u0316" * 50_000])
def test_picker_refuses_a_text_nobody_types_without_looking(desk, manager, text, django_assert_max_num_queries):
    sale = SaleFactory(owner=manager)
    values = {"version": 1, "lost_to": "", "lost_to_text": text, "closed_on": today().isoformat()}
    with django_assert_max_num_queries(30):
        answer = desk.post(f"/sales/{sale.pk}/lose/", values)
    page = answer.content.decode()
    assert (answer.status_code, "No relation has a name this long." in page) == (422, True)
    assert len(page) < 50_000
    assert Sale.objects.get().is_open


def test_search_looks_up_few_words_of_many():
    assert str(prefix_query("word " * 20_000)).count("word:*") <= 2 * MOST_WORDS
    for text in (" ".join(f"x{number}x" for number in range(20_000)), " ".join(map(str, range(20_000)))):
        assert str(prefix_query(text)).count(":*") <= LONGEST // 2


@pytest.mark.parametrize(
    "address", ["/sales/?q=", "/relations/?q=", "/relations/pick/?q=", "/search/?q=", "/sales/board/?q="]
)
def test_search_boxes_bear_a_page_of_text(desk, address):
    RelationFactory(name="Word")
    answer = desk.get(address + "+".join(["word"] * 1000))
    assert answer.status_code in (200, 302)


@pytest.mark.parametrize("address", ["/projects/?q=", "/invoices/?q="])
def test_filters_refuse_a_page_of_text(desk, address):
    assert desk.get(address + "+".join(["word"] * 1000)).status_code == 400


@pytest.mark.parametrize(
    "address",
    [
        "/sales/?owner=", "/sales/?customer=", "/sales/board/?owner=", "/sales/?customer_not=", "/relations/?owner=",
        "/reports/kpis/?owner=", "/reports/won-lost/?source=", "/sales/views/new/?owner=", "/sales/filters/?owner=",
    ],
)  # fmt: skip
def test_addresses_with_thousands_of_ids_are_refused(desk, address):
    path, _mark, word = address.partition("?")
    query = "&".join([f"{word}{number}" for number in range(MANY)])
    assert desk.get(f"{path}?{query}").status_code == 400


def test_addresses_inside_a_form_are_as_long_as_those_of_a_browser(desk, manager):
    sale = SaleFactory(owner=manager)
    long = "q=" + "x" * 100_000
    sent = [
        ("/sales/bulk/", {"action": "trash", "sale": sale.pk, "query": long}),
        ("/sales/views/new/", {"name": "Long", "query": long, "token": str(uuid4())}),
        ("/sales/columns/", {"column": "end", "query": long}),
    ]
    assert [desk.post(address, values).status_code for address, values in sent] == [400, 400, 400]
    for parse in (SaleFilter.parse, RelationFilter.read, lambda query: Question.parse(query, today())):
        with pytest.raises(BadRequest):
            parse(QueryDict(long))
