"""Changing what stands about our own company."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet

from salescrm.models import Organisation, User
from salescrm.numbering import NumberSeries
from salescrm.versions import claim, commit


@transaction.atomic
def change_organisation(
    *, values: dict, number_relations: bool, relation_pattern: str, invoice_pattern: str, version: int, by: User
) -> Organisation:
    """Store our company and the patterns of relation and invoice numbers; invoices are always numbered (rule 22).

    Refuses a stale version (rule 6), which is that of all of it. The same values change nothing.
    """
    patterns = {"relation": (number_relations, relation_pattern), "invoice": (True, invoice_pattern)}

    def is_same(stored: Organisation) -> bool:
        alike = all(getattr(stored, name) == value for name, value in values.items())
        return alike and {kind: known for kind, *known in _patterns(patterns)} == {
            kind: [*pattern] for kind, pattern in patterns.items()
        }

    stored, _repeated = claim(Organisation.objects.all(), 1, version=version, by=by, same=is_same)
    if is_same(stored):
        return stored
    for name, value in values.items():
        setattr(stored, name, value)
    commit(stored, fields=values, by=by)
    for kind, (is_active, pattern) in patterns.items():
        NumberSeries.objects.update_or_create(kind=kind, defaults={"is_active": is_active, "pattern": pattern})
    Organisation.forget()
    return stored


def _patterns(kinds: Iterable[str]) -> QuerySet:
    return NumberSeries.objects.filter(kind__in=kinds).values_list("kind", "is_active", "pattern")
