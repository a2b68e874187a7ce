"""How an invoice is written: claim() it under a lock, commit() the change with its event (rules 6 and 22)."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from invoicing.models import Invoice, InvoiceEvent
from salescrm import versions
from salescrm.mail.models import OutgoingMail
from salescrm.models import User
from salescrm.versions import Refused, Stale


def claim(
    invoice: Invoice,
    *,
    version: int,
    by: User,
    kinds: tuple[str, ...] = (),
    same: Callable[[Invoice], bool] = lambda invoice: True,
) -> tuple[Invoice, bool]:
    """As versions.claim(): a request was carried out before when an event of one of `kinds` by the same user consumed
    its version, and the invoice still is the `same`.
    """

    def repeated(locked: Invoice, *, version: int, by: User) -> bool:
        return locked.events.filter(invoice_version=version + 1, kind__in=kinds, by=by).exists()

    rows = Invoice.objects.all()
    return versions.claim(rows, invoice.pk, version=version, by=by, same=same, repeated=repeated, stale=stale)


def stale(invoice: Invoice, *, version: int, by: User) -> Stale:
    """Who changed the invoice since this version was shown, and how."""
    words = _what_happened(invoice) or versions.changed(invoice, version=version, by=by).message
    return Stale(invoice, str(words))


def _what_happened(invoice: Invoice) -> str:
    last = invoice.events.select_related("by").last()
    words = {"who": invoice.updated_by or _("the system"), "number": invoice.number}
    match last.kind if last else "":
        case InvoiceEvent.Kind.ISSUED:
            return (
                _("%(who)s issued this invoice as %(number)s after you opened it. Nothing of yours was stored.") % words
            )
        case InvoiceEvent.Kind.POSTED | InvoiceEvent.Kind.SENT:
            return _("%(who)s sent this invoice after you opened it. It was not sent again.") % words
        case InvoiceEvent.Kind.FAILED | InvoiceEvent.Kind.UNSURE:
            return _("%(who)s tried to send this invoice after you opened it. It was not sent again.") % words
    return ""


def require_draft(invoice: Invoice) -> None:
    """Refuse to change an issued invoice (rule 22)."""
    if not invoice.is_draft:
        raise Refused(_("Invoice %(number)s has been issued and never changes.") % {"number": invoice.number}, "issued")


def commit(
    invoice: Invoice, *, fields: list[str], kind: str, by: User, detail: str = "", mail: OutgoingMail | None = None
) -> Invoice:
    """Store the changed `fields` of a claimed invoice, raise its version and append the event."""
    versions.commit(invoice, fields=fields, by=by)
    record(invoice, kind=kind, by=by, detail=detail, mail=mail)
    return invoice


def record(
    invoice: Invoice, *, kind: str, by: User | None, detail: str = "", mail: OutgoingMail | None = None
) -> InvoiceEvent:
    """Append an event to the history of the invoice."""
    return InvoiceEvent.objects.create(
        invoice=invoice, kind=kind, by=by, detail=detail[:300], invoice_version=invoice.version, mail=mail
    )
