"""Issuing: a draft becomes an invoice with a number, for good (rule 22)."""

from datetime import date, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from invoicing.document import Document, compose, freeze
from invoicing.history import Refused, claim, commit, require_draft
from invoicing.models import Invoice, InvoiceEvent
from salescrm.calendar import odd_years, today, written_day
from salescrm.models import User
from salescrm.numbering import NumberSeries, next_number

FROZEN = [
    "status", "number", "issued_on", "due_on", "document", "total_excluding_vat", "total_vat", "total_including_vat",
]  # fmt: skip


@transaction.atomic
def issue(invoice: Invoice, *, version: int, by: User, on: date | None = None) -> Invoice:
    """Give a draft its number and date (today, or `on`) and freeze what stands on it (rule 22).

    Numbers are consecutive: one lock lets issues through one by one, a refusal or rollback uses none. Refuses an
    invoice without lines, a day in the future, in an odd year or before the last issued one, and a reverse-charged
    line for a customer without VAT number. Sent twice by the same user it gives the first result, else a stale version.
    """
    invoice, repeated = claim(invoice, version=version, by=by, kinds=(InvoiceEvent.Kind.ISSUED,))
    if repeated:
        return invoice
    require_draft(invoice)
    on = on or today()
    if odd := odd_years({"issued_on": on}):
        raise Refused(odd)
    _check_contents(compose(invoice), invoice)
    number = _number(on)
    document = compose(invoice, number=number, on=on)
    invoice.status, invoice.number, invoice.issued_on = Invoice.Status.ISSUED, number, on
    invoice.due_on = on + timedelta(days=invoice.payment_days)
    invoice.document = freeze(document)
    invoice.total_excluding_vat, invoice.total_vat = document.totals.excluding, document.totals.vat
    invoice.total_including_vat = document.totals.including
    return commit(invoice, fields=FROZEN, kind=InvoiceEvent.Kind.ISSUED, by=by, detail=number)


def _check_contents(document: Document, invoice: Invoice) -> None:
    if not document.lines:
        raise Refused(_("An invoice needs at least one line."), code="lines")
    if document.is_reverse_charged and not invoice.customer.vat_number:
        raise Refused(
            _("VAT is reverse charged only to a customer with a VAT number. Fill in the VAT number of %(customer)s.")
            % {"customer": invoice.customer},
            code="vat_number",
        )


def _number(on: date) -> str:
    """The next number for an invoice of day `on`; others wait here until this transaction ends."""
    series = NumberSeries.objects.select_for_update().filter(kind=NumberSeries.Kind.INVOICE).first()
    if series is None or not series.is_active:
        raise Refused(_("Invoices have no number pattern. An administrator can set one."), code="numbering")
    if on > today():
        raise Refused({"issued_on": _("An invoice date does not lie in the future.")}, code="future")
    if (last := last_issued_on()) and on < last:
        raise Refused(
            {"issued_on": _("The last invoice is of %(day)s; this one cannot be earlier.")
             % {"day": written_day(last)}},
            code="order",
        )  # fmt: skip
    number = next_number(NumberSeries.Kind.INVOICE, on=on)
    if Invoice.objects.filter(number=number).exists():
        raise Refused(
            _("There is already an invoice %(number)s. Change the number pattern.") % {"number": number}, "taken"
        )
    return number


def last_issued_on() -> date | None:
    """The date of the last issued invoice."""
    return Invoice.objects.issued().aggregate(last=Max("issued_on"))["last"]
