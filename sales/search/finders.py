"""Of each kind of record those that may fit what was typed, in one statement that stops at a fixed number of rows.

It walks along indexes: exact numbers first, then names that begin like the text, then words that do, then words of
which some stand in the record and others in its customer. Nothing sorts or counts all that fits.
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
    Asked,
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
# Where in a relation something may stand that its hit does not show by itself.
SHOWN = ("name", "number", "city")
PLACES = ("iban", "vat_number", "coc_number", "postcode", "street", "email", "invoice_email", "website")

type Branch = tuple[QuerySet, int]  # a way of looking, and the most rows it brings


def _read(enough: int, columns: tuple[str, ...], *branches: Branch) -> list[dict]:
    """The rows of one way of looking after the other; what would come after `enough` is not even looked for."""
    parts = [rows.values(*columns)[:most] for rows, most in branches]
    united = parts[0].union(*parts[1:], all=True).order_by()[:enough] if parts[1:] else parts[0]
    return list({(row.get("about"), row.get("on_record"), row["pk"]): row for row in united}.values())


def _ranked(asked: Asked, rows: list[dict], *names: str, exact: Callable, then: Callable) -> list[dict]:
    """The rows that fit best first: by their numbers, by the beginning of these texts of them, then by `then`."""
    for row in rows:
        row["exact"] = exact(row)
        row["rank"] = asked.rank(row, *names)
    return sorted(rows, key=lambda row: (row["rank"], *then(row)))


def _by_words(rows: QuerySet, own, query: WordsQuery) -> QuerySet:
    """The rows in whose own words words begin like these."""
    # The planner takes typed words for commoner than they are, and would walk another index to its end for the first
    # twenty rows. A condition that always holds, but looks rare, sends it to the index of words.
    return rows.alias(itself=F("pk") % 1, own=own).filter(itself=0, own=query)


def _in_words(rows: QuerySet, asked: Asked, own) -> list[Branch]:
    """Rows in whose own words words begin like the text, then those that hold some while their customer holds others.

    A single letter is not looked for: half of all begin with it.
    """
    if asked.is_letter:
        return []
    theirs = Q()
    if few := asked.near.few():
        theirs |= Q(OneOf(F("customer"), few))
    for customers, others, _rest in asked.near.many():
        theirs |= Q(OneOf(F("customer"), customers), own=others)
    if others := asked.near.others():
        holding = _by_words(rows.model.objects.order_by(), own, others).values("pk")[:OWN]
        theirs |= Q(OneOf(F("pk"), ArraySubquery(holding)))
    branches = [(_by_words(rows, own, asked.query), MOST)]
    if theirs:
        together = Together(own, F("customer__search"))
        branches.append((rows.alias(own=own, together=together).filter(theirs, together=asked.query), MOST))
    return branches


def relations_like(asked: Asked) -> list[dict]:
    """Relations by their numbers, their name and what they are known by."""
    rows = Relation.objects.unmerged().order_by()
    exact = Q(number__in=asked.meant) | Q(coc_number=asked.compact) | Q(vat_number__in=asked.numbers)
    if "@" in asked.text:
        exact |= Q(email__iexact=asked.text)
    branches = [(rows.filter(exact), MOST)]
    branches.append((rows.beginning_with(asked.folded).order_by("sort_key", "pk"), CANDIDATES))
    if asked.near.whole and not asked.is_letter:
        branches.append((_by_words(rows, F("search"), asked.query), MOST))
    found = _read(CANDIDATES, RELATION, *branches)
    for row in found:
        row["place"] = show_iban(iban) if (iban := asked.place(row, *PLACES, besides=SHOWN)) == row["iban"] else iban
    return _ranked(
        asked, found, "name", "sort_key",
        exact=lambda row: asked.is_number(row["number"], row["coc_number"], row["vat_number"], row["email"]),
        then=lambda row: (not row["is_active"], row["sort_key"]),
    )  # fmt: skip


def contacts_like(asked: Asked, relations: list[dict]) -> list[dict]:
    """Contact persons by the relations that were found, by their own words, or by person and organization together."""
    rows = Contact.objects.filter(person__merged_into=None).order_by()
    branches = [(rows.filter(person__in=[row["pk"] for row in relations]), CANDIDATES)]
    if not asked.is_letter:
        if len(relations) >= MOST:  # else they are all there is, and the persons who fit are among them
            persons = Relation.objects.unmerged().filter(kind=Relation.Kind.PERSON).order_by()
            named = _by_words(persons, F("search"), asked.query).values("pk")[:PERSONS]
            branches.append((rows.filter(person__in=named), MOST))
        branches.append((_by_words(rows, WORDS[Contact], asked.query), MOST))
        branches += _of_organizations(rows, asked)
    found = _read(asked.enough, CONTACT, *branches)
    for row in found:
        row["place"] = asked.place(row)
    return _ranked(
        asked, found, "person__name", "person__sort_key", "email",
        exact=lambda row: asked.folded in (fold(row["email"]), fold(row["person__email"])),
        then=lambda row: (row["person__sort_key"],),
    )  # fmt: skip


def _of_organizations(rows: QuerySet, asked: Asked) -> list[Branch]:
    """Contact persons of whom some words name the person and others the organization."""
    theirs = Q()
    for relations, others, rest in asked.near.many():
        person, organization = OneOf(F("person"), relations), OneOf(F("organization"), relations)
        theirs |= Q(person, OneOf(F("organization"), rest))
        if len(asked.typed) == 2:  # of more words a common one would have too many compared, for a function or a phone
            theirs |= Q(Q(person) | Q(organization), own=others)
    if few := asked.near.few():
        theirs |= Q(OneOf(F("person"), few)) | Q(OneOf(F("organization"), few))
    together = Together(WORDS[Contact], F("person__search"), F("organization__search"))
    rows = rows.alias(own=WORDS[Contact], together=together).filter(theirs, together=asked.query)
    return [(rows.exclude(organization__search=asked.query), MOST)] if theirs else []


def sales_like(asked: Asked, sales: SaleQuerySet, customers: list[int]) -> list[dict]:
    """Of these sales those that fit, by number, by these customers or by words; open and new ones first."""
    rows = sales.order_by()
    branches = [
        (rows.filter(Q(pk=asked.id) | Q(external_reference__in=asked.numbers)), MOST),
        (rows.filter(customer__in=customers), MOST),
        (_newest(rows, asked), MOST),
        *_in_words(rows, asked, F("search")),
    ]
    return _ranked(
        asked, _read(asked.enough, SALE, *branches), "subject", "customer__name",
        exact=lambda row: row["pk"] == asked.id or row["external_reference"] in asked.numbers,
        then=lambda row: (row["status"] != SaleStatus.OPEN, -row["updated_at"].timestamp()),
    )  # fmt: skip


def _newest(rows: QuerySet, asked: Asked) -> QuerySet:
    """Those among the latest sales that fit: a word that many hold is soon found there."""
    common = asked.near.common  # then their customers are looked at too, which takes longer
    latest = Sale.objects.untrashed().order_by("-updated_at", "-pk").values("pk")[: LATEST // 2 if common else LATEST]
    rows = rows.filter(OneOf(F("pk"), ArraySubquery(latest)))
    if not common:
        return rows.filter(search=asked.query)
    together = Together(F("search"), F("customer__search"))
    return rows.alias(together=together).filter(search=asked.any, together=asked.query)


def notes_like(asked: Asked, user: User, sales: SaleQuerySet) -> list[dict]:
    """Notes and calls by what they say, of these sales and what else this user may see; the newest that were found."""
    if asked.is_letter:
        return []
    branches = [(branch, MOST) for branch in _notes(asked, user, sales)]
    found = _read(CANDIDATES, NOTE, *branches) if branches else []
    for row in found:
        row["place"] = asked.excerpt(row["text"])
    return _ranked(asked, found, exact=lambda row: False, then=lambda row: (-row["at"].timestamp(),))


def _notes(asked: Asked, user: User, sales: SaleQuerySet) -> Iterator[QuerySet]:
    """What was written on the timeline of each kind of record, and in the note of the record itself."""
    if user.has_perm("sales.view_sale"):
        names = "subject", "customer__name"
        yield _noted(SaleNote.objects.filter(sale__in=sales.order_by().values("pk")), asked, "sale", *names)
        yield _described(sales.order_by(), asked, "sale", *names)
    if user.has_perm("relations.view_relation"):
        relations, names = Relation.objects.unmerged().order_by(), ("name", "city")
        yield _noted(RelationNote.objects.filter(relation__merged_into=None), asked, "relation", *names)
        yield _described(relations, asked, "relation", *names)
    if user.has_perm("projects.view_project"):
        yield _noted(ProjectNote.objects.all(), asked, "project", "name", "customer__name")


def _noted(notes: QuerySet, asked: Asked, about: str, title: str, of: str) -> QuerySet:
    named = {"title": F(f"{about}__{title}"), "of": F(f"{about}__{of}"), "record": F(f"{about}_id"), "said": F("kind")}
    return _by_words(notes.order_by(), WORDS[notes.model], asked.query).annotate(
        about=Value(about), on_record=Value(False), **named
    )


def _described(rows: QuerySet, asked: Asked, about: str, title: str, of: str) -> QuerySet:
    named = {"title": F(title), "of": F(of), "record": F("pk"), "said": Value(NoteKind.NOTE.value)}
    told = {"text": Left("note", SEARCHED), "at": F("updated_at")}
    return _by_words(rows, WORDS[rows.model], asked.query).annotate(
        about=Value(about), on_record=Value(True), **named, **told
    )


def projects_like(asked: Asked, customers: list[int]) -> list[dict]:
    """Projects by number, by these customers or by words; the newest first."""
    return _numbered(asked, Project, PROJECT, "name", customers)


def invoices_like(asked: Asked, customers: list[int]) -> list[dict]:
    """Invoices by number, by these customers or by words; the newest first."""
    return _numbered(asked, Invoice, INVOICE, "subject", customers)


def _numbered(asked: Asked, model, columns: tuple[str, ...], name: str, customers: list[int]) -> list[dict]:
    rows = model.objects.order_by()
    branches = [
        (rows.filter(number__in=asked.meant), MOST),
        (rows.filter(customer__in=customers), MOST),
        *_in_words(rows, asked, WORDS[model]),
    ]
    return _ranked(
        asked, _read(asked.enough, columns, *branches), "number", name, "customer__name",
        exact=lambda row: asked.is_number(row["number"]),
        then=lambda row: (-row["pk"],),
    )  # fmt: skip
