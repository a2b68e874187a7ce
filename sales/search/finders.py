"""The candidates of a search: of each kind of record those that may fit, in one statement with a limit.

The statement reads from indexes: exact numbers first, then names that begin like the text, then words that do, then
words of which some stand in the record and others in its customer. Nothing sorts or counts all that fits.
"""

from collections.abc import Callable, Iterator

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Left

from invoicing.models import Invoice
from projects.models import Project, ProjectNote
from relations.models import Contact, Relation, RelationNote
from relations.naming import fold
from relations.spread import OneOf, Together
from sales.models import Sale, SaleNote, SaleStatus
from sales.models.querysets import SaleQuerySet
from sales.search.hits import (
    CONTACT,
    INVOICE,
    NOTE,
    PROJECT,
    RELATION,
    SALE,
)
from sales.search.query import (
    CANDIDATES,
    MOST,
    SEARCHED,
    SearchQuery,
)
from salescrm.models import User
from salescrm.notes.models import OWN_NOTE, NoteKind
from salescrm.organisation.numbers import show_iban
from salescrm.words import Prepared, WordsQuery

LATEST = 1000  # sales among which the newest that fit are looked for first
PERSONS = 200  # whose positions are looked up: not every person is somebody's contact
OWN = 500  # records that hold the rare words, of which those are shown whose customer holds the common ones

WORDS = {model: Prepared(model.WORDS) for model in (Contact, Project, Invoice, SaleNote, RelationNote, ProjectNote)}
WORDS |= {model: Prepared(OWN_NOTE) for model in (Sale, Relation)}
IN_HIT = ("name", "number", "city")  # of a relation: what its hit always shows
PLACES = (
    "iban",
    "vat_number",
    "coc_number",
    "postcode",
    "street",
    "email",
    "invoice_email",
    "website",
)  # what it does not

type Branch = tuple[QuerySet, int]  # the rows of one way of searching, and the most of them that are read


def _read(enough: int, columns: tuple[str, ...], *branches: Branch) -> list[dict]:
    """The rows of one branch after the other; the database stops at `enough`."""
    parts = [rows.values(*columns)[:most] for rows, most in branches]
    united = parts[0].union(*parts[1:], all=True).order_by()[:enough] if parts[1:] else parts[0]
    return list({(row.get("about"), row.get("on_record"), row["pk"]): row for row in united}.values())


def _ranked(query: SearchQuery, rows: list[dict], *names: str, exact: Callable, then: Callable) -> list[dict]:
    """The rows that fit best first: by their numbers, by the beginning of these texts of them, then by `then`."""
    for row in rows:
        row["exact"] = exact(row)
        row["rank"] = query.rank(row, *names)
    return sorted(rows, key=lambda row: (row["rank"], *then(row)))


def _by_words(rows: QuerySet, own, words: WordsQuery) -> QuerySet:
    """The rows in whose own words words begin like these."""
    # PostgreSQL estimates that typed words are commoner than they are, and would read another index to its end for the
    # first twenty rows. A condition that always holds, but is estimated as rare, makes it use the index of words.
    return rows.alias(itself=F("pk") % 1, own=own).filter(itself=0, own=words)


def _in_words(rows: QuerySet, query: SearchQuery, own) -> list[Branch]:
    """Rows in whose own words words begin like the text, then those that hold some while their customer holds others.

    Nothing for a single letter: half of all words begin with it.
    """
    if query.is_letter:
        return []
    theirs = Q()
    if few := query.near.few():
        theirs |= Q(OneOf(F("customer"), few))
    for customers, others, _rest in query.near.many():
        theirs |= Q(OneOf(F("customer"), customers), own=others)
    if others := query.near.others():
        holding = _by_words(rows.model.objects.order_by(), own, others).values("pk")[:OWN]
        theirs |= Q(OneOf(F("pk"), ArraySubquery(holding)))
    branches = [(_by_words(rows, own, query.words), MOST)]
    if theirs:
        together = Together(own, F("customer__search"))
        branches.append((rows.alias(own=own, together=together).filter(theirs, together=query.words), MOST))
    return branches


def relations_like(query: SearchQuery) -> list[dict]:
    """Relations by their numbers, their name and what they are known by."""
    rows = Relation.objects.unmerged().order_by()
    exact = Q(number__in=query.meant) | Q(coc_number=query.compact) | Q(vat_number__in=query.numbers)
    if "@" in query.text:
        exact |= Q(email__iexact=query.text)
    branches = [(rows.filter(exact), MOST)]
    branches.append((rows.beginning_with(query.folded).order_by("sort_key", "pk"), CANDIDATES))
    if query.near.whole and not query.is_letter:
        branches.append((_by_words(rows, F("search"), query.words), MOST))
    matches = _read(CANDIDATES, RELATION, *branches)
    for row in matches:
        row["place"] = show_iban(iban) if (iban := query.place(row, *PLACES, besides=IN_HIT)) == row["iban"] else iban
    return _ranked(
        query, matches, "name", "sort_key",
        exact=lambda row: query.is_number(row["number"], row["coc_number"], row["vat_number"], row["email"]),
        then=lambda row: (not row["is_active"], row["sort_key"]),
    )  # fmt: skip


def contacts_like(query: SearchQuery, relations: list[dict]) -> list[dict]:
    """Contact persons by these relations, by their own words, or by person and organization together."""
    rows = Contact.objects.filter(person__merged_into=None).order_by()
    branches = [(rows.filter(person__in=[row["pk"] for row in relations]), CANDIDATES)]
    if not query.is_letter:
        if len(relations) >= MOST:  # else they are all there is, and the persons who fit are among them
            persons = Relation.objects.unmerged().filter(kind=Relation.Kind.PERSON).order_by()
            named = _by_words(persons, F("search"), query.words).values("pk")[:PERSONS]
            branches.append((rows.filter(person__in=named), MOST))
        branches.append((_by_words(rows, WORDS[Contact], query.words), MOST))
        branches += _of_organizations(rows, query)
    matches = _read(query.enough, CONTACT, *branches)
    for row in matches:
        row["place"] = query.place(row)
    return _ranked(
        query, matches, "person__name", "person__sort_key", "email",
        exact=lambda row: query.folded in (fold(row["email"]), fold(row["person__email"])),
        then=lambda row: (row["person__sort_key"],),
    )  # fmt: skip


def _of_organizations(rows: QuerySet, query: SearchQuery) -> list[Branch]:
    """Contact persons of whom some words name the person and others the organization."""
    theirs = Q()
    for relations, others, rest in query.near.many():
        person, organization = OneOf(F("person"), relations), OneOf(F("organization"), relations)
        theirs |= Q(person, OneOf(F("organization"), rest))
        if len(query.typed) == 2:  # of more words a common one would have too many compared, for a function or a phone
            theirs |= Q(Q(person) | Q(organization), own=others)
    if few := query.near.few():
        theirs |= Q(OneOf(F("person"), few)) | Q(OneOf(F("organization"), few))
    together = Together(WORDS[Contact], F("person__search"), F("organization__search"))
    rows = rows.alias(own=WORDS[Contact], together=together).filter(theirs, together=query.words)
    return [(rows.exclude(organization__search=query.words), MOST)] if theirs else []


def sales_like(query: SearchQuery, sales: SaleQuerySet, customers: list[int]) -> list[dict]:
    """Of these sales those that fit, by number, by these customers or by words; open and new ones first."""
    rows = sales.order_by()
    branches = [
        (rows.filter(Q(pk=query.id) | Q(external_reference__in=query.numbers)), MOST),
        (rows.filter(customer__in=customers), MOST),
        (_newest(rows, query), MOST),
        *_in_words(rows, query, F("search")),
    ]
    return _ranked(
        query, _read(query.enough, SALE, *branches), "subject", "customer__name",
        exact=lambda row: row["pk"] == query.id or row["external_reference"] in query.numbers,
        then=lambda row: (row["status"] != SaleStatus.OPEN, -row["updated_at"].timestamp()),
    )  # fmt: skip


def _newest(rows: QuerySet, query: SearchQuery) -> QuerySet:
    """Those among the latest sales that fit: of a word that many hold these are enough."""
    common = query.near.common  # then their customers are read too, which takes longer
    latest = Sale.objects.untrashed().order_by("-updated_at", "-pk").values("pk")[: LATEST // 2 if common else LATEST]
    rows = rows.filter(OneOf(F("pk"), ArraySubquery(latest)))
    if not common:
        return rows.filter(search=query.words)
    together = Together(F("search"), F("customer__search"))
    return rows.alias(together=together).filter(search=query.any, together=query.words)


def notes_like(query: SearchQuery, user: User, sales: SaleQuerySet) -> list[dict]:
    """Notes and calls by their text, of these sales and of what else this user may see; the newest first."""
    if query.is_letter:
        return []
    branches = [(branch, MOST) for branch in _notes(query, user, sales)]
    matches = _read(CANDIDATES, NOTE, *branches) if branches else []
    for row in matches:
        row["place"] = query.excerpt(row["text"])
    return _ranked(query, matches, exact=lambda row: False, then=lambda row: (-row["at"].timestamp(),))


def _notes(query: SearchQuery, user: User, sales: SaleQuerySet) -> Iterator[QuerySet]:
    """What was written on the timeline of each kind of record, and in the note of the record itself."""
    if user.has_perm("sales.view_sale"):
        names = "subject", "customer__name"
        yield _noted(SaleNote.objects.filter(sale__in=sales.order_by().values("pk")), query, "sale", *names)
        yield _described(sales.order_by(), query, "sale", *names)
    if user.has_perm("relations.view_relation"):
        relations, names = Relation.objects.unmerged().order_by(), ("name", "city")
        yield _noted(RelationNote.objects.filter(relation__merged_into=None), query, "relation", *names)
        yield _described(relations, query, "relation", *names)
    if user.has_perm("projects.view_project"):
        yield _noted(ProjectNote.objects.all(), query, "project", "name", "customer__name")


def _noted(notes: QuerySet, query: SearchQuery, about: str, title: str, of: str) -> QuerySet:
    heading = {
        "title": F(f"{about}__{title}"),
        "of": F(f"{about}__{of}"),
        "record": F(f"{about}_id"),
        "note_kind": F("kind"),
    }
    return _by_words(notes.order_by(), WORDS[notes.model], query.words).annotate(
        about=Value(about), on_record=Value(False), **heading
    )


def _described(rows: QuerySet, query: SearchQuery, about: str, title: str, of: str) -> QuerySet:
    heading = {"title": F(title), "of": F(of), "record": F("pk"), "note_kind": Value(NoteKind.NOTE.value)}
    contents = {"text": Left("note", SEARCHED), "at": F("updated_at")}
    return _by_words(rows, WORDS[rows.model], query.words).annotate(
        about=Value(about), on_record=Value(True), **heading, **contents
    )


def projects_like(query: SearchQuery, customers: list[int]) -> list[dict]:
    """Projects by number, by these customers or by words; the newest first."""
    return _numbered(query, Project, PROJECT, "name", customers)


def invoices_like(query: SearchQuery, customers: list[int]) -> list[dict]:
    """Invoices by number, by these customers or by words; the newest first."""
    return _numbered(query, Invoice, INVOICE, "subject", customers)


def _numbered(query: SearchQuery, model, columns: tuple[str, ...], name: str, customers: list[int]) -> list[dict]:
    rows = model.objects.order_by()
    branches = [
        (rows.filter(number__in=query.meant), MOST),
        (rows.filter(customer__in=customers), MOST),
        *_in_words(rows, query, WORDS[model]),
    ]
    return _ranked(
        query, _read(query.enough, columns, *branches), "number", name, "customer__name",
        exact=lambda row: query.is_number(row["number"]),
        then=lambda row: (-row["pk"],),
    )  # fmt: skip
