"""What the services of a project add up to."""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from projects.models import BillingMethod, Service


class MethodTotal(NamedTuple):
    """The services of one billing method together, in euro excluding VAT."""

    label: str
    total: Decimal


def by_method(services: Iterable[Service]) -> tuple[list[MethodTotal], Decimal]:
    """The total of every billing method that is used, and of all."""
    services = list(services)
    totals = [
        MethodTotal(str(method.label), sum(service.amount for service in services if service.billing_method == method))
        for method in BillingMethod
        if any(service.billing_method == method for service in services)
    ]
    return totals, sum((method.total for method in totals), Decimal(0))
