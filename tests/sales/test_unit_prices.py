"""Unit prices of four decimals, from the line of a sale to the invoice and every file (rules 20 and 22)."""

import csv
import io
import re
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from invoicing.document import document_of, freeze, thaw
from invoicing.lines import line_amount
from invoicing.models import Invoice, InvoiceLine, VatRate
from projects.models import Project, Service
from sales.acceptance import accept
from sales.models import FollowUp, SaleLine
from salescrm.models import Organisation
from tests.factories import (
    InvoiceFactory,
    InvoiceLineFactory,
    LineFactory,
    ProjectFactory,
    SaleFactory,
    ServiceFactory,
)

PRICES = [("3", "19.99"), ("1", "0.335"), ("2", "12.505"), ("1", "50")]
AMOUNTS = [Decimal("59.97"), Decimal("0.34"), Decimal("25.01"), Decimal("50.00")]
DUTCH, ENGLISH = ["19,99", "0,335", "12,505", "50,00"], ["19.99", "0.335", "12.505", "50.00"]


@pytest.fixture
def sale(salesperson):
    """A sale with these four lines."""
    sale = SaleFactory(owner=salesperson)
    for quantity, price in PRICES:
        LineFactory(sale=sale, quantity=Decimal(quantity), unit_price=Decimal(price))
    return sale


def handed_over(sale, by, follow_up, **values):
    kind = sale.customer.relation_type
    return accept(sale, reason=None, relation_type=kind, follow_up=follow_up, version=1, by=by, **values)


@pytest.mark.parametrize(
    ("lines", "parent"),
    [(LineFactory, {"sale": SaleFactory}), (ServiceFactory, {"project": ProjectFactory}),
     (InvoiceLineFactory, {"invoice": InvoiceFactory})],
)  # fmt: skip
def test_amount_of_a_line_is_rounded_half_up_to_cents(company, lines, parent):
    whole = {name: factory() for name, factory in parent.items()}
    made = [lines(quantity=Decimal(many), unit_price=Decimal(price), **whole) for many, price in PRICES]
    stored = {row.pk: (row.unit_price, row.amount) for row in type(made[0])._default_manager.all()}
    assert [stored[line.pk] for line in made] == [
        (Decimal(price), amount) for (_many, price), amount in zip(PRICES, AMOUNTS, strict=True)
    ]
    assert [line_amount(Decimal(many), Decimal(price)) for many, price in PRICES] == AMOUNTS
    credit = lines(quantity=Decimal(1), unit_price=Decimal("-0.335"), **whole)
    assert type(credit)._default_manager.get(pk=credit.pk).amount == Decimal("-0.34")


def test_prices_arrive_on_the_draft_as_they_are_and_its_totals_add_up_the_rounded_amounts(sale, salesperson):
    invoice = handed_over(sale, salesperson, FollowUp.INVOICE).invoice
    assert [(line.unit_price, line.amount) for line in invoice.lines.all()] == [
        (Decimal(price), amount) for (_many, price), amount in zip(PRICES, AMOUNTS, strict=True)
    ]
    assert (invoice.total_excluding_vat, invoice.total_vat, invoice.total_including_vat) == (
        Decimal("135.32"), Decimal("28.42"), Decimal("163.74"),
    )  # fmt: skip
    document = document_of(invoice)
    assert document.totals.excluding == sum(AMOUNTS)
    thawed = thaw(freeze(document) | {"issued_on": "2026-03-01", "due_on": "2026-03-15"})
    assert [(line.unit_price, line.amount) for line in thawed.lines] == [
        (Decimal(price), amount) for (_many, price), amount in zip(PRICES, AMOUNTS, strict=True)
    ]


def test_prices_arrive_on_a_project_as_they_are(sale, salesperson):
    project = ProjectFactory(customer=sale.customer)
    handed_over(sale, salesperson, FollowUp.EXISTING_PROJECT, project=project)
    assert list(Service.objects.order_by("position").values_list("amount", flat=True)) == AMOUNTS
    assert Project.objects.for_list().get().total == sum(AMOUNTS)


@pytest.mark.parametrize(("language", "typed"), [("nl", DUTCH), ("en", ENGLISH)])
@pytest.mark.parametrize("kind", ["sale", "project", "invoice"])
def test_form_reads_and_shows_prices_as_the_language_writes_them(kind, language, typed, manager, as_user):
    manager.language = language
    manager.save()
    Organisation.objects.update(language=language)
    rate = VatRate.objects.first().pk
    record, address, prefix, lines = {
        "sale": lambda: (SaleFactory(), "/sales/{}/lines/", "lines", SaleLine),
        "project": lambda: (ProjectFactory(), "/projects/{}/services/", "services", Service),
        "invoice": lambda: (InvoiceFactory(), "/invoices/{}/edit/", "lines", InvoiceLine),
    }[kind]()
    address = address.format(record.pk)
    values = {"version": 1, "subject": "X", "payment_days": 14, "note": "", "reference": ""}
    values |= {f"{prefix}-TOTAL_FORMS": 4, f"{prefix}-INITIAL_FORMS": 0}
    for place, ((many, _price), price) in enumerate(zip(PRICES, typed, strict=True)):
        row = {"description": "A", "quantity": many, "unit_price": price, "vat_rate": rate, "billing_method": "hourly"}
        values |= {f"{prefix}-{place}-{name}": value for name, value in row.items()}
    browser = as_user(manager)
    assert browser.post(address, values).status_code == 302
    assert list(lines.objects.order_by("position").values_list("amount", flat=True)) == AMOUNTS
    again = browser.get(address).text
    text_of_page = browser.get(record.get_absolute_url()).text
    for price, (_many, exact) in zip(typed, PRICES, strict=True):
        assert f'value="{price}"' in again
        assert f'<data value="{Decimal(exact):f}{".00" if exact == "50" else ""}">{price}</data>' in text_of_page


def test_three_digits_behind_the_mark_of_thousands_are_thousands_and_shown_so(manager, as_user):
    manager.language = "nl"
    manager.save()
    sale = SaleFactory()
    values = {
        "version": 1, "lines-TOTAL_FORMS": 1, "lines-INITIAL_FORMS": 0, "lines-0-description": "A",
        "lines-0-quantity": "1", "lines-0-unit_price": "12.505", "lines-0-vat_rate": VatRate.objects.first().pk,
        "lines-0-billing_method": "fixed_price",
    }  # fmt: skip
    browser = as_user(manager)
    refused = browser.post(f"/sales/{sale.pk}/lines/", values | {"lines-0-quantity": "0"})
    assert (refused.status_code, 'value="12.505,00"' in refused.text) == (422, True)
    browser.post(f"/sales/{sale.pk}/lines/", values)
    assert SaleLine.objects.get().amount == 12505


@pytest.mark.parametrize("kind", ["sales", "projects", "invoices"])
def test_files_hold_prices_as_they_are_shown(kind, sale, manager, as_user):
    if kind == "invoices":
        handed_over(sale, manager, FollowUp.INVOICE)
    if kind == "projects":
        handed_over(sale, manager, FollowUp.EXISTING_PROJECT, project=ProjectFactory(customer=sale.customer))
    rows = "services" if kind == "projects" else "lines"
    browser = as_user(manager)
    text = browser.get(f"/{kind}/", {"format": "csv", "rows": rows}).content.decode("utf-8-sig")
    prices = [(row["Unit price"], row["Amount"]) for row in csv.DictReader(io.StringIO(text))]
    assert prices == list(zip(ENGLISH, map(str, AMOUNTS), strict=True))
    workbook = load_workbook(io.BytesIO(browser.get(f"/{kind}/", {"format": "xlsx", "rows": rows}).content))
    head, *cells = workbook.active.iter_rows()
    [place] = [cell.column - 1 for cell in head if cell.value == "Unit price"]
    assert [(row[place].value, row[place].number_format) for row in cells] == [
        (19.99, "#,##0.00"), (0.335, "#,##0.000"), (12.505, "#,##0.000"), (50, "#,##0.00"),
    ]  # fmt: skip


def test_stale_form_of_a_draft_shows_prices_with_all_their_decimals(manager, salesperson, as_user):
    invoice = InvoiceFactory(owner=salesperson)
    InvoiceLineFactory(invoice=invoice, unit_price=Decimal("0.335"))
    Invoice.objects.update(version=2, updated_by=manager)
    values = {"version": 1, "subject": "X", "payment_days": 14, "note": "", "reference": ""}
    values |= {"lines-TOTAL_FORMS": 0, "lines-INITIAL_FORMS": 0}
    response = as_user(salesperson).post(f"/invoices/{invoice.pk}/edit/", values)
    assert response.status_code == 409
    assert "1 × Design, € 0.335, 21 %" in re.sub(r"</?data[^>]*>", "", response.text)
