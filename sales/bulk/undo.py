"""Undo of a change of many sales: for ten minutes, of every one that nobody has changed since (rule 14)."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from sales.history import commit_many, count_days_anew
from sales.models import Sale, SaleEvent
from sales.refusals import Refused
from sales.transitions import CHANCE, UNDO_FOR
from salescrm.fields import field_of
from salescrm.models import User
from salescrm.versions import lock_all

Kind = SaleEvent.Kind
# What may be taken back: the kind of its event, the kind of the event that takes it back, and all it may have changed.
WAYS = [(Kind.MOVED, Kind.UNDONE, CHANCE), (Kind.CHANGED, Kind.CHANGED, ["owner", "expected_end_date"])]


class Undone(NamedTuple):
    """How many sales are as they were, and how many stay because they have been changed since."""

    back: int
    left: int


@transaction.atomic
def undo_many(*, done_at: datetime, by: User) -> Undone:
    """Take back what this user did to many sales at one moment: a move, another owner or another expected end date.

    Each gets a compensating event with what it held before, a move exactly as for one sale (rule 14). What anybody has
    changed since is left alone: sent twice, the second time changes nothing. Refuses when ten minutes have passed.
    """
    if timezone.now() - done_at > UNDO_FOR:
        raise Refused(_("This change can no longer be undone."), code="too_late")
    untouched = Sale.objects.visible_to(by).filter(updated_by=by, updated_at=done_at)
    sales = {sale.pk: sale for sale in lock_all(untouched)}
    moments = _last_two(sales)
    back = sum(_take_back(sales, moments, *way, by=by) for way in WAYS)
    events = SaleEvent.objects.filter(by=by, recorded_at=done_at, kind__in=[kind for kind, _undo, _fields in WAYS])
    return Undone(back, events.count() - back)


def _last_two(sales: Iterable[int]) -> dict[int, list[SaleEvent]]:
    """The last event of each of these sales and the one before it, the last one first."""
    events = SaleEvent.objects.filter(sale__in=list(sales), sequence__gte=F("sale__last_sequence") - 1)
    by_sale: dict[int, list[SaleEvent]] = {}
    for event in events.order_by("sale_id", "-sequence"):
        by_sale.setdefault(event.sale_id, []).append(event)
    return by_sale


def _take_back(sales: dict[int, Sale], moments: dict, kind: str, undo: str, names: list[str], *, by: User) -> int:
    columns = {field_of(Sale, name).attname for name in names}
    taken = []
    for key, (last, *before) in moments.items():
        if last.kind != kind or not before or not (changed := _changed(before[0], last)) <= columns:
            continue
        for column in changed:
            setattr(sales[key], column, getattr(before[0], column))
        taken.append(sales[key])
    commit_many(taken, fields=names, by=by, kind=undo)
    if undo == Kind.UNDONE:
        count_days_anew(Sale.objects.filter(pk__in=[sale.pk for sale in taken]))
    return len(taken)


def _changed(before: SaleEvent, after: SaleEvent) -> set[str]:
    was = before.state()
    return {column for column, value in after.state().items() if value != was[column]}
