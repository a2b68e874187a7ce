"""The letter an invoice goes with: what is proposed to the sender, and the message that goes out."""

from pathlib import Path
from typing import NamedTuple, cast

from django.contrib.staticfiles import finders
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from invoicing.document import document_of
from invoicing.models import Invoice
from salescrm.mail.models import OutgoingMail
from salescrm.mail.outbox import ObsoleteError


class Letter(NamedTuple):
    """What the sender writes. Neither holds a link: the invoice itself goes with it."""

    subject: str
    text: str


def usual_letter(invoice: Invoice) -> Letter:
    """What goes with an invoice when nobody writes anything else, in the customer's language."""
    document = document_of(invoice)
    with override(document.language):
        words = {"number": document.number, "seller": document.seller["name"]}
        subject = _("Invoice %(number)s from %(seller)s") % words
        text = render_to_string("invoicing/mail.txt", {"document": document})
    return Letter(one_line(subject)[:200], text.strip())


def one_line(text: str) -> str:
    """A pasted line break must not reach a header."""
    return " ".join(text.split())


def compose(mail: OutgoingMail) -> EmailMessage:
    """The letter of a mail with its invoice, made anew for every attempt: an issued invoice never changes."""
    invoice = Invoice.objects.issued().filter(pk=mail.record).first()
    if invoice is None:
        raise ObsoleteError(_("This invoice is not there any more."))
    document = document_of(invoice)
    reply_to = document.seller["email"]
    message = EmailMessage(mail.subject, f"{mail.text}\n", to=[mail.to], reply_to=[reply_to] if reply_to else None)
    with override(document.language):
        name = one_line(_("invoice %(number)s") % {"number": document.number}).replace("/", "-")
        html = render_to_string("invoicing/mail.html", {"document": document, "style": style()})
    message.attach(f"{name}.html", html, "text/html")
    return message


def style() -> str:
    """The style sheet of the document, to stand inside it."""
    return Path(cast(str, finders.find("css/invoice.css"))).read_text(encoding="utf-8")
