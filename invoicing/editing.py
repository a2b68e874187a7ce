"""Editing and deleting a draft."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from invoicing.drafting import set_totals
from invoicing.history import claim, commit, require_draft
from invoicing.lines import Line, contents, store_lines
from invoicing.models import Invoice, InvoiceEvent, InvoiceLine
from relations.models import Contact
from salescrm.calendar import odd_years
from salescrm.models import User
from salescrm.versions import Refused

HEAD = ["subject", "contact", "reference", "supplied_from", "supplied_until", "note", "payment_days"]
TOTALS = ["total_excluding_vat", "total_vat", "total_including_vat"]


def may_edit(invoice: Invoice, user: User) -> bool:
    """People edit the drafts they own, managers all (rule 23)."""
    own = invoice.owner_id == user.pk and user.has_perm("invoicing.change_invoice")
    return own or user.has_perm("invoicing.change_any_invoice")


@transaction.atomic
def edit(invoice: Invoice, *, values: dict, lines: Iterable[Line], version: int, by: User) -> Invoice:
    """Make `values` (some fields of HEAD) and `lines` the contents of a draft; the same contents change nothing.

    Refuses an issued invoice, a stale version, a contact person of somebody else and a period that ends before it
    begins (rules 6 and 22).
    """
    lines = list(lines)
    invoice, repeated = claim(
        invoice, version=version, by=by, kinds=(InvoiceEvent.Kind.EDITED,),
        same=lambda stored: _same(stored, values, lines),
    )  # fmt: skip
    if repeated:
        return invoice
    require_draft(invoice)
    contact = values["contact"]
    if contact and not Contact.objects.filter(pk=contact.pk, organization=invoice.customer_id).exists():
        raise Refused({"contact": _("This is not a contact person of the customer.")}, code="contact")
    if _same(invoice, values, lines):
        return invoice
    for name in values:
        setattr(invoice, name, values[name])
    check_supply(invoice.supplied_from, invoice.supplied_until)
    invoice.lines.all().delete()
    store_lines(InvoiceLine, lines, invoice=invoice)
    set_totals(invoice, lines)
    return commit(invoice, fields=[*values, *TOTALS], kind=InvoiceEvent.Kind.EDITED, by=by)


def stored_lines(invoice: Invoice) -> list[Line]:
    """The lines of an invoice as they were given."""
    return contents(invoice.lines)


def _same(invoice: Invoice, values: dict, lines: list[Line]) -> bool:
    return all(getattr(invoice, name) == values[name] for name in values) and stored_lines(invoice) == lines


def check_supply(begins: date | None, ends: date | None) -> None:
    """Refuse a period of supply without a first day, one that ends before it, and an odd year."""
    if odd := odd_years({"supplied_from": begins, "supplied_until": ends}):
        raise Refused(odd, code="years")
    if ends and not begins:
        raise Refused({"supplied_from": _("Fill in the first day of the period.")}, code="supply")
    if begins and ends and ends < begins:
        raise Refused({"supplied_until": _("A period of supply ends on or after the day it begins.")}, code="supply")


@transaction.atomic
def delete(invoice: Invoice, *, version: int, by: User) -> None:
    """Delete a draft; what it was made from loses its link. Refuses an issued invoice and a stale version."""
    invoice, _repeated = claim(invoice, version=version, by=by)
    require_draft(invoice)
    invoice.delete()
