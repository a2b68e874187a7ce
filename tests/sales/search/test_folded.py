"""What is stored and what is asked are folded alike: every name finds itself, as written and as people type it."""

import unicodedata
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from invoicing.models import Invoice
from projects.models import Project
from relations.choosing import matches
from relations.directory.filters import RelationFilter
from relations.models import Relation
from sales.models import Sale
from salescrm.words import words
from tests.factories import ContactFactory, InvoiceFactory, ProjectFactory, RelationFactory, SaleFactory
from tests.sales.search.finding import named, titles

pytestmark = pytest.mark.django_db

NAMES = [
    ("Großprojekt", "grossprojekt"), ("Ștefan", "stefan"), ("Nguyễn", "nguyen"), ("Йога", "йога"), ("ＡＢＣ", "abc"),
    ("한국어", "한국"), ("İstanbul", "istanbul"), ("ısparta", "isparta"), ("ﬁnance", "finance"), ("Łódź", "lodz"),
    ("Ørsted", "orsted"), ("Æther", "aether"), ("Zoe\u0308", "zoë"), ("zero\u200bwidth", "zerowidth"),
]  # fmt: skip
# What both Python and the database know, and as a name is typed: a line of at most a hundred characters.
LINE = st.text(st.characters(exclude_categories=["Cs", "Cn", "Cc"]), min_size=1, max_size=100)


@pytest.mark.parametrize(("name", "plain"), NAMES)
@pytest.mark.parametrize("way", ["name", "upper", "plain", "decomposed"])
def test_a_name_is_found_in_every_kind_of_record(company, manager, name, plain, way):
    spellings = {"name": name, "upper": name.upper(), "plain": plain, "decomposed": unicodedata.normalize("NFD", name)}
    home = named(RelationFactory(name=f"{name} house"))
    sale, project = SaleFactory(subject=f"{name} sale"), ProjectFactory(name=f"{name} project")
    invoice, contact = InvoiceFactory(subject=f"{name} invoice"), ContactFactory(function=f"{name} chief")

    text = spellings[way]
    assert titles(text, manager) == {
        "sale": [sale.subject], "relation": [home.name], "contact": [contact.person.name], "project": [project.name],
        "invoice": [f"{invoice.number} {invoice.subject}".strip()],
    }  # fmt: skip
    assert list(Sale.objects.search(text)) == [sale]
    assert list(Project.objects.search(text)) == [project]
    assert list(Invoice.objects.search(text)) == [invoice]
    assert list(RelationFilter.read(QueryDict(urlencode({"q": text}))).apply()) == [home]
    assert matches(Relation.objects.active(), f"{text} house") == [home]


@given(LINE)
def test_every_word_finds_the_text_it_stands_in(text):
    """In an index of words as all of them are; without a record for each of a hundred texts."""
    with connection.cursor() as cursor:
        for word in words(text):
            cursor.execute("SELECT salescrm_words(%s, '') @@ %s::tsquery", [text, f"{word}:*"])
            assert cursor.fetchone() == (True,)


@given(LINE)
def test_every_text_finds_the_sale_that_is_called_so(company, text):
    sale = Sale.objects.first() or SaleFactory()
    Sale.objects.filter(pk=sale.pk).update(subject=text)
    assert list(Sale.objects.search(text)) == ([sale] if words(text) else [])
