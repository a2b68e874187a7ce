"""What a colleague who leaves still owns, and handing it over: every kind of record at once, all of it or nothing."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, reduce
from operator import or_
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from salescrm.models import User
from salescrm.money import format_number
from salescrm.versions import LOCK_ORDER, Refused

HOLD = "SELECT is_active FROM salescrm_user WHERE id = %s FOR SHARE"


@dataclass(frozen=True)
class Possession:
    """One kind of record a user can own. An app names its own in `settings.POSSESSIONS`."""

    key: str
    label: Any  # "Open sales"
    rows: Callable[[], QuerySet]  # all that are owned by anybody
    field: str  # theirs that names who owns them
    hand_over: Callable[..., int]  # hand_over(rows, to=, by=) gives them to another user and returns how many
    count_text: Callable[[int], str]  # "%(shown)s open sales"
    url: str  # name of the list of these rows
    query: dict[str, str]  # words of its address
    word: str  # one more, which names the owner

    def of(self, user: User | OuterRef) -> QuerySet:
        """What this user owns of the kind."""
        return self.rows().filter(**{self.field: user})

    def address(self, user: User) -> str:
        """The list of what this user owns of the kind."""
        return f"{reverse(self.url)}?{urlencode(self.query | {self.word: user.pk})}"


class Possessions(Counter):
    """How many records of every kind, by its key, a user owns."""

    @property
    def basis(self) -> str:
        """The basis of the form that shows these possessions."""
        return "-".join(str(self[kind.key]) for kind in kinds())


@cache
def kinds() -> list[Possession]:
    """Every kind of record that can be owned, in the order in which it is shown."""
    return [import_string(name) for name in settings.POSSESSIONS]


def possessions(user: User) -> Possessions:
    """What is to be handed over when this user leaves; a statement per kind."""
    return Possessions({kind.key: kind.of(user).count() for kind in kinds()})


def lines(owned: Possessions, user: User) -> list[tuple[str, str]]:
    """Of each kind that is owned: the address of its list, and how many in words."""
    counted = ((kind, owned[kind.key]) for kind in kinds() if owned[kind.key])
    return [
        (kind.address(user), kind.count_text(count) % {"shown": format_number(count, get_language())})
        for kind, count in counted
    ]


def with_possessions(users: QuerySet) -> QuerySet:
    """These users, with whether each of them `owns` anything, and the `count` of the first kind."""
    one, *others = (Exists(kind.of(OuterRef("pk"))) for kind in kinds())
    first = kinds()[0]
    rows = first.of(OuterRef("pk")).order_by().values(first.field)
    count = Subquery(rows.annotate(count=Count("pk")).values("count"))
    return users.annotate(owns=reduce(or_, map(Q, others), Q(one)), count=Coalesce(count, 0))


@transaction.atomic
def hand_over(user: User, *, to: User, basis: str, by: User) -> Possessions:
    """Give everything `user` owns to another user, all or nothing; sales and drafts get an event (rules 6 and 7).

    Returns what was handed over: nothing when nothing is left, as for a second click. Refuses a user who left, at this
    very moment too, and the user itself (code `to`), and possessions that have another basis than the form had (code
    `changed`). The number of statements does not grow with what there is.
    """
    if not to.is_active or to.pk == user.pk:
        raise _gone("to")
    given = Possessions()
    for kind in sorted(kinds(), key=lambda kind: LOCK_ORDER.index(kind.rows().model._meta.db_table)):
        given[kind.key] = kind.hand_over(kind.of(user), to=to, by=by)
    if given.total() and given.basis != basis:
        text = _("Something changed since you looked. Nothing was handed over; this is how it stands now.")
        raise Refused(text, code="changed")
    if given.total():
        check_owner(to, field="to")
    return given


def check_owner(user: User | None, *, field: str) -> None:
    """Refuse to give something to somebody who was deactivated after they were selected; nobody deactivates them now.

    Who had left before is selected on purpose, as by an import of history. Comes after the locks of what is given
    (LOCK_ORDER); runs in the caller's transaction. A deactivation that is going on is waited for.
    """
    if user is None or not user.is_active:
        return
    with connection.cursor() as cursor:
        cursor.execute(HOLD, [user.pk])
        if cursor.fetchone() != (True,):
            raise _gone(field)


def _gone(field: str) -> Refused:
    return Refused({field: _("Choose a colleague who may log in.")}, code="to")
