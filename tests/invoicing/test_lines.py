"""A priced line, once: what it says, how it is stored and replaced, and that no record spells its own."""

from decimal import Decimal

import pytest
from django.apps import apps

from invoicing.forms import LineForm
from invoicing.lines import Line, PricedLine, contents, rewrite_lines, store_lines
from invoicing.models import InvoiceLine, VatRate
from projects.forms import ServiceForm
from projects.models import Service
from sales.editing import replace_lines
from sales.forms import LineForm as SaleLineForm
from sales.models import SaleLine
from tests.factories import InvoiceFactory, LineFactory, ProjectFactory, SaleFactory


@pytest.fixture
def rate(company):
    return VatRate.objects.first()


@pytest.fixture
def line(rate):
    def make(text: str, price: str = "10", method: str = "hourly") -> Line:
        return Line(text, Decimal(2), Decimal(price), rate, method)

    return make


@pytest.fixture
def project(company):
    return ProjectFactory()


def rows(lines) -> list[dict]:
    """What a form of these lines sends when nothing is typed in it."""
    return [{"pk": line.pk, **vars(line.content)} for line in lines.select_related("vat_rate")]


def test_every_model_with_a_price_is_a_priced_line():
    priced = {model for model in apps.get_models() if "unit_price" in {field.name for field in model._meta.fields}}
    assert priced == {InvoiceLine, Service, SaleLine}
    assert all(issubclass(model, PricedLine) for model in priced)


@pytest.mark.parametrize("form", [LineForm, ServiceForm, SaleLineForm])
def test_form_asks_what_a_line_of_its_model_says_and_a_line_carries_it(form):
    model = form._meta.model
    assert [name for name in form.base_fields if name != "pk"] == list(model.FIELDS)
    assert set(model.FIELDS) <= set(Line.__dataclass_fields__)


def test_line_of_a_row_leaves_out_what_it_does_not_say(rate):
    row = {"pk": 7, "DELETE": False, "description": "A", "quantity": Decimal(1), "unit_price": Decimal(5)}
    assert Line.of({**row, "vat_rate": rate}) == Line("A", Decimal(1), Decimal(5), rate, "")


def test_lines_are_stored_in_their_order_and_say_what_they_said(line, project):
    first, second, third = line("A"), line("B", "0.335"), line("C", "-5", "subscription")
    store_lines(Service, [first, second], project=project)
    store_lines(Service, [third], first=2, project=project)
    assert contents(project.services) == [first, second, third]
    assert list(project.services.values_list("position", "version")) == [(0, 1), (1, 1), (2, 1)]
    assert [service.amount for service in project.services.all()] == [first.amount, second.amount, third.amount]


def test_invoice_takes_of_a_service_what_an_invoice_says(line):
    invoice = InvoiceFactory()
    store_lines(InvoiceLine, [line("A"), line("B")], invoice=invoice)
    assert contents(invoice.lines) == [line("A", method=""), line("B", method="")]


def test_the_same_rows_write_nothing(line, project, reads_only):
    store_lines(Service, [line("A"), line("B"), line("C")], project=project)
    same = rows(project.services)
    with reads_only():
        assert rewrite_lines(project.services, same, project=project) is False
    assert list(project.services.values_list("version", flat=True)) == [1, 1, 1]


def test_rows_keep_move_change_add_and_remove_lines(line, project):
    store_lines(Service, [line("A"), line("B"), line("C")], project=project)
    a, b, _c = rows(project.services)
    changed = [{**b, "quantity": Decimal(9)}, a, vars(line("D"))]
    assert rewrite_lines(project.services, changed, project=project) is True
    stored = project.services.values_list("pk", "description", "quantity", "position", "version")
    assert list(stored)[:2] == [(b["pk"], "B", Decimal(9), 0, 2), (a["pk"], "A", Decimal(2), 1, 1)]
    assert [row[1:] for row in stored[2:]] == [("D", Decimal(2), 2, 1)]


def test_removing_the_last_line_alone_is_a_change(line, project):
    store_lines(Service, [line("A"), line("B")], project=project)
    assert rewrite_lines(project.services, rows(project.services)[:1], project=project) is True
    assert contents(project.services) == [line("A")]


def test_a_line_of_another_record_is_not_touched(line, project):
    other = ProjectFactory()
    [foreign] = store_lines(Service, [line("Foreign")], project=other)
    rewrite_lines(project.services, [{"pk": foreign.pk, **vars(line("A"))}], project=project)
    assert (contents(other.services), contents(project.services)) == ([line("Foreign")], [line("A")])


def test_row_that_names_the_line_of_an_earlier_row_is_a_line_of_its_own(line, salesperson):
    sale = SaleFactory(owner=salesperson)
    stored = LineFactory(sale=sale)
    twice = [{"pk": stored.pk, **vars(line(text))} for text in ("A", "B")]
    replace_lines(sale, lines=twice, version=1, by=salesperson)
    assert contents(sale.lines) == [line("A"), line("B")]
    assert sale.lines.first().pk == stored.pk
