"""How an invoice is written: claim() it under a lock, commit() the change with its event (rules 6 and 22)."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from invoicing.models import Invoice, InvoiceEvent
from salescrm.conflicts import Stale, changed_by, lock
from salescrm.models import User


class Refused(ValidationError):
    """A rule forbids it; `code` says which one."""


def claim(invoice: Invoice, *, version: int, by: User, kinds: tuple[str, ...] = ()) -> tuple[Invoice, bool]:
    """Lock the row of `invoice` and check the submitted version; must run in a transaction.

    Returns the locked invoice and whether this very request was carried out before: an event of one of `kinds` by the
    same user consumed this version. Raises Stale for any other old version, Gone for a draft that was just deleted.
    """
    locked = lock(Invoice.objects.all(), invoice.pk)
    if locked.version == version:
        return locked, False
    done = locked.events.filter(invoice_version=version + 1, kind__in=kinds).first()
    if done is not None and done.by_id == by.pk:
        return locked, True
    raise Stale(locked, stale_message(locked, by=by))


def stale_message(invoice: Invoice, *, by: User) -> str:
    """Who changed the invoice, and how."""
    last = invoice.events.select_related("by").last()
    words = {"who": invoice.updated_by or _("the system"), "number": invoice.number}
    match last.kind if last else "":
        case InvoiceEvent.Kind.ISSUED:
            return (
                _("%(who)s issued this invoice as %(number)s after you opened it. Nothing of yours was stored.") % words
            )
        case InvoiceEvent.Kind.SENT:
            return _("%(who)s sent this invoice after you opened it. It was not sent again.") % words
        case InvoiceEvent.Kind.FAILED:
            return _("%(who)s tried to send this invoice after you opened it. It was not sent again.") % words
    text = _("%(who)s changed this invoice after you opened it. Nothing of yours was stored.")
    return changed_by(invoice.updated_by, text, reader=by)


def require_draft(invoice: Invoice) -> None:
    """Refuse to change an issued invoice (rule 22)."""
    if not invoice.is_draft:
        raise Refused(_("Invoice %(number)s has been issued and never changes.") % {"number": invoice.number}, "issued")


def commit(invoice: Invoice, *, fields: list[str], kind: str, by: User, detail: str = "") -> Invoice:
    """Store the changed `fields` of a claimed invoice, raise its version and append the event."""
    invoice.version += 1
    invoice.updated_by = by
    invoice.save(update_fields=[*fields, "version", "updated_by", "updated_at"])
    record(invoice, kind=kind, by=by, detail=detail)
    return invoice


def record(invoice: Invoice, *, kind: str, by: User, detail: str = "") -> InvoiceEvent:
    """Append an event to the history of the invoice."""
    return InvoiceEvent.objects.create(
        invoice=invoice, kind=kind, by=by, detail=detail[:300], invoice_version=invoice.version
    )
