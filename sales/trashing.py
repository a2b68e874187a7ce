"""The trash: putting sales in it, and restoring them."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from sales.history import claim, commit, commit_many
from sales.models import ImportRow, Sale, SaleEvent
from sales.refusals import Refused
from sales.transitions import now_of
from salescrm.models import User
from salescrm.versions import lock_all

Kind = SaleEvent.Kind


@transaction.atomic
def trash(sale: Sale, *, version: int, by: User) -> Sale:
    """Put a sale in the trash, open or closed: until it is restored it is visible nowhere else.

    Refuses a sale with an invoice or project. Sent twice by the same user, the second time changes nothing.
    """
    sale, repeated = claim(sale, version=version, by=by, kind=Kind.TRASHED, same=lambda sale: sale.trashed)
    if repeated:
        return sale
    check_trash(sale)
    sale.trashed = True
    return commit(sale, fields=["trashed"], by=by, kind=Kind.TRASHED)


def check_trash(sale: Sale) -> None:
    """Refuse a sale that is in the trash already, and one with an invoice or project."""
    if sale.trashed:
        raise Refused(_("This sale is in the trash already."), code="trashed")
    why = ""
    if sale.invoice and sale.invoice.is_draft:
        why = _("Draft invoice “%(subject)s” hangs on this sale.") % {"subject": sale.invoice.subject}
    elif sale.invoice:
        why = _("Invoice %(number)s hangs on this sale.") % {"number": sale.invoice.number}
    elif sale.project:
        why = _("Project %(project)s hangs on this sale.") % {"project": sale.project}
    if why:
        raise Refused(why, code="linked")


def trashings(sales: Iterable[Sale]) -> dict[int, SaleEvent]:
    """By the id of each of these sales: the event that put it in the trash last."""
    events = SaleEvent.objects.filter(sale__in=[sale.pk for sale in sales], kind=Kind.TRASHED).select_related("by")
    return {event.sale_id: event for event in events.order_by("sale_id", "-sequence").distinct("sale_id")}


@transaction.atomic
def restore(sale: Sale, *, version: int, by: User) -> Sale:
    """Take a sale out of the trash, as it was.

    Only the probability of an open sale may change: unless it was set by hand, it becomes that of its phase (rule 3).
    A reference that was removed when its import was undone comes back. Refuses a sale that is not in the trash. Sent
    twice by the same user, the second time changes nothing.
    """
    sale, repeated = claim(sale, version=version, by=by, kind=Kind.RESTORED, same=lambda sale: not sale.trashed)
    if repeated:
        return sale
    if not sale.trashed:
        raise Refused(_("This sale is not in the trash."), code="not_trashed")
    sale.trashed = False
    if sale.is_open and not sale.probability_by_hand:
        sale.probability = now_of(sale.phase)
    _give_references_back([sale])
    return commit(sale, fields=["trashed", "probability"], by=by, kind=Kind.RESTORED)


def _give_references_back(sales: list[Sale]) -> None:
    """Give these sales back the references that undoing an import removed, unless another sale has them now.

    Undoing removes them so that the file can be imported again.
    """
    nameless = [sale.pk for sale in sales if not sale.external_reference]
    for pk, reference in ImportRow.objects.freed_references(nameless).items():
        with suppress(IntegrityError), transaction.atomic():
            Sale.objects.filter(pk=pk).update(external_reference=reference)


@transaction.atomic
def restore_many(*, trashed_at: datetime, by: User) -> int:
    """Take back what this user put in the trash at one moment, each as restore() does; returns how many sales.

    What anybody has changed or restored since is left alone: sent twice, the second time changes nothing.
    """
    untouched = Sale.objects.in_trash(by).filter(updated_by=by, updated_at=trashed_at)
    # The phases are read after the lock: changing a percentage waits for the sales, which are locked now.
    sales = lock_all(untouched.prefetch_related("phase"))
    for sale in sales:
        sale.trashed = False
        if sale.is_open and not sale.probability_by_hand:
            sale.probability = sale.phase.probability
    _give_references_back(sales)
    commit_many(sales, fields=["trashed", "probability"], by=by, kind=Kind.RESTORED)
    return len(sales)
