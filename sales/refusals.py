"""Why a change of a sale is refused: the ValidationErrors of the domain functions."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sales.models import Sale, SaleEvent, SaleStatus
from salescrm.conflicts import own_change
from salescrm.models import User


class Refused(ValidationError):
    """A rule forbids it; `code` says which one."""


class Stale(Refused):
    """Somebody changed the sale since the submitted version was shown (rule 6)."""

    def __init__(self, sale: Sale, version: int, *, by: User):
        self.sale = sale
        self.version = version
        self.events = list(
            sale.events.filter(sale_version__gt=version).select_related("by", "phase").order_by("sequence")
        )
        changes = max(sale.version - version, 1)
        text = ngettext(
            "%(who)s changed this sale after you opened it. Nothing of yours was stored.",
            "This sale was changed %(count)d times after you opened it, last by %(who)s. Nothing of yours was stored.",
            changes,
        )
        if {event.by_id for event in self.events} | {sale.updated_by_id} == {by.pk}:
            text = own_change()
        super().__init__(text % {"who": sale.updated_by or _("the system"), "count": changes}, code="stale")


class AlreadyDone(Refused):
    """Somebody else brought the sale to the same outcome first (rule 10a)."""

    def __init__(self, sale: Sale, event: SaleEvent):
        self.sale = sale
        self.event = event
        super().__init__(_("Somebody else was first. Your choice was not carried out."), code="already_done")


def require_open(sale: Sale) -> None:
    """Refuse to change what a closed sale keeps as it stood (rule 2)."""
    if sale.status == SaleStatus.ACCEPTED:
        raise Refused(_("This sale is accepted. Reopen it first."), code="closed")
    if sale.status == SaleStatus.LOST:
        raise Refused(_("This sale is lost. Reopen it first."), code="closed")
