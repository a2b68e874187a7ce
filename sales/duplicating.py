"""Copying a sale to a new one."""

from uuid import UUID

from invoicing.lines import contents, store_lines
from sales.editing import create
from sales.models import Sale, SaleLine, SalesSettings
from sales.models.lists import Phase
from salescrm.models import User
from salescrm.versions import once


def duplicate(sale: Sale, *, subject: str, owner: User, with_lines: bool, by: User, token: UUID | None) -> Sale:
    """Create an open sale in the first phase for the same customer and amount, with its own history.

    Contact person and source are copied if a new sale may have them; dates, next step, note and outcome are not. The
    sale may be open, accepted or lost. Refuses what creating refuses, such as a deactivated customer. The same `token`
    twice gives the first copy.
    """
    return once(token, Sale, lambda: _copy(sale, subject, owner, with_lines, by))


def _copy(sale: Sale, subject: str, owner: User, with_lines: bool, by: User) -> Sale:
    contact, source = sale.contact, sale.source
    still = contact is not None and contact.organization_id == sale.customer_id
    offered = source is not None and source.is_active and SalesSettings.current().source
    values = {
        "subject": subject, "owner": owner, "customer": sale.customer, "contact": contact if still else None,
        "source": source if offered else None, "expected_revenue": sale.expected_revenue,
        "phase": Phase.objects.active().first(),
    }  # fmt: skip
    copy = create(values=values, by=by, token=None)
    if with_lines:
        store_lines(SaleLine, contents(sale.lines), sale=copy)
    return copy
