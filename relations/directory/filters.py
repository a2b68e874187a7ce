"""The list of relations as its address says it: filter words, order and page; nonsense is refused with 400."""

from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urlencode

from django.core.exceptions import BadRequest
from django.db.models import F
from django.http import QueryDict
from django.utils.translation import gettext as _

from relations.models import Relation, RelationType
from relations.querysets import NAME_OF_MATCHES, RelationQuerySet
from salescrm.models import User
from salescrm.url_words import check_size, page_number

PAGE = 50
SORTS = {
    "name": ["sort_key", "pk"],
    "number": ["number", "pk"],
    "city": ["city", "sort_key", "pk"],
    "type": ["relation_type__position", "relation_type__pk", "sort_key", "pk"],
    "owner": ["owner__name", "sort_key", "pk"],
    "newest": ["-created_at", "-pk"],
}
WORDS = {"q", "kind", "type", "owner", "active", "sort", "page", "format", "rows"}
ACTIVE = {"yes", "no", "all"}


class Column(NamedTuple):
    """A head of the list: its title, the address that sorts by it, and how it sorts now."""

    title: str
    url: str
    sorted: str


@dataclass(frozen=True)
class RelationFilter:
    """What the list shows: which relations, in which order, which page."""

    q: str = ""
    kind: str = ""
    types: tuple[RelationType, ...] = ()
    owners: tuple[User | None, ...] = ()
    active: str = "yes"
    sort: str = "name"
    page: int = 1
    all_types: list[RelationType] = field(default_factory=list)
    all_users: list[User] = field(default_factory=list)

    @classmethod
    def read(cls, query: QueryDict) -> "RelationFilter":
        """Read a query string; an unknown word or value is a BadRequest, an empty one counts as absent."""
        check_size(query)
        if unknown := set(query) - WORDS:
            raise BadRequest(f"unknown filter: {', '.join(sorted(unknown))}")
        types, users = list(RelationType.objects.all()), list(User.objects.in_order())
        return cls(
            q=query.get("q", "").replace("\x00", "").strip()[:200],
            kind=_word(query, "kind", set(Relation.Kind.values), ""),
            types=_rows(query, "type", {str(row.pk): row for row in types}),
            owners=_rows(query, "owner", {"none": None} | {str(row.pk): row for row in users}),
            active=_word(query, "active", ACTIVE, "yes"),
            sort=_word(query, "sort", {*SORTS, *(f"-{name}" for name in SORTS)}, "name"),
            page=page_number(query.get("page", "")),
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

    def ordered(self) -> RelationQuerySet:
        """The relations that fit, as the list shows them."""
        names = SORTS[self.sort.removeprefix("-")]
        if self.sort.startswith("-"):
            names = [name.removeprefix("-") if name.startswith("-") else f"-{name}" for name in names]
        orders = {"-owner__name": F("owner__name").desc(nulls_last=True)}  # no owner stands last in either direction
        if self.q:
            orders |= {"sort_key": NAME_OF_MATCHES.asc(), "-sort_key": NAME_OF_MATCHES.desc()}
        return self.apply().for_list().order_by(*(orders.get(name, name) for name in names))

    @property
    def words(self) -> list[tuple[str, str]]:
        """The filter as pairs of a query string, defaults left out, without the page."""
        pairs = [("q", self.q), ("kind", self.kind)]
        pairs += [("type", str(row.pk)) for row in self.types]
        pairs += [("owner", str(row.pk) if row else "none") for row in self.owners]
        pairs += [("active", self.active if self.active != "yes" else "")]
        pairs += [("sort", self.sort if self.sort != "name" else "")]
        return [(name, value) for name, value in pairs if value]

    @property
    def narrowed(self) -> bool:
        """Whether anything but order and page is set."""
        return any(name != "sort" for name, _value in self.words)

    @property
    def without_owner(self) -> bool:
        """Whether the query names relations without an owner."""
        return None in self.owners

    def url(self, *, without: tuple[str, str] | None = None, page: int = 1, sort: str = "") -> str:
        """The query string of this list with one word left out, at another page, or in another order."""
        pairs = [pair for pair in self.words if pair != without and not (sort and pair[0] == "sort")]
        pairs += [("sort", sort)] if sort and sort != "name" else []
        pairs += [("page", str(page))] if page > 1 else []
        return "?" + urlencode(pairs)

    def columns(self) -> list["Column"]:
        """The heads of the list, each with the order it gives when clicked."""
        titles = {"name": _("Name"), "number": _("Number"), "type": _("Type"), "city": _("City"), "owner": _("Owner")}
        return [
            Column(
                title,
                self.url(sort=f"-{name}" if self.sort == name else name),
                {name: "ascending", f"-{name}": "descending"}.get(self.sort, ""),
            )
            for name, title in titles.items()
        ]

    def chips(self) -> list[tuple[str, str]]:
        """Each word of the query as (label, address without it)."""
        labels = {("kind", kind.value): kind.label.capitalize() for kind in Relation.Kind}
        labels |= {("type", str(row.pk)): str(row) for row in self.types}
        labels |= {("owner", str(row.pk)): row.label for row in self.owners if row} | {("owner", "none"): _("No owner")}
        labels |= {("active", "no"): _("Deactivated"), ("active", "all"): _("Active and deactivated")}
        return [(labels[pair], self.url(without=pair)) for pair in self.words if pair in labels]


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
