"""What a colleague who leaves still holds, and handing it over: every kind of record at once, all of it or nothing."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, reduce
from operator import or_
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
class Holding:
    """One kind of record a user can hold. An app names its own in `settings.HOLDINGS`."""

    key: str
    rows: Callable[[], QuerySet]  # all that are held by anybody
    holder: str  # their field that names who holds them
    hand_over: Callable[..., int]  # hand_over(rows, to=, by=) gives them to another user and returns how many
    words: Callable[[int], str]  # "%(shown)s open sales"
    url: str  # name of the list of these rows
    query: dict[str, str]  # words of its address, to which the holder comes

    def of(self, user: User | OuterRef) -> QuerySet:
        """What this user holds of the kind."""
        return self.rows().filter(**{self.holder: user})

    def address(self, user: User) -> str:
        """The list of what this user holds of the kind."""
        return f"{reverse(self.url)}?{urlencode(self.query | {self.holder: user.pk})}"


class Holdings(Counter):
    """How many records of every kind, by its key, a user holds."""

    @property
    def basis(self) -> str:
        """The basis of the form that shows these holdings."""
        return "-".join(str(self[kind.key]) for kind in kinds())


@cache
def kinds() -> list[Holding]:
    """Every kind of record that can be held, in the order in which it is shown."""
    return [import_string(name) for name in settings.HOLDINGS]


def holdings(user: User) -> Holdings:
    """What is to be handed over when this user leaves; a statement per kind."""
    return Holdings({kind.key: kind.of(user).count() for kind in kinds()})


def lines(held: Holdings, user: User) -> list[tuple[str, str]]:
    """Of each kind that is held: the address of its list, and how many in words."""
    counted = ((kind, held[kind.key]) for kind in kinds() if held[kind.key])
    return [
        (kind.address(user), kind.words(count) % {"shown": format_number(count, get_language())})
        for kind, count in counted
    ]


def with_holdings(users: QuerySet) -> QuerySet:
    """These users, with whether each of them `holds` anything, and how much of the first kind (`held_first`)."""
    one, *others = (Exists(kind.of(OuterRef("pk"))) for kind in kinds())
    first = kinds()[0]
    rows = first.of(OuterRef("pk")).order_by().values(first.holder)
    count = Subquery(rows.annotate(count=Count("pk")).values("count"))
    return users.annotate(holds=reduce(or_, map(Q, others), Q(one)), held_first=Coalesce(count, 0))


@transaction.atomic
def hand_over(user: User, *, to: User, basis: str, by: User) -> Holdings:
    """Give everything `user` holds to another user, all or nothing; sales and drafts get an event (rules 6 and 7).

    Returns what was handed over: nothing when nothing is left, as for a second click. Refuses a user who left, at this
    very moment too, and the user itself (code `to`), and holdings that have another basis than the form had (code
    `changed`). The number of statements does not grow with what there is.
    """
    if not to.is_active or to.pk == user.pk:
        raise _gone("to")
    given = Holdings()
    for kind in sorted(kinds(), key=lambda kind: LOCK_ORDER.index(kind.rows().model._meta.db_table)):
        given[kind.key] = kind.hand_over(kind.of(user), to=to, by=by)
    if given.total() and given.basis != basis:
        text = _("Something changed since you looked. Nothing was handed over; this is how it stands now.")
        raise Refused(text, code="changed")
    if given.total():
        check_holder(to, field="to")
    return given


def check_holder(user: User | None, *, field: str) -> None:
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
