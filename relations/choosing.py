"""Choosing a relation by typing: the few that fit, those whose name begins that way first."""

from relations.models import Relation
from relations.naming import fold
from relations.querysets import RelationQuerySet

MOST_MATCHES = 20


def suggestions(relations: RelationQuerySet, text: str, *, limit: int = MOST_MATCHES) -> list[Relation]:
    """At most `limit` of `relations` that fit the typed `text`; without text the first by name.

    Two index scans, whatever the number of relations: names that begin like the text, then words that do.
    """
    relations = relations.select_related("relation_type").order_by("sort_key", "pk")
    if not text.strip():
        return list(relations[:limit])
    rows = list(relations.beginning_with(text)[:limit])
    if len(rows) < limit:
        known = [relation.pk for relation in rows]
        rows += relations.search(text).exclude(pk__in=known)[: limit - len(rows)]
    return rows


def matches(relations: RelationQuerySet, text: str) -> list[Relation]:
    """What a typed name can mean: the relations with exactly that name or number, else the organizations of that name
    with its legal form in another spelling, else all that fit.

    At most one more than the twenty that are shown, so that the caller knows there are more.
    """
    rows = suggestions(relations, text, limit=MOST_MATCHES + 1)
    wanted = fold(text)
    exact = [relation for relation in rows if wanted in (fold(relation.name), fold(relation.number))]
    return exact or relations.select_related("relation_type").namesakes(text) or rows
