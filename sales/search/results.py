"""One search for everything: of each kind the few records that fit a text best, however many there are.

One statement per kind (see finders), and one more when several words are typed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from invoicing.models import Invoice
from projects.models import Project
from relations.models import Relation
from sales.models import Sale
from sales.search.finders import (
    contacts_like,
    invoices_like,
    notes_like,
    projects_like,
    relations_like,
    sales_like,
)
from sales.search.hits import (
    INVOICE,
    PROJECT,
    RELATION,
    SALE,
    Hit,
    contact_hit,
    invoice_hit,
    note_hit,
    project_hit,
    relation_hit,
    sale_hit,
    title_of,
)  # fmt: skip
from sales.search.query import (
    EXACT,
    MOST,
    WORDS,
    SearchQuery,
)
from salescrm.models import User

SUGGESTIONS = 5  # hits of each kind while somebody types; the page has MOST


@dataclass(frozen=True)
class HitGroup:
    """The records of one kind that fit best; `url` is the list with all that do, if there is one."""

    kind: str
    hits: list[Hit]
    url: str
    rank: int

    @property
    def title(self) -> str:
        """What they are called together."""
        return title_of(self.kind)


def find(text: str, user: User, *, limit: int = SUGGESTIONS) -> list[HitGroup]:
    """At most `limit` records of each kind that this user may see and that fit; a kind with an exact hit first."""
    query = SearchQuery(text, limit)
    if query.words is None:
        return []
    groups = _groups(query, user, limit)
    return sorted((group for group in groups if group.hits), key=lambda group: group.rank != EXACT)


def _groups(query: SearchQuery, user: User, limit: int) -> list[HitGroup]:
    relations = relations_like(query)
    customers = [row["pk"] for row in relations[:MOST]]
    sales, groups = Sale.objects.visible_to(user), []
    if user.has_perm("sales.view_sale"):
        groups.append(_group("sale", sale_hit, sales_like(query, sales, customers), query, limit))
    if user.has_perm("relations.view_relation"):
        contacts = contacts_like(query, relations)
        persons = {row["person_id"] for row in contacts[:limit]}
        alone = [row for row in relations if row["pk"] not in persons]
        groups.append(_group("relation", relation_hit, alone, query, limit))
        groups.append(_group("contact", contact_hit, contacts, query, limit))
    if user.has_perm("projects.view_project"):
        groups.append(_group("project", project_hit, projects_like(query, customers), query, limit))
    if user.has_perm("invoicing.view_invoice"):
        groups.append(_group("invoice", invoice_hit, invoices_like(query, customers), query, limit))
    return [*groups, _group("note", note_hit, notes_like(query, user, sales), query, limit)]


def _group(kind: str, show: Callable[[dict], Hit], rows: list[dict], query: SearchQuery, limit: int) -> HitGroup:
    hits = [show(row) for row in rows[:limit]]
    return HitGroup(kind, hits, _list_of(kind, query.text), rows[0]["rank"] if rows else WORDS)


def _list_of(kind: str, text: str) -> str:
    if kind == "note":
        return ""
    name, more = {
        "sale": ("sales:list", {}),
        "project": ("projects:list", {"status": "all"}),
        "invoice": ("invoicing:list", {}),
    }.get(kind, ("relations:list", {"active": "all"}))
    return f"{reverse(name)}?{urlencode({'q': text} | more)}"


def look_up(records: list[tuple[str, int]], user: User) -> list[Hit]:
    """These records (kind and id) in this order, those left out that are gone or that this user may not see."""
    sources = {
        "sale": (Sale.objects.visible_to(user), SALE, sale_hit),
        "relation": (Relation.objects.unmerged(), RELATION, relation_hit),
        "project": (Project.objects.all(), PROJECT, project_hit),
        "invoice": (Invoice.objects.all(), INVOICE, invoice_hit),
    }
    permissions = {"relation": "relations.view_relation", "project": "projects.view_project"}
    permissions |= {"invoice": "invoicing.view_invoice", "sale": "sales.view_sale"}
    hits = {}
    for kind, (rows, columns, show) in sources.items():
        wanted = [pk for known, pk in records if known == kind]
        if wanted and user.has_perm(permissions[kind]):
            hits |= {(kind, row["pk"]): show(row) for row in rows.filter(pk__in=wanted).order_by().values(*columns)}
    return [hits[record] for record in records if record in hits]
