"""Texts as they are compared and searched: stored texts and queries are folded by one definition.

It stands here for Python and, as a copy that stays as it was, in the migration that makes the same functions in the
database (`salescrm_folded`, `salescrm_words`): generated columns and indexes use those, so that every
way to store a text applies them. A test compares the two over every character there is. Who changes one makes a
migration for the other.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import Any, Self

from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Expression, F, Func, Model, TextField, Value
from django.db.models.functions import Concat
from django.db.models.sql import Query

# Patterns in the part of their language that Python and PostgreSQL share.
# What falls off: accents, vowel points, and what nobody sees, such as a soft hyphen.
MARKS = (
    r"[\u00ad\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u061c\u0640"
    r"\u064b-\u065f\u0670\u06d6-\u06dc\u1ab0-\u1aff\u180b-\u180f\u1dc0-\u1dff\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    r"\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f\ufeff\U000e0000-\U000e0fff]"
)
# What stands between words: punctuation, spaces, signs and pictures.
BETWEEN = (
    r"[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf\u00d7\u00f7\u02b9-\u02df\u0375\u037e\u0384\u0385\u0387"
    r"\u055a-\u055f\u0589\u058a\u05be\u05c0\u05c3\u05c6\u05f3\u05f4\u0600-\u060f\u061b\u061d-\u061f\u066a-\u066d\u06d4"
    r"\u0964\u0965\u0970\u0e4f\u0e5a\u0e5b\u104a-\u104f\u1360-\u1368\u1680\u17d4-\u17da\u1800-\u180a\u2000-\u200a"
    r"\u2010-\u2029\u202f-\u205f\u20a0-\u20cf\u2190-\u2bff\u2e00-\u2e7f\u3000-\u3004\u3008-\u3020\u3030\u303d-\u303f"
    r"\u30a0\u30fb\ue000-\uf8ff\ufffd\U0001f000-\U0001faff]+"
)
# Letters that have no accent to lose, and the letters people type for them.
SIGNS = {"ß": "ss", "æ": "ae", "œ": "oe", "þ": "th"}
LETTERS = {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "ı": "i", "ĸ": "k", "ς": "σ", "ŋ": "n"}
TYPED = str.maketrans(SIGNS | LETTERS)
LONGEST_WORD = 100  # characters of a word that count

MARK, BREAK = re.compile(MARKS), re.compile(BETWEEN)


def fold(text: str) -> str:
    """Lower case without accents, single spaces: what sorting and comparing go by."""
    return " ".join(_letters(text).split())


def words(text: str) -> list[str]:
    """The folded words of a text, without any punctuation: `jan@acme.nl` is jan, acme and nl."""
    return [word[:LONGEST_WORD] for word in BREAK.sub(" ", _letters(text).replace("\0", " ")).split()]


def _letters(text: str) -> str:
    if text.isascii():
        return text.lower()
    # Before as well: accents by the thousand would be put in order in a time that grows with their square.
    bare = MARK.sub("", unicodedata.normalize("NFKD", MARK.sub("", text)))
    return "".join(map(str.lower, bare)).translate(TYPED)  # one by one: a sigma at the end of a word is a sigma


class WordsQuery(SearchQuery):
    """Words for the database as they are: folded already, and no parser has a say in what a word is."""

    template = "%(expressions)s::tsquery"

    def __init__(self, raw: str):
        super().__init__(raw, search_type="raw")


def folded(*columns: str | Expression, phones: tuple[str, ...] = ()) -> Func:
    """The words of these columns, for an index or a generated column and for the queries that use it."""
    return Func(_joined(columns), _joined(phones), function="salescrm_words", output_field=SearchVectorField())


def _joined(columns: tuple[str | Expression, ...]) -> Any:
    """These columns as one text; a comma stands between them, so that two numbers stay two."""
    if len(columns) < 2:
        return _column(columns[0]) if columns else Value("", output_field=TextField())
    between = [part for column in map(_column, columns) for part in (Value(", "), column)]
    return Concat(*between[1:], output_field=TextField())


def _column(column: str | Expression) -> Expression | F:
    return F(column) if isinstance(column, str) else column


class Prepared(Expression):
    """Words of a model's own columns as a query that names them several times wants them: put together only once."""

    output_field = SearchVectorField()

    def __init__(self, words: Func):
        super().__init__()
        self.words = words
        self.alias: str | None = None

    def resolve_expression(self, query: Any = None, *args: Any, **kwargs: Any) -> Self:
        clone = self.copy()
        clone.alias = query.get_initial_alias()
        return clone

    def relabeled_clone(self, change_map: Mapping[Any, str]) -> Self:
        clone = self.copy()
        clone.alias = change_map.get(self.alias, self.alias)
        return clone

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        sql, parameters, table = _written(self.words, compiler.query.model)
        quote = compiler.quote_name
        return sql.replace(f"{quote(table)}.", f"{quote(self.alias)}."), parameters


@cache
def _written(words: Func, model: type[Model]) -> tuple[str, list, str]:
    query = Query(model)
    resolved = words.resolve_expression(query)
    return *query.get_compiler(DEFAULT_DB_ALIAS).compile(resolved), model._meta.db_table
