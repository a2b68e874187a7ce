"""Writing relations: create, edit, deactivate, reactivate. One place for names, numbers, versions and tokens."""

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from relations.models import Relation, RelationType
from relations.naming import apply_names
from relations.querysets import RelationQuerySet
from salescrm.accounts.handing_over import Holding
from salescrm.calendar import today
from salescrm.conflicts import Stale, changed_by, lock
from salescrm.models import User
from salescrm.numbering import NumberSeries, next_number
from salescrm.organisation.numbers import COMPACT

DERIVED = ["name", "sort_key", "name_key", "domain"]
BOOKKEEPING = ["version", "updated_by", "updated_at"]


def create_relation(*, kind: str, values: dict, by: User | None, token: UUID | None) -> Relation:
    """Create a relation with its number; the same `token` twice gives the first record (rule 6).

    `values` holds fields of the form of its kind. Refuses a retired relation type.
    """
    try:
        with transaction.atomic():
            return _create(kind, values, by, token)
    except IntegrityError:
        first = Relation.objects.filter(create_token=token).first() if token else None
        if first is None:
            raise
        return first


def _create(kind: str, values: dict, by: User | None, token: UUID | None) -> Relation:
    relation = Relation(kind=kind, create_token=token, updated_by=by, **_compact(values))
    _refuse_retired(relation.relation_type)
    if token and Relation.objects.filter(create_token=token).exists():
        raise IntegrityError("this form has been sent before")  # no number is spent on it
    relation.number = next_number(NumberSeries.Kind.RELATION, on=today(), taken=_is_taken)
    apply_names(relation)
    relation.save(force_insert=True)
    return relation


def _is_taken(number: str) -> bool:
    return Relation.objects.filter(number=number).exists()


@transaction.atomic
def edit_relation(relation: Relation, *, values: dict, version: int, by: User) -> Relation:
    """Change fields of a relation. Refuses a stale version (rule 6), a relation type retired since and a merged one.

    Sent twice by the same user with the same values, the second time changes nothing.
    """
    locked = lock(Relation.objects.all(), relation.pk)
    _refuse_merged(locked)
    values = _compact(values)
    changed = [name for name, value in values.items() if getattr(locked, name) != value]
    if locked.version != version:
        if locked.version == version + 1 and locked.updated_by_id == by.pk and not changed:
            return locked
        raise stale(locked, by=by)
    if not changed:
        return locked
    if "relation_type" in changed:
        _refuse_retired(values["relation_type"])
    for name in changed:
        setattr(locked, name, values[name])
    apply_names(locked)
    return _commit(locked, [*changed, *DERIVED], by)


@transaction.atomic
def set_active(relation: Relation, *, active: bool, version: int, by: User) -> Relation:
    """Deactivate a relation (gone from new choices, kept on what it is part of) or bring it back.

    Refuses a merged one, and a stale version except when the relation already is as asked.
    """
    locked = lock(Relation.objects.all(), relation.pk)
    _refuse_merged(locked)
    if locked.is_active == active:
        return locked
    if locked.version != version:
        raise stale(locked, by=by)
    locked.is_active = active
    return _commit(locked, ["is_active"], by)


def hand_over(relations: RelationQuerySet, *, to: User, by: User) -> int:
    """Give these relations another owner; how many there were. Runs in the caller's transaction."""
    keys = [row.pk for row in relations.select_for_update(of=("self",)).order_by("pk").only("pk")]
    changes = {"owner": to, "version": F("version") + 1, "updated_by": by, "updated_at": timezone.now()}
    return Relation.objects.filter(pk__in=keys).update(**changes)


def words(count: int) -> str:
    """How many relations somebody holds; `shown` is the figure as the reader writes it."""
    return ngettext("%(shown)s relation", "%(shown)s relations", count)


HOLDING = Holding(
    key="relations", rows=lambda: Relation.objects.kept(), holder="owner", hand_over=hand_over, words=words,
    url="relations:list", query={"active": "all"},
)  # fmt: skip


def _refuse_retired(relation_type: RelationType) -> None:
    if not relation_type.is_active:
        why = _("This relation type is retired. Choose another one.")
        raise ValidationError({"relation_type": why}, code="retired")


def _refuse_merged(relation: Relation) -> None:
    if relation.merged_into_id:
        why = _("This relation has been merged into %(name)s. Change that one instead.")
        raise ValidationError(why % {"name": relation.merged_into}, code="merged")


def stale(current: Relation, *, by: User) -> Stale:
    """Somebody changed the relation since it was shown."""
    message = _("%(who)s changed this relation after you opened it. Nothing of yours was stored.")
    return Stale(current, changed_by(current.updated_by, message, reader=by))


def _commit(relation: Relation, fields: list[str], by: User) -> Relation:
    relation.version += 1
    relation.updated_by = by
    relation.save(update_fields=[*fields, *BOOKKEEPING])
    return relation


def _compact(values: dict) -> dict:
    return {name: _stored(name, value) for name, value in values.items()}


def _stored(name: str, value: Any) -> Any:
    if name in COMPACT and value:
        return COMPACT[name](value)
    return value.replace("\r\n", "\n") if isinstance(value, str) else value
