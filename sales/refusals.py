"""Why a change of a sale is refused: the ValidationErrors of the domain functions."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sales.models import Sale, SaleEvent, SaleStatus
from salescrm import versions
from salescrm.models import User
from salescrm.versions import Refused, own_change

__all__ = ["AlreadyDone", "Changed", "Refused", "Stale", "already_done", "require_open", "require_untrashed", "stale"]


class Changed(Refused):
    """The preview no longer says what would happen: nothing was stored."""


class Stale(versions.Stale):
    """Somebody changed the sale since the submitted version was read (rule 6); `events` are the changes in order."""

    def __init__(self, sale: Sale, message: str, *, events: Sequence[SaleEvent] = ()):
        self.events = events
        super().__init__(sale, message)


def stale(sale: Sale, *, version: int, by: User) -> Stale:
    """The refusal of an old version: who changed the sale since, how often, and the events of it."""
    events = list(sale.events.filter(sale_version__gt=version).select_related("by", "phase").order_by("sequence"))
    changes = max(sale.version - version, 1)
    text = ngettext(
        "%(who)s changed this sale after you opened it. Nothing of yours was stored.",
        "This sale was changed %(count)d times after you opened it, last by %(who)s. Nothing of yours was stored.",
        changes,
    )
    if {event.by_id for event in events} | {sale.updated_by_id} == {by.pk}:
        text = own_change()
    return Stale(sale, text % {"who": sale.updated_by or _("the system"), "count": changes}, events=events)


class AlreadyDone(Refused):
    """Somebody else brought the sale to the same outcome first (rule 10a), with this event."""

    def __init__(self, sale: Sale, event: SaleEvent, message: str):
        self.current, self.event, self.events = sale, event, [event]
        super().__init__(message, code="already_done")


def already_done(sale: Sale, event: SaleEvent) -> AlreadyDone:
    """The refusal for whoever came second; the event holds who was first."""
    return AlreadyDone(sale, event, _("Somebody else was first. Your choice was not carried out."))


def require_untrashed(sale: Sale) -> None:
    """Refuse a change of a sale in the trash."""
    if sale.trashed:
        raise Refused(_("This sale is in the trash. Restore it first."), code="trashed")


def require_open(sale: Sale) -> None:
    """Refuse a change of a closed sale (rule 2)."""
    if sale.status == SaleStatus.ACCEPTED:
        raise Refused(_("This sale is accepted. Reopen it first."), code="closed")
    if sale.status == SaleStatus.LOST:
        raise Refused(_("This sale is lost. Reopen it first."), code="closed")
