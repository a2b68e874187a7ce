"""Marking relations that look alike as not the same, and removing the mark."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from relations.merging import hold_unmerged
from relations.models import Apart
from salescrm.models import User
from salescrm.versions import Refused


def pairs(relation: int, others: Iterable[int]) -> list[tuple[int, int]]:
    """This relation with each of the others, the older one first."""
    return sorted({(min(relation, other), max(relation, other)) for other in others if other != relation})


@transaction.atomic
def tell_apart(relation: int, others: Iterable[int], *, by: User) -> None:
    """Mark this relation as none of the others. Refuses one that was merged or removed; twice is once."""
    others = list(others)
    if not hold_unmerged(relation, *others):
        why = _("One of these relations has been merged or removed in the meantime. Look at the list again.")
        raise Refused(why, code="merged")
    marks = [Apart(first_id=first, second_id=second, by=by) for first, second in pairs(relation, others)]
    Apart.objects.bulk_create(marks, ignore_conflicts=True)


def take_back(relation: int, others: Iterable[int]) -> None:
    """Remove the marks: these pairs come back among the duplicates. Twice is once."""
    named = Q(pk=None)
    for first, second in pairs(relation, others):
        named |= Q(first=first, second=second)
    Apart.objects.filter(named).delete()


def known_apart() -> QuerySet:
    """The marked pairs, the latest first, with what a list shows."""
    return Apart.objects.select_related("first__relation_type", "second__relation_type", "by")
