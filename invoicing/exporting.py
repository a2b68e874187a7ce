"""Invoices and their lines as files: all matches of the filter of the list."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from invoicing.lines import PricedLine
from invoicing.models import InvoiceLine
from invoicing.querysets import InvoiceQuerySet
from salescrm.calendar import organisation_zone
from salescrm.exports import downloads
from salescrm.money import round_price


def table(invoices: InvoiceQuerySet) -> downloads.Table:
    """All invoices of the queryset in its order."""
    heading = [
        pgettext("invoice", "Number"), _("Subject"), _("Customer"), _("Customer number"), _("Contact person"),
        _("Owner"), _("Status"), _("Invoice date"), _("Due date"), _("Sent on"),
        _("Supplied on, or from"), _("Supplied up to and including"), _("Customer's reference"),
        _("Excluding VAT"), _("VAT"), _("Including VAT"),
    ]  # fmt: skip
    return downloads.Table("invoices", heading, _rows(invoices.select_related("contact__person").defer("document")))


def lines_table(invoices: InvoiceQuerySet) -> downloads.Table:
    """One row per line of these invoices."""
    heading = [
        pgettext("invoice", "Number"), _("Subject"), _("Customer"), _("Invoice date"), *line_heading(),
    ]  # fmt: skip
    lines = InvoiceLine.objects.filter(invoice__in=invoices.order_by().values("pk"))
    ordered = lines.select_related("invoice__customer", "vat_rate").defer("invoice__document")
    return downloads.Table("invoice-lines", heading, _line_rows(ordered.order_by("-invoice", "position", "pk")))


def _rows(invoices: InvoiceQuerySet) -> Iterator[list]:
    zone = organisation_zone()
    for invoice in invoices.iterator(chunk_size=downloads.CHUNK):
        sent_on = invoice.sent_at.astimezone(zone).date() if invoice.sent_at else None
        yield [
            invoice.number, invoice.subject, str(invoice.customer), invoice.customer.number,
            str(invoice.contact.person) if invoice.contact else "", str(invoice.owner), invoice.get_status_display(),
            invoice.issued_on, invoice.due_on, sent_on, invoice.supplied_from, invoice.supplied_until,
            invoice.reference, invoice.total_excluding_vat, invoice.total_vat, invoice.total_including_vat,
        ]  # fmt: skip


def _line_rows(lines) -> Iterator[list]:
    for line in lines.iterator(chunk_size=downloads.CHUNK):
        invoice = line.invoice
        yield [
            invoice.number, invoice.subject, str(invoice.customer), invoice.issued_on, *line_cells(line),
        ]  # fmt: skip


def line_heading(*more: str) -> list[str]:
    """Above the cells of a line; `more` are those of what it says besides its price."""
    return [_("Description"), _("Quantity"), _("Unit price"), _("VAT"), *more, _("Amount")]


def line_cells(line: PricedLine, *more: str) -> list:
    """A line as the last cells of its row."""
    return [line.description, line.quantity, round_price(line.unit_price), str(line.vat_rate), *more, line.amount]
