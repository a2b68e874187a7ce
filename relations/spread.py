"""Records of which some words stand in the record itself and others in its customer: "acme website"."""

from collections.abc import Iterable
from itertools import permutations, product
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.search import SearchVectorField
from django.db.models import BooleanField, F, Func, Q, QuerySet
from django.db.models.expressions import RawSQL

from relations.models import Relation
from relations.querysets import all_begin, prefix_query, typed
from salescrm.words import WordsQuery


class OneOf(Func):
    """`column = ANY (array)`: one parameter, or a subquery that is read once and lets an index be used beside `OR`."""

    template = "(%(expressions)s))"
    arg_joiner = " = ANY("
    output_field = BooleanField()


class Together(Func):
    """The words of several columns as one, compared row by row without an index."""

    template = "(%(expressions)s)"
    arg_joiner = " || "
    output_field = SearchVectorField()


def rareness(word: str) -> tuple:
    """Sorts first the words that probably the fewest records hold: numbers, then the longest."""
    return word.isalpha(), -len(word), word


def any_of(words: Iterable[str]) -> WordsQuery:
    """One of these words, as the beginning of a word."""
    return WordsQuery(" | ".join(f"{word}:*" for word in words))


def all_of(words: Iterable[str]) -> WordsQuery:
    """All of these words, as beginnings of words."""
    return WordsQuery(all_begin(words))


def array_of(keys: Iterable[int]) -> RawSQL:
    """These keys as one parameter."""
    return RawSQL("%s::bigint[]", [f"{{{','.join(map(str, keys))}}}"])


def search(rows: QuerySet, own: Any, text: str, *, number: Q) -> QuerySet:
    """The rows with this number, and those that hold every word of a text in their own words or in their customer's.

    Own words are an indexed expression.
    An index gives the rows with the two rarest words; only those are compared with the whole text.
    """
    query = prefix_query(text)
    if query is None:
        return rows.none()
    customers = Relation.objects.order_by().filter(search=query).values("pk")
    condition = number | Q(words=query) | Q(OneOf(F("customer"), ArraySubquery(customers)))
    if len(words := dict.fromkeys(typed(text))) > 1:
        pair = [any_of([word]) for word in sorted(words, key=rareness)[:2]]
        for part in _parts(rows.model.objects.order_by().alias(words=own), pair, query, more=len(words) > 2):
            condition |= Q(OneOf(F("pk"), ArraySubquery(part.values("pk"))))
    return rows.alias(words=own).filter(condition)


def _parts(rows: QuerySet, pair: list[WordsQuery], query: WordsQuery, *, more: bool) -> list[QuerySet]:
    """The rows with both words of a pair, for each way in which the two can stand in a row and in its customer."""
    places = ("words", "customer__search")
    if not more:  # the other conditions already match words that are all in one place
        return [rows.filter(**dict(zip(order, pair, strict=True))) for order in permutations(places)]
    rows = rows.alias(together=Together(F("words"), F("customer__search"))).filter(together=query)
    return [rows.filter(**{one: pair[0]}).filter(**{other: pair[1]}) for one, other in product(places, repeat=2)]
