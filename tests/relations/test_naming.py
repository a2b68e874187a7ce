"""How names sort and are found."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db.models import Func

from relations.choosing import matches, suggestions
from relations.models import Relation, RelationType
from relations.naming import apply_names, fold, full_name, person_key, words
from relations.saving import create_relation


@pytest.mark.parametrize(
    ("parts", "name", "key"),
    [
        (("Jan", "van der", "Berg"), "Jan van der Berg", "berg, jan van der"),
        (("Zoë", "", "Éclair"), "Zoë Éclair", "eclair, zoe"),
        (("", "de", "Vries"), "de Vries", "vries, de"),
        (("Henk", "", ""), "Henk", "henk"),
    ],
)
def test_person_is_called_and_sorted_the_dutch_way(parts, name, key):
    assert (full_name(*parts), person_key(*parts)) == (name, key)


def test_fold_strips_accents_capitals_and_spaces():
    assert fold("  Café  ÇELIK ß ") == "cafe celik ss"


def test_words_are_split_at_every_punctuation():
    assert words("jan.de_vries@Acme-Groep.nl") == ["jan", "de", "vries", "acme", "groep", "nl"]


@pytest.mark.django_db
def test_what_one_searches_for_is_stored_whoever_stores_it(company):
    relation = Relation.objects.create(
        name="Bakkerij 't Hoekje B.V.", number="0042", email="info@hoekje.nl", city="Den Bosch",
        coc_number="12345678", vat_number="NL123456782B90", phone="+31 (0)73 - 612 34 56",
        relation_type=RelationType.objects.proposed(),
    )  # fmt: skip
    words = Relation.objects.annotate(words=Func("search", function="tsvector_to_array")).values_list(
        "words", flat=True
    )

    assert set(words.get(pk=relation.pk)) == {
        "bakkerij", "t", "hoekje", "b", "v", "0042", "info", "nl", "den", "bosch", "12345678", "nl123456782b90",
        "123456782b90", "31736123456", "0736123456",
    }  # fmt: skip
    Relation.objects.filter(pk=relation.pk).update(city="Ede")
    assert "ede" in words.get(pk=relation.pk)
    apply_names(relation)
    assert relation.sort_key == "bakkerij 't hoekje b.v."


@pytest.fixture
def people(company, salesperson):
    prospect = RelationType.objects.proposed()
    made = {}
    for first, prefix, family in [("Jan", "van der", "Berg"), ("Anna", "", "Zwart"), ("Renée", "de", "Boer")]:
        values = {"first_name": first, "prefix": prefix, "family_name": family, "relation_type": prospect}
        made[family] = create_relation(kind="person", values=values, by=salesperson, token=None)
    for name, city in [("Bergsma Advies", "Utrecht"), ("Bergsma Advies Noord", "Sneek"), ("Café Zwart", "Utrecht")]:
        values = {"name": name, "city": city, "relation_type": prospect, "phone": "030 - 123 45 67"}
        made[name] = create_relation(kind="organization", values=values, by=salesperson, token=None)
    return made


def test_relations_sort_by_family_name_without_prefix(people):
    assert [str(relation) for relation in Relation.objects.all()] == [
        "Jan van der Berg", "Bergsma Advies", "Bergsma Advies Noord", "Renée de Boer", "Café Zwart", "Anna Zwart",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("berg", ["Jan van der Berg", "Bergsma Advies", "Bergsma Advies Noord"]),
        ("utr ADV", ["Bergsma Advies"]),
        ("renee", ["Renée de Boer"]),
        ("cafe", ["Café Zwart"]),
        ("zwart", ["Café Zwart", "Anna Zwart"]),
        ("van der berg", ["Jan van der Berg"]),
        ("030 123", ["Bergsma Advies", "Bergsma Advies Noord", "Café Zwart"]),
        ("0002", ["Anna Zwart"]),
        ("xyz", []),
        ("!&|:*'", []),
    ],
)
def test_search_finds_words_that_begin_like_this(people, text, names):
    assert [str(relation) for relation in Relation.objects.search(text)] == names


def test_suggestions_begin_with_names_that_begin_like_the_text(people):
    assert [str(relation) for relation in suggestions(Relation.objects.all(), "zwart")] == ["Anna Zwart", "Café Zwart"]
    assert [str(relation) for relation in suggestions(Relation.objects.all(), "")][:2] == [
        "Jan van der Berg", "Bergsma Advies",
    ]  # fmt: skip


def test_exact_name_or_number_wins_over_longer_ones(people):
    everybody = Relation.objects.all()

    assert [str(relation) for relation in matches(everybody, "bergsma  advies")] == ["Bergsma Advies"]
    assert [str(relation) for relation in matches(everybody, "jan van der berg")] == ["Jan van der Berg"]
    assert [str(relation) for relation in matches(everybody, "0005")] == ["Bergsma Advies Noord"]
    assert len(matches(everybody, "bergsma")) == 2


def test_a_name_of_before_gets_the_keys_of_now(company):
    relation = Relation.objects.create(name="Ørsted Æ B.V.", relation_type=RelationType.objects.proposed())
    person = Relation(kind="person", first_name="Þór", family_name="Łoś", relation_type=relation.relation_type)
    apply_names(person)
    person.save()
    Relation.objects.update(sort_key="ørsted", name_key="ørsted")
    import_module("relations.migrations.0012_keys_folded_once").fill(apps, None)
    assert list(Relation.objects.values_list("sort_key", "name_key").order_by("pk")) == [
        ("orsted ae b.v.", "orstedae"), ("los, thor", "thorlos"),
    ]  # fmt: skip
