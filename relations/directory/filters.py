"""The list of relations: what it can be narrowed to, and its columns; nonsense is refused with 400."""

from dataclasses import dataclass, field

from django.core.exceptions import BadRequest
from django.db.models import F
from django.http import QueryDict
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from relations.models import Relation, RelationType
from relations.querysets import NAME_OF_MATCHES, RelationQuerySet
from salescrm.listing.columns import Column, filled
from salescrm.listing.state import Chip, Listing
from salescrm.models import User
from salescrm.url_words import without

WORDS = ("q", "kind", "type", "owner", "active")
ACTIVE = {"yes", "no", "all"}
COLUMNS = {
    "name": Column(gettext_lazy("Name"), "by_name", known=True),
    "number": Column(gettext_lazy("Number"), filled("number")),
    "type": Column(pgettext_lazy("relation", "Type"), ("relation_type__position", "relation_type__pk")),
    "city": Column(gettext_lazy("City"), filled("city")),
    "owner": Column(gettext_lazy("Owner"), "owner__name"),
    "reach": Column(format_lazy("{} · {}", gettext_lazy("E-mail"), gettext_lazy("Phone"))),
    "newest": Column(gettext_lazy("Created"), "created_at", known=True, backwards=True),
}
VISIBLE = ("name", "number", "type", "city", "owner", "reach")
LIST = Listing(COLUMNS, default="name", ties=("by_name", "pk"), parts="contacts")


@dataclass(frozen=True)
class RelationFilter:
    """Which relations the list shows."""

    q: str = ""
    kind: str = ""
    types: tuple[RelationType, ...] = ()
    owners: tuple[User | None, ...] = ()
    active: str = "yes"
    all_types: list[RelationType] = field(default_factory=list)
    all_users: list[User] = field(default_factory=list)

    @classmethod
    def read(cls, query: QueryDict) -> "RelationFilter":
        """Read a query string; an unknown word or value is a BadRequest, an empty one counts as absent."""
        LIST.read(query, WORDS)
        types, users = list(RelationType.objects.all()), list(User.objects.in_order())
        return cls(
            q=query.get("q", "").replace("\x00", "").strip()[:200],
            kind=_word(query, "kind", set(Relation.Kind.values), ""),
            types=_rows(query, "type", {str(row.pk): row for row in types}),
            owners=_rows(query, "owner", {"none": None} | {str(row.pk): row for row in users}),
            active=_word(query, "active", ACTIVE, "yes"),
            all_types=types,
            all_users=users,
        )

    def apply(self) -> RelationQuerySet:
        """The relations that fit, in no particular order and without joins: what is counted."""
        rows = Relation.objects.search(self.q) if self.q else Relation.objects.unmerged()
        if self.active != "all":
            rows = rows.filter(is_active=self.active == "yes")
        if self.kind:
            rows = rows.filter(kind=self.kind)
        if self.types:
            rows = rows.filter(relation_type__in=[row.pk for row in self.types])
        return rows.of_owners(self.owners) if self.owners else rows

    def for_list(self) -> RelationQuerySet:
        """The relations that fit with what the list shows, and with the name that they are put in order by."""
        return self.apply().for_list().alias(by_name=NAME_OF_MATCHES if self.q else F("sort_key"))

    @property
    def narrows(self) -> bool:
        """Whether it asks for anything."""
        return bool(self.q or self.kind or self.types or self.owners or self.active != "yes")

    @property
    def without_owner(self) -> bool:
        """Whether the query names relations without an owner."""
        return None in self.owners

    def chips(self, query: QueryDict) -> list[Chip]:
        """Each value of the query in words, words that are typed left out, with the address without it."""
        labels = {("kind", self.kind): Relation.Kind(self.kind).label.capitalize()} if self.kind else {}
        labels |= {("type", str(row.pk)): str(row) for row in self.types}
        labels |= {
            ("owner", str(row.pk) if row else "none"): row.label if row else _("No owner") for row in self.owners
        }
        if self.active != "yes":
            labels["active", self.active] = _("Deactivated") if self.active == "no" else _("Active and deactivated")
        return [Chip(text, without(query, word, value)) for (word, value), text in labels.items()]


def _word(query: QueryDict, name: str, allowed: set[str], default: str) -> str:
    values = [value for value in query.getlist(name) if value]
    if len(values) > 1 or not set(values) <= allowed:
        raise BadRequest(f"unknown value of {name}")
    return values[0] if values else default


def _rows(query: QueryDict, name: str, allowed: dict) -> tuple:
    values = [value for value in dict.fromkeys(query.getlist(name)) if value]
    if not set(values) <= set(allowed):
        raise BadRequest(f"unknown value of {name}")
    return tuple(allowed[value] for value in values)
