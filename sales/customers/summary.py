"""The sales of a relation in numbers: its own by status, those it is the contact of, those lost to it."""

from decimal import Decimal
from typing import NamedTuple

from django.db.models import Count, Q, Sum

from relations.models import Contact
from sales.models import SaleStatus
from sales.models.querysets import SaleQuerySet


class SalesGroup(NamedTuple):
    """Some sales: how many, for how much, and weighted."""

    status: str
    count: int
    revenue: Decimal
    weighted: Decimal


class Summary(NamedTuple):
    """The groups by status, and the sales in which the relation is not the customer."""

    groups: list[SalesGroup]
    contact: SalesGroup
    rival: SalesGroup

    @property
    def count(self) -> int:  # type: ignore[override] # a tuple has one, too
        """How many sales it has itself."""
        return sum(group.count for group in self.groups)


def summary(sales: SaleQuerySet, pk: int) -> Summary:
    """The summary of relation `pk` among the visible `sales`, in one statement."""
    positions = Contact.objects.filter(person=pk).order_by().values("pk")
    own, called, rival = Q(customer=pk), Q(contact__in=positions), Q(lost_to=pk)
    parts = {str(status): own & Q(status=status) for status in SaleStatus} | {"contact": called, "rival": rival}
    figures = {}
    for name, part in parts.items():
        figures[f"{name}_count"] = Count("pk", filter=part)
        figures[f"{name}_revenue"] = Sum("expected_revenue", filter=part, default=0)
        figures[f"{name}_weighted"] = Sum("weighted_revenue", filter=part, default=0)
    sums = sales.filter(own | called | rival).aggregate(**figures)
    groups = {
        name: SalesGroup(name, *(sums[f"{name}_{figure}"] for figure in ("count", "revenue", "weighted")))
        for name in parts
    }
    return Summary([groups[status] for status in SaleStatus.values], groups["contact"], groups["rival"])
