"""Handing over the open sales of an owner who leaves."""

from django.utils.translation import ngettext

from sales.history import READ, commit_many
from sales.models import Sale, SaleEvent
from sales.models.querysets import SaleQuerySet
from salescrm.accounts.handing_over import Holding
from salescrm.models import User
from salescrm.versions import lock_all


def hand_over(sales: SaleQuerySet, *, to: User, by: User) -> int:
    """Give these sales another owner, with an event each; returns how many. Runs in the caller's transaction."""
    rows = lock_all(sales.only(*READ))
    for sale in rows:
        sale.owner_id = to.pk
    commit_many(rows, fields=["owner"], by=by, kind=SaleEvent.Kind.CHANGED)
    return len(rows)


def words(count: int) -> str:
    """How many open sales somebody holds; `shown` is the figure as the reader writes it."""
    return ngettext("%(shown)s open sale", "%(shown)s open sales", count)


HOLDING = Holding(
    key="sales", rows=lambda: Sale.objects.untrashed().open(), holder="owner", hand_over=hand_over, words=words,
    url="sales:list", query={"status": "open"},
)  # fmt: skip
