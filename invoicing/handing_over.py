"""Handing over the draft invoices of an owner who leaves."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from invoicing.models import Invoice, InvoiceEvent
from invoicing.querysets import InvoiceQuerySet
from salescrm.accounts.handing_over import Possession
from salescrm.models import User
from salescrm.versions import commit_all, lock_all


def hand_over(drafts: InvoiceQuerySet, *, to: User, by: User) -> int:
    """Give these drafts another owner, with an event each; how many there were. Runs in the caller's transaction."""
    rows = lock_all(drafts)
    commit_all(rows, owner=to, by=by)
    InvoiceEvent.objects.bulk_create(
        InvoiceEvent(
            invoice=row, kind=InvoiceEvent.Kind.EDITED, by=by, detail=f"→ {to}", invoice_version=row.version + 1
        )
        for row in rows
    )
    return len(rows)


def count_text(count: int) -> str:
    """How many draft invoices somebody owns; `shown` is the number in the reader's format."""
    return ngettext("%(shown)s draft invoice", "%(shown)s draft invoices", count)


POSSESSION = Possession(
    key="drafts", label=_("Draft invoices"), rows=lambda: Invoice.objects.drafts(), field="owner",
    hand_over=hand_over, count_text=count_text, url="invoicing:list", query={"status": "draft"}, word="owner",
)  # fmt: skip
