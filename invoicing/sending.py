"""Sending: an issued invoice is mailed to the customer, and its history says so."""

from pathlib import Path
from typing import cast

from django.contrib.staticfiles import finders
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from invoicing.document import Document, document_of
from invoicing.history import claim, record
from invoicing.models import Invoice, InvoiceEvent
from relations.models import Relation
from salescrm.models import User
from salescrm.versions import Refused, commit

Kind = InvoiceEvent.Kind


def invoice_address(customer: Relation) -> str:
    """Where this customer wants invoices."""
    return customer.invoice_email or customer.email


def send(invoice: Invoice, *, to: str, version: int, by: User) -> InvoiceEvent:
    """Mail an issued invoice to `to`; gives the event, SENT or FAILED (the invoice stays issued).

    The version is consumed first and committed, so a second click with it mails nothing and gets the first result.
    Nothing is locked while mailing. Refuses a draft, an empty address and a stale version.
    """
    if not to:
        raise Refused({"to": _("Fill in the e-mail address.")}, code="address")
    invoice, first = _begin(invoice, version=version, by=by)
    if first:
        return first
    try:
        _message(document_of(invoice), invoice, to).send()
    except OSError as error:  # every failure of the mail server is one
        return record(invoice, kind=Kind.FAILED, by=by, detail=f"{to}: {error}")
    return _finish(invoice, to=to, by=by)


@transaction.atomic
def _begin(invoice: Invoice, *, version: int, by: User) -> tuple[Invoice, InvoiceEvent | None]:
    invoice, repeated = claim(invoice, version=version, by=by, kinds=(Kind.SENT, Kind.FAILED))
    if repeated:
        return invoice, invoice.events.get(invoice_version=version + 1, kind__in=(Kind.SENT, Kind.FAILED))
    if invoice.is_draft:
        raise Refused(_("Issue the invoice before sending it."), code="draft")
    return commit(invoice, fields=[], by=by), None


@transaction.atomic
def _finish(invoice: Invoice, *, to: str, by: User) -> InvoiceEvent:
    Invoice.objects.filter(pk=invoice.pk).update(sent_at=timezone.now())
    return record(invoice, kind=Kind.SENT, by=by, detail=to)


def _message(document: Document, invoice: Invoice, to: str) -> EmailMessage:
    with override(document.language):
        context = {"document": document, "style": style()}
        words = {"number": document.number, "seller": document.seller["name"]}
        subject = _("Invoice %(number)s from %(seller)s") % words
        message = EmailMessage(
            subject=" ".join(subject.split()),  # a pasted line break in a name must not reach a header
            body=render_to_string("invoicing/mail.txt", context),
            to=[to],
            reply_to=[document.seller["email"]] if document.seller["email"] else None,
        )
        name = " ".join((_("invoice %(number)s") % words).split())
        message.attach(f"{name.replace('/', '-')}.html", render_to_string("invoicing/mail.html", context), "text/html")
    return message


def style() -> str:
    """The style sheet of the document, to stand inside it."""
    return Path(cast(str, finders.find("css/invoice.css"))).read_text(encoding="utf-8")
