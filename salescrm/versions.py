"""One way to write what two people may have open (rules 6 and 10): claim, commit, once; and one order of all locks."""

from collections.abc import Callable, Container, Iterable, Sequence
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from salescrm.refusals import Missing

# Whoever holds rows of several tables took them in this order, and the rows of one table by their ids: two people who
# take the same locks in two orders wait for each other for ever. A deed goes from a record down to what it names: from
# a sale to its project, the contact person and the customer. Against that, an invoice comes before the sale that names
# it, and a project before the line of a sale that names its service: who deletes one clears that link. Notes come after
# what they are about: merging holds the relation, and moves its notes. Lists and settings, which many name, come after
# all those, users after whatever they are given, and counters late: who takes a number lets everybody else wait. What
# became of the rows of an import is written at the end of each slice.
# tests/conftest.py watches over every test, and says what it does not see; a table that is locked and does not stand
# here fails. To come: payments below invoices, quotes below sales.
LOCK_ORDER = [
    "salescrm_creation",  # the token of a form: who sends it twice waits before anything is made
    "auth_group",
    "mail_outgoingmail",  # what became of a mail is stored with what its record has to know of it
    "invoicing_invoice",
    "sales_sale",
    "projects_project",
    "sales_saleline",
    "relations_contact",
    "relations_relation",
    "relations_apart",
    "sales_salenote",
    "projects_projectnote",
    "relations_relationnote",
    "sales_savedview",
    "sales_calendarfeed",
    "sales_salessettings",
    "sales_phase",
    "sales_acceptreason",
    "sales_lossreason",
    "sales_source",
    "relations_relationtype",
    "salescrm_team",
    "salescrm_user",
    "salescrm_organisation",
    "salescrm_numberseries",
    "salescrm_counter",
    "sales_importrow",
    "sales_importrun",
    "salescrm_storedfile",
    "salescrm_attempts",
]
BOOKKEEPING = ("version", "updated_by", "updated_at")


class Editable(models.Model):
    """A record with a version that every committed change raises; `CHANGED` says that somebody else did."""

    CHANGED: ClassVar[Any]

    version = models.PositiveIntegerField(default=1, editable=False)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )

    class Meta:
        abstract = True


class Versioned(Editable):
    """A record with a version that knows its times as well."""

    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta(Editable.Meta):
        abstract = True


class Creation(models.Model):
    """A create form that was sent: the token it carried, and the record that came of it."""

    token = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=100)
    key = models.BigIntegerField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "creation"
        verbose_name_plural = "creations"

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Refused(ValidationError):
    """A rule forbids it; `code` says which one, also of a refusal by field."""

    def __init__(self, message: Any, code: str | None = None, params: dict[str, Any] | None = None):
        if isinstance(message, dict):  # of which Django drops the code
            coded = {name: ValidationError(why, code) for name, why in message.items()}  # one it has already stays
            super().__init__(coded)
        else:
            super().__init__(message, code, params)
        self.code = getattr(self, "code", code)


class Stale(Refused):
    """Somebody changed the record since the submitted version was shown; `current` is how it stands now."""

    def __init__(self, current: models.Model, message: str):
        self.current: Any = current
        super().__init__(message, code="stale")


class Gone(Missing):
    """Somebody removed the record while this request was waiting for it: there is nothing any more to answer about."""


def own_change() -> str:
    """What is said when the reader was the one who changed the record."""
    return _("You changed this in another window after you opened it here. Nothing of this window was stored.")


def changed_by(who: AbstractBaseUser | None, message: str, *, reader: AbstractBaseUser | None) -> str:
    """The `message` with `who` changed the record filled in, or other words when that was the reader, elsewhere."""
    if who is not None and who == reader:
        return own_change()
    return message % {"who": who or _("The system")}


def changed(record: Any, *, version: int, by: AbstractBaseUser | None) -> Stale:
    """Who changed the record since this version of it was shown."""
    return Stale(record, changed_by(record.updated_by, record.CHANGED, reader=by))


def require_current(record: Any, *, version: int, by: Any, stale: Callable[..., Stale] = changed) -> None:
    """Refuse an old version of a record that is not locked: before anything else is said of what was sent (rule 6)."""
    if version != record.version:
        raise stale(record, version=version, by=by)


def was_last(record: Editable, *, version: int, by: AbstractBaseUser) -> bool:
    """Whether this user made the one change since this version."""
    return (record.version, record.updated_by_id) == (version + 1, by.pk)


def anybody(record: models.Model, **_click: object) -> bool:
    """Whoever made it as it was to become: there is nothing left to do."""
    return True


def lock[Record: models.Model](rows: models.QuerySet[Record], pk: int, *, no_key: bool = False) -> Record:
    """The row with this id under lock; must run in a transaction. Raises Gone when it has just been removed."""
    # No joins under a lock: a row that changed while we waited would be joined with what it pointed to before.
    try:
        return rows.select_for_update(of=("self",), no_key=no_key).get(pk=pk)
    except ObjectDoesNotExist as error:
        raise Gone from error


def lock_all[Record: models.Model](rows: models.QuerySet[Record], *, no_key: bool = False) -> list[Record]:
    """All these rows under lock, in the order in which everybody takes them; must run in a transaction."""
    return list(rows.select_for_update(of=("self",), no_key=no_key).order_by("pk"))


def lock_tables(*tables: str) -> None:
    """Wait for all who write in these tables, and let nobody else until the transaction ends; reading goes on."""
    names = ", ".join(connection.ops.quote_name(table) for table in sorted(tables, key=LOCK_ORDER.index))
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {names} IN EXCLUSIVE MODE")


def hold(*queries: models.QuerySet, no_key: Container[type[models.Model]] = ()) -> list[list[models.Model]]:
    """The rows of several queries under lock, in LOCK_ORDER; must run in a transaction.

    Begun anew as long as another row came to one of them while a later one was waited for. Rows of the models of
    `no_key` may be named by others meanwhile: the database looks at what a new record names only when it is committed,
    below all other locks.
    """
    while True:
        start = transaction.savepoint_create()
        held = [lock_all(rows, no_key=rows.model in no_key) for rows in queries]
        if [{row.pk for row in rows} for rows in held] == [{*rows.values_list("pk", flat=True)} for rows in queries]:
            return held
        transaction.savepoint_rollback(start)


def claim[Record: models.Model](
    rows: models.QuerySet[Record],
    pk: int,
    *,
    version: int,
    by: AbstractBaseUser | None,
    same: Callable[[Record], bool] = lambda record: False,
    repeated: Callable[..., bool] = was_last,
    stale: Callable[..., Stale] = changed,
    no_key: bool = False,
) -> tuple[Record, bool]:
    """Lock the row with this id and check the submitted version; must run in a transaction.

    Returns the locked record and whether this very request was carried out before (a second click: the caller then
    answers with the first result). `same` tells whether the record is what it was to become, `repeated` whether this
    user's request made it so. Raises what `stale` gives for any other old version, Gone for a record just removed.
    With `no_key` nobody waits who only makes something that names the record.
    """
    locked: Any = lock(rows, pk, no_key=no_key)
    if locked.version == version:
        return locked, False
    if same(locked) and repeated(locked, version=version, by=by):
        return locked, True
    raise stale(locked, version=version, by=by)


def stamp(record: Any, *, by: AbstractBaseUser | None, at: datetime | None = None) -> None:
    """Raise the version of a locked record, and remember who changed it and when; the caller stores it."""
    record.version += 1
    record.updated_by, record.updated_at = by, at or timezone.now()


def commit[Record: models.Model](record: Record, *, fields: Iterable[str], by: AbstractBaseUser | None) -> Record:
    """Store the changed `fields` of a claimed record, with another version."""
    stamp(record, by=by)
    known = {field.name for field in record._meta.concrete_fields}
    record.save(update_fields=[*fields, *known.intersection(BOOKKEEPING)])
    return record


def commit_all(locked: Sequence[models.Model], *, by: AbstractBaseUser | None, **values: Any) -> int:
    """Store the same values in all these locked records, each with another version; how many there were."""
    if not locked:
        return 0
    model = type(locked[0])
    if issubclass(model, Versioned):
        values["updated_at"] = timezone.now()
    rows = model._base_manager.filter(pk__in=[row.pk for row in locked])
    return rows.update(**values, version=models.F("version") + 1, updated_by=by)


def made_before[Record: models.Model](token: UUID, model: type[Record]) -> Record | None:
    """The record that the form with this token has made already, if it is still there."""
    sent = Creation.objects.filter(token=token).first()
    return _made(sent, model) if sent else None


def _made[Record: models.Model](sent: Creation, model: type[Record]) -> Record | None:
    return model._base_manager.filter(pk=sent.key).first() if sent.kind == model._meta.label_lower else None


@transaction.atomic
def once[Record: models.Model](token: UUID | None, model: type[Record], make: Callable[[], Record]) -> Record:
    """What `make` creates; sent twice, also at the same moment, what the first one created, as long as it is there.

    The token is taken before anything is made: who comes second waits, and spends no number. Passes on what `make`
    raises.
    """
    if token is None:
        return make()
    kind = model._meta.label_lower
    sent, _new = Creation.objects.select_for_update().get_or_create(token=token, defaults={"kind": kind, "key": 0})
    if first := _made(sent, model):
        return first
    record = make()
    Creation.objects.filter(pk=sent.pk).update(kind=kind, key=record.pk)
    return record
