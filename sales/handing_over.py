"""Handing over the open sales of an owner who leaves."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from sales.history import READ, commit_many
from sales.models import Sale, SaleEvent
from sales.models.querysets import SaleQuerySet
from salescrm.accounts.handing_over import Possession
from salescrm.models import User
from salescrm.versions import lock_all


def hand_over(sales: SaleQuerySet, *, to: User, by: User) -> int:
    """Give these sales another owner, with an event each; returns how many. Runs in the caller's transaction."""
    rows = lock_all(sales.only(*READ))
    for sale in rows:
        sale.owner_id = to.pk
    commit_many(rows, fields=["owner"], by=by, kind=SaleEvent.Kind.CHANGED)
    return len(rows)


def count_text(count: int) -> str:
    """How many open sales somebody owns; `shown` is the number in the reader's format."""
    return ngettext("%(shown)s open sale", "%(shown)s open sales", count)


POSSESSION = Possession(
    key="sales", label=_("Open sales"), rows=lambda: Sale.objects.untrashed().open(), field="owner",
    hand_over=hand_over, count_text=count_text, url="sales:list", query={"status": "open"}, word="owner",
)  # fmt: skip
