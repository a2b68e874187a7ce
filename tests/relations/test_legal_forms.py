"""One name with its legal form in any spelling is one organization; with another form, or none, it is asked about."""

import pytest

from relations.choosing import matches, suggestions
from relations.fields import RelationField, Typed
from relations.models import Relation
from relations.naming import apply_names, same_name
from tests.factories import PersonFactory, RelationFactory

pytestmark = pytest.mark.django_db

SPELLINGS = ["Acme Bouw B.V.", "Acme Bouw BV", "acme bouw b.v", "ACME BOUW B V", "Acme-Bouw bv.", "Acme Bouw B. V."]
OTHERS = ["Acme Bouw", "Acme Bouw N.V.", "Acme Bouw GmbH", "Acme Bouw Holding B.V.", "Acme B.V."]


def stored(name: str) -> Relation:
    relation = RelationFactory(name=name)
    apply_names(relation)
    relation.save()
    return relation


def test_spellings_of_one_legal_form_are_one_name_and_other_forms_are_others():
    assert len({same_name("organization", name) for name in SPELLINGS}) == 1
    assert len({same_name("organization", name) for name in [SPELLINGS[0], *OTHERS]}) == 1 + len(OTHERS)
    assert same_name("person", "Jan B.V.") != same_name("person", "Jan BV")


@pytest.mark.parametrize("name", SPELLINGS[:4])
@pytest.mark.parametrize("typed", SPELLINGS)
def test_a_typed_name_means_the_organization_in_any_spelling(company, name, typed):
    acme = stored(name)
    for other in OTHERS[:3]:
        stored(other)
    assert matches(Relation.objects.active(), typed) == [acme]
    assert RelationField().clean(Typed("", typed, "", "")) == acme
    assert acme in suggestions(Relation.objects.active(), typed)


@pytest.mark.parametrize("typed", ["Acme Bouw", "Acme Bouw N.V.", "Acme Bouw GmbH"])
def test_another_form_or_none_is_never_taken_for_it(company, typed):
    acme = stored("Acme Bouw B.V.")
    assert Relation.objects.namesakes(typed) == []
    assert [relation for relation in matches(Relation.objects.active(), typed) if relation != acme] == []


def test_exactly_the_same_name_comes_before_another_spelling(company):
    dotted, bare = stored("Acme B.V."), stored("Acme BV")
    assert matches(Relation.objects.active(), "acme bv") == [bare]
    assert matches(Relation.objects.active(), "Acme B.V.") == [dotted]
    assert matches(Relation.objects.active(), "Acme b v") == [dotted, bare]


def test_a_person_is_nobody_by_a_legal_form(company):
    PersonFactory(first_name="Jan", prefix="", family_name="BV")
    assert Relation.objects.namesakes("Jan B.V.") == []
