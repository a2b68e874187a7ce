"""Many sales changed at once: a preview of what would happen."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from hashlib import sha256
from typing import Any

from django.db.models import F, Sum, Value
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sales.bulk.deeds import Deed, Move
from sales.history import READ
from sales.models import Sale
from sales.models.querysets import SaleQuerySet
from sales.refusals import Refused
from salescrm.money import format_number

LIMIT = 5000


@dataclass(frozen=True)
class Preview:
    """What a deed would do to the sales of a selection; `changing` holds them as they would be."""

    deed: Deed
    changing: list[Sale]
    alike: list[Sale]  # like that already
    refused: list[tuple[Sale, str]]
    by_hand: int  # of `changing`, with a percentage by hand that a move replaces
    planned: int  # of `changing`, with a next step that is replaced and stored nowhere

    @property
    def basis(self) -> str:
        """The state of the sales before and after; another basis means that something changed since."""
        others = ((sale.pk, sale.version) for sale in [*self.alike, *(sale for sale, _why in self.refused)])
        return f"{outcome(self.deed, self.changing)}-{_digest(others)}"

    @cached_property
    def figures(self) -> dict:
        """Count, full and weighted sum of what would change, and the weighted sum after a move."""
        sales = Sale.objects.filter(pk__in=[sale.pk for sale in self.changing])
        sums = sales.totals()
        if isinstance(self.deed, Move):
            chance = Value(self.deed.phase.probability) * Value(Decimal("0.01"))
            sums |= sales.aggregate(after=Sum(F("expected_revenue") * chance, default=Decimal(0)))
        return sums


def outcome(deed: Deed, sales: Iterable[Sale], *, behind: int = 0) -> str:
    """Names the sales, the version each had before the deed (`behind` the one it has), and what each holds after."""
    return _digest((sale.pk, sale.version - behind, *map(str, deed.values_of(sale))) for sale in sales)


def _digest(rows: Iterable[tuple]) -> str:
    return sha256("\n".join(map(repr, rows)).encode()).hexdigest()[:32]


def preview(sales: SaleQuerySet, deed: Deed) -> Preview:
    """What `deed` would do to these sales. Stores nothing. Refuses more than LIMIT sales."""
    rows = list(sales.order_by("pk").only(*READ).prefetch_related(*deed.needs)[: LIMIT + 1])
    check_number(len(rows), LIMIT)
    return judge(rows, deed)


def check_number(count: int, limit: int) -> None:
    """Refuse more sales than one change may hold."""
    if count > limit:
        text = _("At most %(limit)s sales are changed at once. Narrow the filter, or change them in parts.")
        raise Refused(text % {"limit": format_number(limit, get_language())}, code="many")


def judge(sales: Iterable[Sale], deed: Deed) -> Preview:
    """What `deed` does to these rows; makes the changes on them, and stores nothing."""
    changing: list[Any] = []
    alike: list[Any] = []
    refused, by_hand, planned = [], 0, 0
    for sale in sales:
        was_by_hand, step = sale.probability_by_hand, (sale.next_step, sale.next_step_on)
        try:
            changes = deed.make(sale)
        except Refused as refusal:
            refused.append((sale, " ".join(refusal.messages)))
            continue
        (changing if changes else alike).append(sale)
        by_hand += changes and was_by_hand and not sale.probability_by_hand
        planned += changes and any(step) and step != (sale.next_step, sale.next_step_on)
    return Preview(deed, changing, alike, refused, by_hand, planned)
