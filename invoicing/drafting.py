"""The door for upper apps: a draft invoice made from somebody else's lines."""

from collections.abc import Iterable
from datetime import date
from typing import cast

from invoicing.lines import Line, store_lines
from invoicing.models import Invoice, InvoiceEvent, InvoiceLine, VatRate
from invoicing.vat import totals
from relations.models import Contact, Relation
from salescrm.models import Organisation, User
from salescrm.versions import lock


def draft_invoice(
    *,
    customer: Relation,
    contact: Contact | None,
    subject: str,
    lines: Iterable[Line],
    by: User,
    supplied_from: date | None = None,
) -> Invoice:
    """Make a draft invoice with these lines; `by` becomes its owner. Must run in the caller's transaction.

    The period of supply may be unknown yet: it is filled in on the draft.
    """
    days = customer.payment_days if customer.payment_days is not None else Organisation.current().payment_days
    lines = list(lines)
    invoice = Invoice(customer=customer, contact=contact, subject=subject, owner=by, payment_days=days, updated_by=by)
    invoice.supplied_from = supplied_from
    set_totals(invoice, lines)
    invoice.save(force_insert=True)
    store_lines(InvoiceLine, lines, invoice=invoice)
    InvoiceEvent.objects.create(invoice=invoice, kind=InvoiceEvent.Kind.CREATED, by=by)
    return invoice


def set_totals(invoice: Invoice, lines: Iterable[Line]) -> None:
    """Put the totals of these lines on the invoice; stores nothing."""
    sums = totals((line.amount, cast(VatRate, line.vat_rate)) for line in lines)
    invoice.total_excluding_vat, invoice.total_vat = sums.excluding, sums.vat
    invoice.total_including_vat = sums.including


def is_untouched_draft(invoice: Invoice) -> bool:
    """Whether the invoice is still the draft that was made."""
    return invoice.is_draft and invoice.version == 1


def delete_untouched_draft(invoice: Invoice) -> None:
    """Delete a draft nobody has worked on; the caller has checked `is_untouched_draft` under its lock."""
    locked = lock(Invoice.objects.all(), invoice.pk)
    if not is_untouched_draft(locked):
        raise ValueError("only an untouched draft may be deleted")
    locked.delete()
