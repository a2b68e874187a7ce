"""Sending: an issued invoice goes to the customer through the outbox, and counts as sent once it has gone out.

The history says who had it sent, and what became of it. Of an invoice at most one mail is on its way.
"""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from invoicing.history import claim, commit, record
from invoicing.issuing import issue
from invoicing.letters import Letter, compose, usual_letter
from invoicing.models import Invoice, InvoiceEvent
from invoicing.querysets import MAIL_KIND
from relations.models import Relation
from salescrm.mail import outbox
from salescrm.mail.models import MailState, OutgoingMail
from salescrm.mail.outbox import AT_WORK, Mail, change, post
from salescrm.models import User
from salescrm.versions import Refused, commit_all, lock_all

Kind = InvoiceEvent.Kind
PENDING = (MailState.WAITING, *AT_WORK, MailState.ON_HOLD)
DEEDS = {"again": Kind.POSTED, "drop": Kind.DROPPED, "arrived": Kind.SENT}
DECISIONS = DEEDS | {"release": Kind.POSTED, "hold": Kind.ON_HOLD}  # the last two are an administrator's
OUTCOMES = {MailState.SENT: Kind.SENT, MailState.FAILED: Kind.FAILED, MailState.UNSURE: Kind.UNSURE}


def invoice_address(customer: Relation) -> str:
    """Where this customer wants invoices."""
    return customer.invoice_email or customer.email


def mails_of(invoice: Invoice) -> QuerySet[OutgoingMail]:
    """Every mail of this invoice, the newest first."""
    return OutgoingMail.objects.filter(kind=MAIL.name, record=invoice.pk)


@transaction.atomic
def send(invoice: Invoice, *, to: str, version: int, by: User, letter: Letter | None = None) -> OutgoingMail:
    """Have an issued invoice mailed to `to`, with the usual letter or another one.

    A second click gets the first mail. Refuses a draft, an empty address, a stale version, and an invoice of which a
    mail is on its way. One that failed, or of which nobody knows, is replaced by this one.
    """
    return _post(invoice, lock_all(mails_of(invoice)), to=to, version=version, by=by, letter=letter)


@transaction.atomic
def issue_and_send(invoice: Invoice, *, on: date | None, to: str, version: int, by: User) -> OutgoingMail:
    """Both at once, or neither: refuses what `issue` and `send` refuse."""
    earlier = lock_all(mails_of(invoice))  # mails come before invoices: versions.LOCK_ORDER
    invoice = issue(invoice, version=version, by=by, on=on)
    return _post(invoice, earlier, to=to, version=version + 1, by=by, letter=None)


def _post(
    invoice: Invoice, earlier: Iterable[OutgoingMail], *, to: str, version: int, by: User, letter: Letter | None
) -> OutgoingMail:
    if not to:
        raise Refused({"to": _("Fill in the e-mail address.")}, code="address")
    letter = letter or usual_letter(invoice)
    mails = mails_of(invoice)
    same = mails.filter(to=to, subject=letter.subject, text=letter.text)
    invoice, repeated = claim(invoice, version=version, by=by, kinds=(Kind.POSTED,), same=lambda stored: same.exists())
    if repeated:
        return same[0]
    if invoice.is_draft:
        raise Refused(_("Issue the invoice before sending it."), code="draft")
    if pending := mails.filter(state__in=PENDING).first():
        words = {"address": pending.to}
        raise Refused(_("A mail with this invoice to %(address)s is on its way already.") % words, code="pending")
    for mail in earlier:
        change(mail, "drop")
    mail = post(MAIL.name, invoice.pk, to=to, by=by, subject=letter.subject, text=letter.text)
    commit(invoice, fields=[], kind=Kind.POSTED, by=by, detail=to, mail=mail)
    return mail


@transaction.atomic
def decide(invoice: Invoice, deed: str, *, state: str, version: int, by: User) -> OutgoingMail:
    """What a person decides about the last mail of an invoice, which was shown in this `state`.

    `again`: it is sent once more, `drop`: no more, `arrived`: it counts as sent. A second click changes nothing.
    Refuses a stale version, and a mail that is in another state by now or in none for this.
    """
    mails = lock_all(mails_of(invoice))
    invoice, repeated = claim(invoice, version=version, by=by, kinds=(DEEDS[deed],))
    if repeated:
        return mails[-1]
    if not (mails and mails[-1].state == state and outbox.decide(mails[-1], deed, by=by)):
        raise Refused(_("Something else has become of this mail meanwhile. Nothing was done."), code="settled")
    return mails[-1]


def _note(mails: list[OutgoingMail], deed: str, by: User | None) -> None:
    """A decision is a change of the invoice and stands in its history, whichever page it was made on."""
    of_invoice = {mail.record: mail for mail in mails}
    invoices = lock_all(Invoice.objects.filter(pk__in=of_invoice))
    values = {"sent_at": mails[0].sent_at} if deed == "arrived" else {}
    commit_all(invoices, by=by, **values)
    InvoiceEvent.objects.bulk_create(
        InvoiceEvent(
            invoice=invoice,
            kind=DECISIONS[deed],
            by=by,
            detail=of_invoice[invoice.pk].to,
            mail=of_invoice[invoice.pk],
            invoice_version=invoice.version + 1,
        )  # fmt: skip
        for invoice in invoices
    )


def _remember(mail: OutgoingMail) -> None:
    """What became of it stands in the history, and who is sent to has got it."""
    invoice = Invoice.objects.select_for_update(no_key=True).filter(pk=mail.record).first()
    if invoice is None:
        return
    if mail.sent_at:
        Invoice.objects.filter(pk=invoice.pk).update(sent_at=mail.sent_at)
    detail = f"{mail.to}: {mail.last_error}" if mail.last_error else mail.to
    record(invoice, kind=OUTCOMES[MailState(mail.state)], by=mail.by, detail=detail, mail=mail)


MAIL = Mail(MAIL_KIND, gettext_lazy("Invoice"), compose, _remember, _note, stays=True)
