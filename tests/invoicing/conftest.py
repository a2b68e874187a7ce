"""Invoices to work on."""

from decimal import Decimal

import pytest
from django.utils import timezone

from invoicing.drafting import draft_invoice
from invoicing.issuing import issue
from invoicing.lines import Line
from invoicing.models import VatRate
from invoicing.sending import send
from salescrm.calendar import today
from salescrm.mail.models import MailState, OutgoingMail
from salescrm.mail.outbox import AT_WORK
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


@pytest.fixture
def issued(draft, manager):
    """An invoice of version 2."""
    return issue(draft(), version=1, by=manager)


@pytest.fixture
def become(issued, manager):
    """Have the invoice sent, and its mail become this: the invoice is of version 3 then."""

    def make(state, **values):
        post = send(issued, to="a@b.example", version=2, by=manager)
        moment = timezone.now()
        due_at = moment if state in (MailState.WAITING, *AT_WORK) else None
        sent_at = moment if state == MailState.SENT else None
        OutgoingMail.objects.update(**{"state": state, "due_at": due_at, "sent_at": sent_at, **values})
        post.refresh_from_db()
        return post

    return make
