"""Writing relations: create, edit, give another type or owner, deactivate. One place for names, numbers and types."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from relations.models import Relation, RelationType
from relations.naming import apply_names
from salescrm.accounts.handing_over import check_owner
from salescrm.calendar import today
from salescrm.models import User
from salescrm.numbering import NumberSeries, next_number
from salescrm.organisation.numbers import COMPACT
from salescrm.versions import Refused, Stale, anybody, changed, claim, commit, commit_all, lock, once

DERIVED = ["name", "sort_key", "name_key", "domain"]


def create_relation(*, kind: str, values: dict, by: User | None, token: UUID | None) -> Relation:
    """Create a relation with its number; the same `token` twice gives the first record (rule 6).

    `values` holds fields of the form of its kind. Refuses a retired relation type and an owner who has just been
    deactivated.
    """
    return once(token, Relation, lambda: _create(kind, values, by))


def _create(kind: str, values: dict, by: User | None) -> Relation:
    relation = Relation(kind=kind, updated_by=by, **_compact(values))
    _refuse_retired(relation.relation_type)
    check_owner(relation.owner, field="owner")
    relation.number = next_number(NumberSeries.Kind.RELATION, on=today(), taken=_is_taken)
    apply_names(relation)
    relation.save(force_insert=True)
    return relation


def _is_taken(number: str) -> bool:
    return Relation.objects.filter(number=number).exists()


@transaction.atomic
def edit_relation(relation: Relation, *, values: dict, version: int, by: User) -> Relation:
    """Change fields of a relation.

    Refuses a stale version (rule 6), a relation type retired since, an owner deactivated since and a merged one.
    Sent twice by the same user with the same values, the second time changes nothing.
    """
    values = _compact(values)
    locked, repeated = _claim(relation, version, by, same=lambda stored: not _other(stored, values))
    names = _other(locked, values)
    if repeated or not names:
        return locked
    if "relation_type" in names:
        _refuse_retired(values["relation_type"])
    if "owner" in names:
        check_owner(values["owner"], field="owner")
    for name in names:
        setattr(locked, name, values[name])
    apply_names(locked)
    return commit(locked, fields=[*names, *DERIVED], by=by)


def _other(relation: Relation, values: dict) -> list[str]:
    return [name for name, value in values.items() if getattr(relation, name) != value]


@transaction.atomic
def set_active(relation: Relation, *, active: bool, version: int, by: User) -> Relation:
    """Deactivate a relation (no new record can choose it, those that name it still do) or bring it back.

    Refuses a merged one, and a stale version unless the relation is already (in)active as wanted.
    """
    locked, _repeated = _claim(relation, version, by, same=lambda stored: stored.is_active == active, repeated=anybody)
    if locked.is_active == active:
        return locked
    locked.is_active = active
    return commit(locked, fields=["is_active"], by=by)


@transaction.atomic
def become(relation: Relation, relation_type: RelationType, *, by: User) -> Relation:
    """Let a relation be of another type, as an acceptance does (rule 8); of that type already it changes nothing.

    Nobody has seen a version of it: whatever else was changed stays.
    """
    if relation.relation_type_id == relation_type.pk:
        return relation
    locked = lock(Relation.objects.all(), relation.pk)
    locked.relation_type = relation_type
    return commit(locked, fields=["relation_type"], by=by)


def retype_all(locked: list[Relation], *, to: RelationType, by: User) -> int:
    """Let all these locked relations be of another type; how many there were."""
    return commit_all(locked, relation_type=to, by=by)


def _claim(relation: Relation, version: int, by: User, **ways: Any) -> tuple[Relation, bool]:
    """As claim(); a relation that was merged meanwhile is refused for that, whatever its version."""
    rows = Relation.objects.all()
    locked, repeated = claim(rows, relation.pk, version=version, by=by, stale=stale, **ways)
    _refuse_merged(locked)
    return locked, repeated


def stale(relation: Relation, *, version: int, by: User) -> Stale:
    """Who changed the relation since this version was shown. Refuses a merged one."""
    _refuse_merged(relation)
    return changed(relation, version=version, by=by)


def _refuse_retired(relation_type: RelationType) -> None:
    if not relation_type.is_active:
        why = _("This relation type is retired. Choose another one.")
        raise Refused({"relation_type": why}, code="retired")


def _refuse_merged(relation: Relation) -> None:
    if relation.merged_into_id:
        why = _("This relation has been merged into %(name)s. Change that one instead.")
        raise Refused(why % {"name": relation.merged_into}, code="merged")


def _compact(values: dict) -> dict:
    return {name: _stored(name, value) for name, value in values.items()}


def _stored(name: str, value: Any) -> Any:
    if name in COMPACT and value:
        return COMPACT[name](value)
    return value.replace("\r\n", "\n") if isinstance(value, str) else value
