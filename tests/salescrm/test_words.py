"""What is stored and what is asked are folded alike, by Python and by the database."""

import unicodedata

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from relations.spread import all_of
from sales.search.finders import WORDS
from salescrm.words import fold, words

pytestmark = pytest.mark.django_db

# What both Python and the database know: a character that is in no version of either is nobody's name.
ANY = st.text(st.characters(exclude_categories=["Cs", "Cn"], exclude_characters="\0"))


def stored(texts: list[str]) -> list[list[str]]:
    """The words of these texts as the database makes them."""
    with connection.cursor() as cursor:
        words_of = "SELECT tsvector_to_array(salescrm_words(one, ''))"
        cursor.execute(f"{words_of} FROM unnest(%s::text[]) WITH ORDINALITY AS t (one, n) ORDER BY n", [texts])
        return [sorted(words_of_text) for (words_of_text,) in cursor.fetchall()]


def test_every_character_is_folded_alike_by_python_and_by_the_database():
    known = [chr(n) for n in range(1, 0x110000) if unicodedata.category(chr(n)) not in ("Cs", "Cn")]
    texts = [f"a{character}b" for character in known]
    differ = [
        (text, here, there)
        for text, here, there in zip(texts, (sorted(set(words(t))) for t in texts), stored(texts), strict=True)
        if here != there
    ]
    assert differ == []


@given(st.lists(ANY, min_size=1, max_size=20))
def test_every_text_is_folded_alike_by_python_and_by_the_database(texts):
    assert stored(texts) == [sorted(set(words(text))) for text in texts]


@given(ANY)
def test_folding_again_changes_nothing(text):
    assert fold(fold(text)) == fold(text)
    assert words(fold(text)) == words(text)
    assert [words(word) for word in words(text)] == [[word] for word in words(text)]


@pytest.mark.parametrize(
    ("written", "query"),
    [
        ("Großprojekt", "grossprojekt"), ("Ștefan", "stefan"), ("Nguyễn", "nguyen"), ("Йога", "йога"),
        ("ＡＢＣ　１２", "abc 12"), ("İstanbul", "istanbul"), ("Isparta", "ısparta"), ("ﬁnance", "finance"),
        ("Łódź", "lodz"), ("Ørsted", "orsted"), ("Æther", "aether"), ("Cafe\u0301", "café"),
        ("zero\u200bwidth", "zerowidth"),
        ("Οδυσσεύς", "ΟΔΥΣΣΕΥΣ"), ("STRAẞE", "strasse"), ("Þór", "thor"), ("м²", "м2"), ("Ĳsselmeer", "ijsselmeer"),
        ("co\u00adoperation", "cooperation"), ("¿Qué?", "que"), ("О’Нил", "о нил"), ("Œuvre", "oeuvre"),
    ],
)  # fmt: skip
def test_a_word_is_found_as_written_and_without_accents(written, query):
    assert words(written) == words(query) == words(unicodedata.normalize("NFD", written))


def test_hangul_is_found_as_it_is_typed():
    assert "".join(words("한국")).startswith("".join(words("하")))


@pytest.mark.parametrize("model", WORDS, ids=lambda model: model.__name__)
def test_words_put_together_once_are_the_statement_that_django_writes(model):
    """Also where the table of the model has another name in the statement: beside itself, and as a part of another."""
    own, query = WORDS[model], all_of(["acme"])
    for rows in (model.objects.order_by(), model.objects.filter(pk__in=model.objects.order_by().values("pk")[:5])):
        once, anew = (str(rows.alias(own=words).filter(own=query).query) for words in (own, own.words))
        assert once == anew
        inner, other = (
            str(rows.filter(pk__in=rows.model.objects.order_by().alias(own=words).filter(own=query).values("pk")).query)
            for words in (own, own.words)
        )
        assert inner == other
