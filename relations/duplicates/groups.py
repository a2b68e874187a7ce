"""All groups of relations that may be the same, for whoever may merge them."""

from collections.abc import Iterator
from itertools import batched
from typing import NamedTuple

from django.db import connection
from django.utils.translation import gettext_lazy as _

from relations import legal_forms
from relations.models import Relation
from relations.naming import words

PER_PAGE = 25
MOST = 10  # relations of one group on a page
EVERYBODY = 2**31 - 1
REASONS = {
    "coc": _("same KvK number"), "vat": _("same VAT number"), "email": _("same e-mail address"),
    "name": _("same name"), "form": _("same name with another legal form"),
}  # fmt: skip
SURE = {"coc", "vat"}

# A relation that is marked as none of the others of a group is left out of it.
# One pass over each of the indexes; groups of exactly the same relations are one, with all the reasons.
GROUPS = """
WITH same AS (
    SELECT 'coc' AS reason, array_agg(id ORDER BY id) AS ids FROM relations_relation
    WHERE coc_number <> '' AND merged_into_id IS NULL GROUP BY coc_number, kind HAVING count(*) > 1
    UNION ALL
    SELECT 'vat', array_agg(id ORDER BY id) FROM relations_relation
    WHERE vat_number <> '' AND merged_into_id IS NULL GROUP BY vat_number, kind HAVING count(*) > 1
    UNION ALL
    SELECT 'name', array_agg(id ORDER BY id) FROM relations_relation
    WHERE name_key <> '' AND kind = 'organization' AND merged_into_id IS NULL GROUP BY name_key HAVING count(*) > 1
    UNION ALL
    SELECT 'email', array_agg(id ORDER BY id) FROM relations_relation
    WHERE email <> '' AND kind = 'person' AND merged_into_id IS NULL GROUP BY upper(email) HAVING count(*) > 1
), left_over AS (
    SELECT reason, CASE WHEN EXISTS (SELECT FROM relations_apart) THEN array(
        SELECT one FROM unnest(ids) one WHERE cardinality(ids) - 1 > (
            SELECT count(*) FROM relations_apart
            WHERE (first_id = one AND second_id = ANY(ids)) OR (second_id = one AND first_id = ANY(ids))
        ) ORDER BY one) ELSE ids END AS ids
    FROM same
)
SELECT ids[1:%s], cardinality(ids), array_agg(reason ORDER BY reason), count(*) OVER ()
FROM left_over WHERE ids <> '{}' GROUP BY ids
ORDER BY bool_or(reason IN ('coc', 'vat')) DESC, cardinality(ids) DESC, ids LIMIT %s OFFSET %s
"""


class Group(NamedTuple):
    """Relations that may be the same, the oldest first; `count` of them, of which some may not be listed here."""

    relations: list[Relation]
    count: int
    reasons: list[str]
    sure: bool

    @property
    def oldest(self) -> Relation:
        """The proposed survivor."""
        return self.relations[0]

    @property
    def more(self) -> int:
        """How many are not listed."""
        return self.count - len(self.relations)


def all_groups(chunk: int) -> Iterator[Group]:
    """Every group with everybody in it, in the order of the pages; the relations of so many groups are read at once."""
    with connection.cursor() as cursor:
        cursor.execute(GROUPS, [EVERYBODY, None, 0])
        rows = cursor.fetchall()
    for some in batched(rows, chunk):
        wanted = {pk for ids, *_rest in some for pk in ids}
        known = Relation.objects.select_related("relation_type", "owner").in_bulk(wanted)
        yield from (_group([known[pk] for pk in ids], count, set(reasons)) for ids, count, reasons, _total in some)


def groups(page: int) -> tuple[list[Group], int]:
    """One page of groups, the surest first, and how many groups there are; two statements."""
    with connection.cursor() as cursor:
        cursor.execute(GROUPS, [MOST, PER_PAGE, (page - 1) * PER_PAGE])
        rows = cursor.fetchall()
    wanted = {pk for ids, *_rest in rows for pk in ids}
    known = Relation.objects.for_list().in_bulk(wanted)
    return [_group([known[pk] for pk in ids], count, set(reasons)) for ids, count, reasons, _total in rows], (
        rows[0][3] if rows else 0
    )


def _group(relations: list[Relation], count: int, reasons: set[str]) -> Group:
    if "name" in reasons and len({legal_forms.split(words(row.name))[1] for row in relations} - {""}) > 1:
        reasons = reasons - {"name"} | {"form"}
    return Group(relations, count, [str(text) for key, text in REASONS.items() if key in reasons], bool(reasons & SURE))
