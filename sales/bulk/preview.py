"""Many sales changed at once: a preview of what would happen, then all of it or nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.db.models import F, Sum, Value
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from sales.bulk.changes import Deed, Move
from sales.history import READ, commit_many
from sales.models import Sale
from sales.models.querysets import SaleQuerySet
from sales.refusals import Changed, Refused
from salescrm.models import User
from salescrm.money import format_number
from salescrm.versions import lock_all

LIMIT = 5000


class Partly(Refused):
    """Some sales cannot be changed, and the form did not leave them out: nothing was stored."""


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
    return _judge(rows, deed)


def check_number(count: int, limit: int) -> None:
    """Refuse more sales than one change may hold."""
    if count > limit:
        text = _("At most %(limit)s sales are changed at once. Narrow the filter, or change them in parts.")
        raise Refused(text % {"limit": format_number(limit, get_language())}, code="many")


def _judge(sales: Iterable[Sale], deed: Deed) -> Preview:
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


@transaction.atomic
def change_many(sales: SaleQuerySet, deed: Deed, *, basis: str, leave_out: bool = False, by: User) -> list[Sale]:
    """Do `deed` to all of `sales`, one event each as for a single sale; returns those that were changed.

    `basis` is that of the preview the user saw: raises Changed when it no longer holds, unless this very change is
    the last thing the user did, which then is answered as the first time (rule 10). Sales that are like that already
    are left alone. Raises Partly when a sale cannot be changed, unless these are to be left out. Refuses more than
    LIMIT sales.
    """
    ids = list(sales.order_by("pk").values_list("pk", flat=True)[: LIMIT + 1])
    check_number(len(ids), LIMIT)
    rows = lock_all(Sale.objects.filter(pk__in=ids).only(*READ).prefetch_related(*deed.needs))
    current = _judge(rows, deed.settle())
    if current.basis != basis:
        if changed := _was_done(deed, basis, by):
            return changed
        raise Changed(_("Something changed since you looked. Nothing was stored; this is what would happen now."))
    if current.refused and not leave_out:
        count = len(current.refused)
        text = ngettext(
            "%(count)d sale cannot be changed, so nothing was stored.",
            "%(count)d sales cannot be changed, so nothing was stored.",
            count,
        )
        raise Partly(text % {"count": count}, code="refused")
    commit_many(current.changing, fields=deed.fields, by=by, kind=deed.kind)
    return current.changing


def _was_done(deed: Deed, basis: str, by: User) -> list[Sale]:
    """The sales that the same change has just changed: a second click gets the result of the first."""
    mine = Sale.objects.filter(updated_by=by)
    last = mine.order_by("-updated_at").values("updated_at")[:1]
    changed = list(mine.filter(updated_at=last).order_by("pk").only(*READ)[:LIMIT])
    return changed if outcome(deed, changed, behind=1) == basis.partition("-")[0] else []
