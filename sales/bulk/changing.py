"""Many sales changed at once: what the preview showed, all of it or nothing."""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sales.bulk.deeds import Deed
from sales.bulk.preview import LIMIT, check_number, judge, outcome
from sales.history import READ, commit_many
from sales.models import Sale
from sales.models.querysets import SaleQuerySet
from sales.refusals import Changed, Refused
from salescrm.models import User
from salescrm.versions import lock_all


class Partly(Refused):
    """Some sales cannot be changed, and the form did not leave them out: nothing was stored."""


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
    current = judge(rows, deed.settle())
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
