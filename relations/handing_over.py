"""Handing over the relations of an owner who leaves."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from relations.models import Relation
from relations.querysets import RelationQuerySet
from salescrm.accounts.handing_over import Possession
from salescrm.models import User
from salescrm.versions import commit_all, lock_all


def hand_over(relations: RelationQuerySet, *, to: User, by: User) -> int:
    """Give these relations another owner; how many there were. Runs in the caller's transaction."""
    return commit_all(lock_all(relations.only("pk")), owner=to, by=by)


def count_text(count: int) -> str:
    """How many relations somebody owns; `shown` is the number in the reader's format."""
    return ngettext("%(shown)s relation", "%(shown)s relations", count)


POSSESSION = Possession(
    key="relations", label=_("Relations"), rows=lambda: Relation.objects.unmerged(), field="owner",
    hand_over=hand_over, count_text=count_text, url="relations:list", query={"active": "all"}, word="owner",
)  # fmt: skip
