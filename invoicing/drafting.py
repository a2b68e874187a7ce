"""The door for upper apps: a draft invoice made from somebody else's lines."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from invoicing.models import Invoice, InvoiceEvent, InvoiceLine, VatRate
from invoicing.vat import line_amount, totals
from relations.models import Contact, Relation
from salescrm.models import Organisation, User
from salescrm.templatetags.crm import number, price_text


class DraftLine(NamedTuple):
    """A line to invoice: quantity, unit price in euro excluding VAT, and the rate."""

    description: str
    quantity: Decimal
    unit_price: Decimal
    vat_rate: VatRate

    def __str__(self):
        return f"{number(self.quantity)} × {self.description}, {price_text(self.unit_price)}, {self.vat_rate}"


def draft_invoice(
    *,
    customer: Relation,
    contact: Contact | None,
    subject: str,
    lines: Iterable[DraftLine],
    by: User,
    supplied_from: date | None = None,
) -> Invoice:
    """Make a draft invoice with these lines; `by` becomes its owner. Must run in the caller's transaction.

    When it was supplied may be unknown yet: it is asked on the draft.
    """
    days = customer.payment_days if customer.payment_days is not None else Organisation.current().payment_days
    lines = list(lines)
    invoice = Invoice(customer=customer, contact=contact, subject=subject, owner=by, payment_days=days, updated_by=by)
    invoice.supplied_from = supplied_from
    set_totals(invoice, lines)
    invoice.save(force_insert=True)
    store_lines(invoice, lines)
    InvoiceEvent.objects.create(invoice=invoice, kind=InvoiceEvent.Kind.CREATED, by=by)
    return invoice


def set_totals(invoice: Invoice, lines: Iterable[DraftLine]) -> None:
    """Put the totals of these lines on the invoice; stores nothing."""
    found = totals((line_amount(line.quantity, line.unit_price), line.vat_rate) for line in lines)
    invoice.total_excluding_vat, invoice.total_vat = found.excluding, found.vat
    invoice.total_including_vat = found.including


def store_lines(invoice: Invoice, lines: Iterable[DraftLine]) -> None:
    """Store these as the lines of the invoice, in this order."""
    InvoiceLine.objects.bulk_create(
        InvoiceLine(invoice=invoice, position=position, **line._asdict()) for position, line in enumerate(lines)
    )


def is_untouched_draft(invoice: Invoice) -> bool:
    """Whether the invoice is still the draft that was made."""
    return invoice.is_draft and invoice.version == 1


def delete_untouched_draft(invoice: Invoice) -> None:
    """Delete a draft nobody has worked on; the caller has asked `is_untouched_draft` under its lock."""
    locked = Invoice.objects.select_for_update().get(pk=invoice.pk)
    if not is_untouched_draft(locked):
        raise ValueError("only an untouched draft may be deleted")
    locked.delete()
