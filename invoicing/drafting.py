"""The door for upper apps: a draft invoice made from somebody else's lines."""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from invoicing.models import Invoice, InvoiceEvent, InvoiceLine, VatRate
from relations.models import Contact, Relation
from salescrm.models import Organisation, User


class DraftLine(NamedTuple):
    """A line to invoice: quantity, unit price in euro excluding VAT, and the rate."""

    description: str
    quantity: Decimal
    unit_price: Decimal
    vat_rate: VatRate


def draft_invoice(
    *, customer: Relation, contact: Contact | None, subject: str, lines: Iterable[DraftLine], by: User
) -> Invoice:
    """Make a draft invoice with these lines; `by` becomes its owner. Must run in the caller's transaction."""
    days = customer.payment_days if customer.payment_days is not None else Organisation.current().payment_days
    invoice = Invoice.objects.create(
        customer=customer, contact=contact, subject=subject, owner=by, payment_days=days, updated_by=by
    )
    InvoiceLine.objects.bulk_create(
        InvoiceLine(invoice=invoice, position=position, **line._asdict()) for position, line in enumerate(lines)
    )
    InvoiceEvent.objects.create(invoice=invoice, kind=InvoiceEvent.Kind.CREATED, by=by)
    return invoice


def is_untouched_draft(invoice: Invoice) -> bool:
    """Whether the invoice is still the draft that was made."""
    return invoice.is_draft and invoice.version == 1


def delete_untouched_draft(invoice: Invoice) -> None:
    """Delete a draft nobody has worked on; the caller has asked `is_untouched_draft` under its lock."""
    locked = Invoice.objects.select_for_update().get(pk=invoice.pk)
    if not is_untouched_draft(locked):
        raise ValueError("only an untouched draft may be deleted")
    locked.delete()
