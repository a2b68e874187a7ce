"""One search for everything: of each kind the few records that fit a text best, however many there are.

One statement per kind, each a walk along indexes that stops at a fixed number of rows: exact numbers first, then names
that begin like the text, then words that do. Nothing sorts or counts all that fits, so that a word which every record
shares costs as little as a rare one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib.postgres.search import SearchVectorField
from django.db.models import BooleanField, F, Func, Q, QuerySet, Value
from django.urls import reverse

from invoicing.models import Invoice
from projects.models import Project
from relations.models import Contact, Relation
from relations.naming import fold, words
from relations.querysets import prefix_query
from sales.found import (
    CONTACT,
    INVOICE,
    PROJECT,
    RELATION,
    SALE,
    Hit,
    contact_hit,
    invoice_hit,
    project_hit,
    relation_hit,
    sale_hit,
    title_of,
)  # fmt: skip
from sales.models import Sale, SaleStatus
from salescrm.models import User

SHOWN = 5  # of each kind while one types
MOST = 20  # of each kind on the page
LONGEST = 200
LATEST = 1000  # sales among which the newest that fit are looked for first
CANDIDATES = 40
PERSONS = 200  # whose positions are looked up: not every person is somebody's contact
EXACT, BEGINS, WORDS = range(3)  # how well a record fits


@dataclass(frozen=True)
class Group:
    """The records of one kind that fit best; `url` is the list with all that do."""

    kind: str
    hits: list[Hit]
    url: str
    rank: int

    @property
    def title(self) -> str:
        """What they are called together."""
        return title_of(self.kind)


class Asked:
    """What was typed, in the forms in which it is looked for."""

    def __init__(self, text: str):
        self.text = " ".join(text.replace("\x00", "").split())[:LONGEST].strip()
        self.folded = fold(self.text.removeprefix("#"))
        self.query = prefix_query(self.text)
        self.compact = "".join(words(self.text)).upper()  # a number without the dots and spaces people write in it
        self.is_letter = len(self.compact) == 1  # too little to look for words: half of all begin with it
        self.numbers = {self.text, self.text.upper(), self.compact} - {""}

    @property
    def id(self) -> int | None:
        """The id of a record, typed as 123 or #123."""
        digits = self.text.removeprefix("#")
        return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 16 else None

    def rank(self, row: dict, *names: str) -> int:
        """How well a row fits, by these texts of it."""
        if row["exact"]:
            return EXACT
        return BEGINS if any(fold(row[name]).startswith(self.folded) for name in names) else WORDS


def find(text: str, user: User, *, limit: int = SHOWN) -> list[Group]:
    """At most `limit` records of each kind that this user may see and that fit; a kind with an exact hit first."""
    asked = Asked(text)
    if asked.query is None:
        return []
    groups = _groups(asked, user, limit)
    return sorted((group for group in groups if group.hits), key=lambda group: group.rank != EXACT)


def _groups(asked: Asked, user: User, limit: int) -> list[Group]:
    relations = _relations(asked)
    customers = [row["pk"] for row in relations[:MOST]]
    groups = []
    if user.has_perm("sales.view_sale"):
        groups.append(_group("sale", sale_hit, _sales(asked, user, customers), asked, limit))
    if user.has_perm("relations.view_relation"):
        contacts = _contacts(asked, relations)
        shown = {row["person_id"] for row in contacts[:limit]}
        alone = [row for row in relations if row["pk"] not in shown]
        groups.append(_group("relation", relation_hit, alone, asked, limit))
        groups.append(_group("contact", contact_hit, contacts, asked, limit))
    if user.has_perm("projects.view_project"):
        rows = _numbered(asked, Project.objects.all(), customers, PROJECT, "name")
        groups.append(_group("project", project_hit, rows, asked, limit))
    if user.has_perm("invoicing.view_invoice"):
        rows = _numbered(asked, Invoice.objects.all(), customers, INVOICE, "subject")
        groups.append(_group("invoice", invoice_hit, rows, asked, limit))
    return groups


def _group(kind: str, show: Callable[[dict], Hit], rows: list[dict], asked: Asked, limit: int) -> Group:
    hits = [show(row) for row in rows[:limit]]
    return Group(kind, hits, _list_of(kind, asked.text), rows[0]["rank"] if rows else WORDS)


def _list_of(kind: str, text: str) -> str:
    name, more = {
        "sale": ("sales:list", {}),
        "project": ("projects:list", {"status": "all"}),
        "invoice": ("invoicing:list", {}),
    }.get(kind, ("relations:list", {"active": "all"}))
    return f"{reverse(name)}?{urlencode({'q': text} | more)}"


def _read(columns: tuple[str, ...], *branches: tuple[QuerySet, int, bool]) -> list[dict]:
    """The rows of (queryset, most rows, exact) one after the other, in one statement; each record once.

    It stops at CANDIDATES: what would come after them is not even looked for.
    """
    parts = [
        rows.annotate(exact=Value(exact, output_field=BooleanField())).values(*columns, "exact")[:most]
        for rows, most, exact in branches
    ]
    found = {}
    united = parts[0].union(*parts[1:], all=True).order_by() if parts[1:] else parts[0]
    for row in united[:CANDIDATES]:
        found.setdefault(row["pk"], row)
    return list(found.values())


def _by_words(rows: QuerySet, asked: Asked, **words) -> list[tuple[QuerySet, int, bool]]:
    """The branch of `_read` for rows in which words begin like the text; none for a single letter."""
    if asked.is_letter:
        return []
    # The planner takes typed words for commoner than they are, and would walk another index to its end for the first
    # twenty rows. A condition that always holds, but looks rare, sends it to the index of words.
    return [(rows.alias(itself=F("pk") % 1).filter(itself=0, **words), MOST, False)]


def _ranked(rows: list[dict], asked: Asked, *names: str, then: Callable[[dict], tuple]) -> list[dict]:
    for row in rows:
        row["rank"] = asked.rank(row, *names)
    return sorted(rows, key=lambda row: (row["rank"], *then(row)))


def _relations(asked: Asked) -> list[dict]:
    rows = Relation.objects.kept().order_by()
    exact = Q(number__in=asked.numbers) | Q(coc_number=asked.compact) | Q(vat_number=asked.compact)
    if "@" in asked.text:
        exact |= Q(email__iexact=asked.text)
    found = _read(
        RELATION,
        (rows.filter(exact), MOST, True),
        (rows.beginning_with(asked.folded).order_by("sort_key", "pk"), CANDIDATES, False),
        *_by_words(rows, asked, search=asked.query),
    )
    return _ranked(found, asked, "name", "sort_key", then=lambda row: (not row["is_active"], row["sort_key"]))


def _contacts(asked: Asked, relations: list[dict]) -> list[dict]:
    rows = Contact.objects.filter(person__merged_into=None).order_by()
    known = rows.filter(person__in=[row["pk"] for row in relations])
    if len(relations) < MOST:  # they are all there is, and the persons who fit are among them
        more = []
    else:
        persons = Relation.objects.kept().filter(kind=Relation.Kind.PERSON).order_by().alias(itself=F("pk") % 1)
        named = persons.filter(itself=0, search=asked.query).values("pk")[:PERSONS]
        more = [] if asked.is_letter else [(rows.filter(person__in=named), MOST, False)]
    own = _by_words(rows.alias(words=Contact.WORDS), asked, words=asked.query)
    found = _read(CONTACT, (known, CANDIDATES, False), *more, *own)
    for row in found:
        row["exact"] = asked.folded in (fold(row["email"]), fold(row["person__email"]))
    return _ranked(
        found, asked, "person__name", "person__sort_key", "email", then=lambda row: (row["person__sort_key"],)
    )


class _Unindexed(Func):
    """The words of a sale, so that rows already found are compared one by one and no index is asked for all."""

    template = "(%(expressions)s || ''::tsvector)"
    output_field = SearchVectorField()


def _sales(asked: Asked, user: User, customers: list[int]) -> list[dict]:
    rows = Sale.objects.visible_to(user).order_by()
    latest = Sale.objects.kept().order_by("-updated_at", "-pk").values("pk")[:LATEST]
    newest = rows.alias(compared=_Unindexed("search")).filter(pk__in=latest, compared=asked.query)
    found = _read(
        SALE,
        (rows.filter(Q(pk=asked.id) | Q(external_reference__in=asked.numbers)), MOST, True),
        *([(rows.filter(customer__in=customers), MOST, False)] if customers else []),
        (newest, MOST, False),
        *_by_words(rows, asked, search=asked.query),
    )

    def newest_first(row: dict) -> tuple:
        return row["status"] != SaleStatus.OPEN, -row["updated_at"].timestamp()

    return _ranked(found, asked, "subject", "customer__name", then=newest_first)


def _numbered(asked: Asked, rows: QuerySet, customers: list[int], columns: tuple[str, ...], name: str) -> list[dict]:
    rows = rows.order_by()
    found = _read(
        columns,
        (rows.filter(number__in=asked.numbers), MOST, True),
        *([(rows.filter(customer__in=customers), MOST, False)] if customers else []),
        *_by_words(rows.alias(words=rows.model.WORDS), asked, words=asked.query),
    )
    return _ranked(found, asked, "number", name, "customer__name", then=lambda row: (-row["pk"],))


def look_up(records: list[tuple[str, int]], user: User) -> list[Hit]:
    """These records (kind and id) in this order, those left out that are gone or that this user may not see."""
    sources = {
        "sale": (Sale.objects.visible_to(user), SALE, sale_hit),
        "relation": (Relation.objects.kept(), RELATION, relation_hit),
        "project": (Project.objects.all(), PROJECT, project_hit),
        "invoice": (Invoice.objects.all(), INVOICE, invoice_hit),
    }
    permissions = {"relation": "relations.view_relation", "project": "projects.view_project"}
    permissions |= {"invoice": "invoicing.view_invoice", "sale": "sales.view_sale"}
    found = {}
    for kind, (rows, columns, show) in sources.items():
        wanted = [pk for known, pk in records if known == kind]
        if wanted and user.has_perm(permissions[kind]):
            found |= {(kind, row["pk"]): show(row) for row in rows.filter(pk__in=wanted).order_by().values(*columns)}
    return [found[record] for record in records if record in found]
