"""Merging while others work: with real threads on the real database, nothing ends at the signpost."""

import pytest
from django.core.exceptions import ValidationError
from django.db.models import Q

from relations.duplicates.apart import tell_apart
from relations.models import Apart
from relations.removing import delete_untouched_relation
from sales.customers.merging import merge
from sales.defaults import install_defaults
from sales.editing import create
from sales.models import Phase, Sale
from sales.refusals import Refused
from salescrm.versions import Stale
from tests.factories import RelationFactory, SaleFactory, UserFactory
from tests.sales.test_concurrency import together

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_sale_made_while_merging_never_ends_at_the_signpost():
    install_defaults("en")
    by = UserFactory(role="manager")
    for _attempt in range(4):
        _merge_while_selling(by)


def _merge_while_selling(by):
    survivor, other = RelationFactory(), RelationFactory()
    old = SaleFactory(customer=other, owner=by)
    values = {"subject": "Roof", "customer": other, "owner": by, "phase": Phase.objects.first(), "contact": None}

    def sell():
        return create(values=values | {"source": None}, by=by, token=None)

    first, *results = together(lambda: merge(survivor, other, taken=[], version=1, other_version=1, by=by), sell, sell)
    made = [result for result in results if isinstance(result, Sale)]
    assert first == survivor
    assert Sale.objects.filter(customer=survivor).count() == 1 + len(made)
    assert not Sale.objects.filter(customer=other).exists()
    assert Sale.objects.get(pk=old.pk).events.count() == 2


def test_a_sale_for_a_relation_that_an_import_takes_back_meanwhile_is_refused():
    install_defaults("en")
    by = UserFactory(role="manager")
    values = {"subject": "Roof", "owner": by, "phase": Phase.objects.first(), "contact": None, "source": None}
    for _attempt in range(3):
        fresh = RelationFactory()
        answer, made = together(
            lambda fresh=fresh: delete_untouched_relation(fresh, version=1),
            lambda fresh=fresh: create(values=values | {"customer": fresh}, by=by, token=None),
        )
        assert (answer == "") == isinstance(made, Refused)


def _answer(relation, others, by) -> str | None:
    try:
        tell_apart(relation.pk, [other.pk for other in others], by=by)
    except ValidationError as refusal:
        return refusal.code


def test_what_is_told_apart_while_merging_never_names_the_signpost():
    install_defaults("en")
    by = UserFactory(role="manager")
    for _attempt in range(4):
        survivor, other, third, fourth = (RelationFactory() for _relation in range(4))

        _merged, *outcomes = together(
            lambda survivor=survivor, other=other: merge(survivor, other, taken=[], version=1, other_version=1, by=by),
            lambda other=other, others=(third, fourth): _answer(other, others, by),
            lambda fourth=fourth, others=(other, third): _answer(fourth, others, by),
        )
        assert not Apart.objects.filter(Q(first=other) | Q(second=other)).exists()
        followed = {(None, None): 2, (None, "merged"): 2, ("merged", None): 1, ("merged", "merged"): 0}[tuple(outcomes)]
        assert Apart.objects.filter(Q(first=survivor) | Q(second=survivor)).count() == followed


def test_two_people_merging_in_both_directions_give_one_merge():
    install_defaults("en")
    by = [UserFactory(role="manager"), UserFactory(role="manager")]
    one, two = RelationFactory(), RelationFactory()
    SaleFactory(customer=one, owner=by[0])
    SaleFactory(customer=two, owner=by[0])

    def attempt(survivor, other, user):
        try:
            return merge(survivor, other, taken=[], version=1, other_version=1, by=user)
        except ValidationError as refusal:
            assert isinstance(refusal, Stale) or refusal.code == "merged"

    results = together(lambda: attempt(one, two, by[0]), lambda: attempt(two, one, by[1]))
    survivor = next(result for result in results if result)
    assert results.count(None) == 1
    assert set(Sale.objects.values_list("customer", flat=True)) == {survivor.pk}
