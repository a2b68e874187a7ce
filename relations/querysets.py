"""Queries about relations."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Self

from django.db import models
from django.db.models import BigIntegerField, Q, Value
from django.db.models.functions import Coalesce, Concat

from relations import legal_forms
from relations.naming import name_key, same_name
from salescrm import phones
from salescrm.calendar import today
from salescrm.lookups import LookupQuerySet
from salescrm.models import User
from salescrm.numbering import meant
from salescrm.words import LONGEST_WORD, WordsQuery, fold, words

SITE = re.compile(r"(?<!\w)(?:https?://(?:www\.)?|www\.)(?=\w)", re.IGNORECASE)
MOST_ALIKE = 50  # organizations of one name with any legal form
LONGEST, MOST_WORDS = 200, 20  # what a search looks at: the database looks every word up
LAST_CHARACTER = "\U0010ffff"
# By name, as an expression: the planner then sorts the matches of the search index instead of walking all names.
NAME_OF_MATCHES = Concat("sort_key", Value(""))


def typed(text: str) -> list[str]:
    """The words of what somebody typed, not too many; how a website begins says nothing."""
    text = text[:LONGEST]
    return (words(SITE.sub(" ", text)) or words(text))[:MOST_WORDS]


def prefix_query(text: str) -> WordsQuery | None:
    """Every word of `text` as a prefix, all required; None when the text holds no word.

    A number written with spaces or dots (KvK, btw, IBAN) is also tried as one word, and a phone number in it as any
    spelling of it is stored. Of a text that nobody types only the first words count.
    """
    text = unicodedata.normalize("NFKC", text[:LONGEST])[:LONGEST]  # full-width digits are digits
    terms = typed(text)
    if not terms:
        return None
    raw = " & ".join(islice(_spellings(text), MOST_WORDS))
    name, form = legal_forms.spelled(terms)
    if form and name:
        raw = f"({raw}) | {all_begin(name)} & ({''.join(form)}:* | {all_begin(form)})"
    if len(terms) > 1 and any(c.isdigit() for c in text):
        raw = f"({raw}) | {''.join(terms)[:LONGEST_WORD]}:*"
    return WordsQuery(raw)


def all_begin(terms: Iterable[str]) -> str:
    """All of these, as beginnings of words."""
    return " & ".join(f"{term}:*" for term in terms)


def _spellings(text: str) -> Iterator[str]:
    """What is required of a record: its words, and of each number that may be a phone's one of its spellings."""
    place = 0
    for run in phones.RUN.finditer(text):
        if spellings := [f"{word}:*" for word in phones.spellings(run[0])]:
            yield from (f"{word}:*" for word in typed(text[place : run.start()]))
            if not run[0].startswith("+"):  # else it is a phone's number and nothing else
                spellings.append(all_begin(words(run[0])))
            yield f"({' | '.join(spellings)})"
            place = run.end()
    yield from (f"{word}:*" for word in typed(text[place:]))


class RelationTypeQuerySet(LookupQuerySet):
    def proposed(self) -> Any:
        """The type proposed for a new relation: the default row, else the first active one."""
        return self.active().order_by("-is_default", "position", "pk").first()


class RelationQuerySet(models.QuerySet):
    model: Any  # which imports this module

    def active(self) -> Self:
        """Relations that are still in use."""
        return self.filter(is_active=True)

    def unmerged(self) -> Self:
        """All but the signposts: relations that were merged into another one are in no list."""
        return self.filter(merged_into=None)

    def led_to(self, pks: Iterable[int]) -> models.QuerySet:
        """The ids of the relations that these ids lead to: of one that was merged its survivor."""
        rows = self.filter(pk__in=pks).order_by()
        return rows.values_list(Coalesce("merged_into", "pk", output_field=BigIntegerField()), flat=True)

    def merged_from(self, pks: Iterable[int]) -> models.QuerySet:
        """The ids of the relations into which these were merged."""
        return self.filter(pk__in=pks, merged_into__isnull=False).order_by().values("merged_into")

    def selectable(self, current: Any = None) -> Self:
        """Active relations, and the current one even when it has been deactivated since."""
        return self.filter(Q(is_active=True) | Q(pk=getattr(current, "pk", current)))

    def organizations(self) -> Self:
        """Relations that can have contact persons."""
        return self.filter(kind=self.model.Kind.ORGANIZATION)

    def of_kinds(self, kinds: Iterable[str]) -> Self:
        """Relations of these kinds; of every kind when none is named."""
        return self.filter(kind__in=kinds) if kinds else self.all()

    def of_owners(self, owners: Iterable[User | None]) -> Self:
        """Relations of these users; None among them stands for relations without an owner."""
        condition = Q(owner__in=[owner.pk for owner in owners if owner])
        return self.filter(condition | Q(owner=None) if None in owners else condition)

    def search(self, text: str) -> Self:
        """Relations whose name, number, e-mail, city, KvK or btw-number holds words that begin like these, by name."""
        query = prefix_query(text)
        if query is None:
            return self.none()
        numbers = meant(text, on=today())
        condition = Q(search=query) | Q(number__in=numbers, merged_into=None) if numbers else Q(search=query)
        return self.filter(condition).order_by(NAME_OF_MATCHES, "pk")

    def namesakes(self, name: str) -> list[Any]:
        """Organizations of this name, however its legal form is spelled; decided in Python among those that look so."""
        kind = self.model.Kind.ORGANIZATION
        key, wanted = name_key(kind, name), same_name(kind, name)
        alike: Any = self.filter(kind=kind, name_key=key).order_by("sort_key", "pk")[:MOST_ALIKE] if key else []
        return [relation for relation in alike if same_name(kind, relation.name) == wanted]

    def beginning_with(self, text: str) -> Self:
        """Relations whose sort key begins with `text`: a range of the index on it."""
        key = fold(text).replace("\x00", "")  # the database knows no such character
        return self.filter(sort_key__gte=key, sort_key__lt=key + LAST_CHARACTER)

    def for_list(self) -> Self:
        """With what a list row shows."""
        return self.select_related("relation_type", "owner").defer("search", "note")

    def for_detail(self) -> Self:
        """With what the page of one relation shows."""
        return self.select_related("relation_type", "owner", "updated_by")
