"""Relations that look alike and are not the same: said once, remembered, followed by a merge, taken back."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from relations.duplicates.apart import take_back, tell_apart
from relations.duplicates.groups import groups
from relations.duplicates.likely import likely
from relations.models import Apart, Relation, RelationType
from relations.removing import delete_untouched_relation
from relations.saving import create_relation
from sales.customers.merging import merge

LIST = "/relations/duplicates/list/"


@pytest.fixture
def add(company, salesperson):
    def create(**values) -> Relation:
        values = {"name": "Acme", "relation_type": RelationType.objects.proposed()} | values
        return create_relation(kind="organization", values=values, by=salesperson, token=None)

    return create


@pytest.fixture
def three(add):
    return [add(name="Acme"), add(name="Acme B.V."), add(name="ACME bv")]


def group_pks() -> list[list[int]]:
    return [[relation.pk for relation in group.relations] for group in groups(1)[0]]


def pairs() -> set[tuple[int, int]]:
    return set(Apart.objects.values_list("first_id", "second_id"))


def test_a_pair_that_is_told_apart_is_no_group_any_more(add, manager):
    one, two, far, away = add(), add(), add(name="Bolt"), add(name="Bolt")
    tell_apart(two.pk, [one.pk], by=manager)
    assert group_pks() == [[far.pk, away.pk]]
    assert groups(1)[1] == 1
    assert pairs() == {(one.pk, two.pk)}
    take_back(one.pk, [two.pk])
    assert group_pks() == [[one.pk, two.pk], [far.pk, away.pk]]


def test_of_three_the_one_that_is_told_apart_from_both_leaves_the_group(three, manager):
    one, two, odd = (relation.pk for relation in three)
    tell_apart(odd, [one], by=manager)
    assert group_pks() == [[one, two, odd]]
    tell_apart(odd, [one, two, odd], by=manager)
    assert group_pks() == [[one, two]]
    tell_apart(one, [two], by=manager)
    assert group_pks() == []


def test_said_twice_is_once_and_taken_back_twice_too(three, manager):
    one, two, _odd = (relation.pk for relation in three)
    for _click in range(2):
        tell_apart(one, [two], by=manager)
    assert pairs() == {(one, two)}
    for _click in range(2):
        take_back(two, [one])
    assert pairs() == set()


def test_the_form_of_one_does_not_warn_about_the_other(three, manager, django_assert_num_queries):
    one, two, odd = three
    tell_apart(one.pk, [two.pk], by=manager)
    with django_assert_num_queries(1):
        assert [row.relation for row in likely("organization", {"name": "Acme"}, exclude=one.pk)] == [odd]
    assert [row.relation for row in likely("organization", {"name": "Acme"}, exclude=two.pk)] == [odd]
    assert len(likely("organization", {"name": "Acme"}, exclude=odd.pk)) == 2
    assert len(likely("organization", {"name": "Acme"})) == 3


def test_a_merge_takes_over_what_was_said(three, manager, add):
    one, two, odd = three
    last = add(name="Acme N.V.")
    tell_apart(two.pk, [one.pk, odd.pk, last.pk], by=manager)
    tell_apart(one.pk, [last.pk], by=manager)
    merge(one, two, taken=[], version=1, other_version=1, by=manager)
    assert pairs() == {(one.pk, odd.pk), (one.pk, last.pk)}


def test_a_merge_leaves_who_said_it_and_when(three, manager, salesperson):
    one, two, odd = three
    tell_apart(two.pk, [odd.pk], by=salesperson)
    at = Apart.objects.get().at
    merge(one, two, taken=[], version=1, other_version=1, by=manager)
    mark = Apart.objects.get()
    assert (mark.first, mark.second, mark.by, mark.at) == (one, odd, salesperson, at)


def test_a_merged_or_removed_one_is_refused(three, manager):
    one, two, odd = three
    merge(one, two, taken=[], version=1, other_version=1, by=manager)
    for other in (two.pk, 999_999):
        with pytest.raises(ValidationError) as refusal:
            tell_apart(odd.pk, [other], by=manager)
        assert refusal.value.code == "merged"
    assert pairs() == set()


def test_an_untouched_relation_can_still_be_removed(three, manager):
    one, two, _odd = three
    tell_apart(one.pk, [two.pk], by=manager)
    assert delete_untouched_relation(two, version=1) == ""
    assert pairs() == set()


def test_the_database_keeps_a_pair_once_and_in_order(three, manager):
    one, two, _odd = three
    tell_apart(one.pk, [two.pk], by=manager)
    for first, second, name in ((one, two, "apart_is_once_per_pair"), (two, one, "apart_names_the_older_first"),
                                (one, one, "apart_names_the_older_first")):  # fmt: skip
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            Apart.objects.create(first=first, second=second, by=manager)


@pytest.fixture
def boss(as_user, manager):
    return as_user(manager)


def test_a_button_of_the_list_says_it_and_another_takes_it_back(three, boss):
    one, two, odd = (relation.pk for relation in three)
    text = boss.get(LIST).content.decode()
    assert text.count("Not a duplicate<") == 3
    data = {"relation": odd, "other": [one, two, odd]}
    answer = boss.post(reverse("relations:told-apart"), data, follow=True)
    assert answer.redirect_chain == [(LIST, 302)]
    assert "Noted: not a duplicate." in answer.content.decode()
    assert answer.content.decode().count("Not a duplicate<") == 1
    text = boss.get(reverse("relations:told-apart")).content.decode()
    assert text.count("Take back") == 2
    back = boss.post(reverse("relations:told-apart"), {"relation": one, "other": odd, "back": "1"}, follow=True)
    assert back.content.decode().count("Take back") == 1
    assert group_pks() == [[one, two, odd]]


def test_a_relation_merged_meanwhile_is_told(three, boss, manager):
    one, two, odd = three
    merge(one, two, taken=[], version=1, other_version=1, by=manager)
    answer = boss.post(reverse("relations:told-apart"), {"relation": odd.pk, "other": two.pk}, follow=True)
    assert "has been merged or removed in the meantime" in answer.content.decode()


@pytest.mark.parametrize(
    "data", [{}, {"relation": "1"}, {"relation": "x", "other": "1"}, {"relation": "1", "other": "x"},
             {"relation": "1", "other": ["2"] * 11}],
)  # fmt: skip
def test_rubbish_is_refused(boss, data):
    assert boss.post(reverse("relations:told-apart"), data).status_code == 400
    assert boss.get(reverse("relations:told-apart"), {"x": "1"}).status_code == 400


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_pairs_takes_the_same_statements(add, boss, manager, count, django_assert_num_queries):
    add(name="Bolt"), add(name="Bolt")
    for _pair in range(count):
        tell_apart(add().pk, [add().pk], by=manager)
    with django_assert_num_queries(4):
        assert len(boss.get(reverse("relations:told-apart")).context["rows"]) == count
    with django_assert_num_queries(4):
        boss.get(LIST)
