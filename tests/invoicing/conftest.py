"""Invoices to work on."""

from decimal import Decimal

import pytest

from invoicing.drafting import draft_invoice
from invoicing.lines import Line
from invoicing.models import VatRate
from salescrm.calendar import today
from salescrm.models import Organisation
from tests.factories import RelationFactory


@pytest.fixture
def rates(company):
    """The five rates: high, low, zero, exempt, reverse charged."""
    return dict(zip(["high", "low", "zero", "exempt", "reverse"], VatRate.objects.all(), strict=True))


@pytest.fixture
def customer(company):
    Organisation.objects.update(
        name="Atelier Noord B.V.", street="Kade 1", postcode="1011 AA", city="Amsterdam", iban="NL91ABNA0417164300",
        coc_number="12345678", vat_number="NL123456782B90", payment_days=14, email="info@noord.example",
    )  # fmt: skip
    return RelationFactory(
        name="Van Dam Logistiek B.V.", street="Havenweg 8", postcode="3011 AB", city="Rotterdam",
        invoice_email="facturen@vandam.example", email="info@vandam.example",
    )  # fmt: skip


@pytest.fixture
def draft(customer, rates, salesperson):
    """Make a draft of the salesperson: draft(), draft(lines=[...], by=manager)."""

    def make(lines=None, *, by=salesperson, customer=customer, subject="Warehouse dashboard"):
        if lines is None:
            lines = [
                ("Design", "1", "1000.00", "high"),
                ("Manual", "3", "12.35", "low"),
                ("Course", "2", "50", "exempt"),
            ]
        given = [Line(text, Decimal(many), Decimal(price), rates[rate]) for text, many, price, rate in lines]
        return draft_invoice(
            customer=customer, contact=None, subject=subject, lines=given, by=by, supplied_from=today()
        )

    return make
