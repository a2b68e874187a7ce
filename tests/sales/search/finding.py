"""What the tests of searching have in common: a relation that is found by its names, and what a search found."""

from relations.models import Relation
from relations.naming import apply_names
from sales.search.results import find


def named(relation: Relation, **values) -> Relation:
    """The relation with these values, findable by them."""
    for name, value in values.items():
        setattr(relation, name, value)
    apply_names(relation)
    relation.save()
    return relation


def titles(text: str, user, **options) -> dict[str, list[str]]:
    """What this user finds by this text, by kind."""
    return {group.kind: [hit.title for hit in group.hits] for group in find(text, user, **options)}
