"""Two administrators at the same moment, with real threads on the real database."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from relations.models import RelationType
from sales.models import Phase, Sale, SaleEvent
from sales.settings import configuration
from salescrm.accounts import users
from salescrm.accounts.teams import store_team
from salescrm.models import Team, User
from tests.factories import SaleFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


def together(*actions):
    """Run the actions at the same moment; what each returned, or the refusal it raised."""
    barrier = Barrier(len(actions))

    def run(action):
        barrier.wait(timeout=10)
        try:
            return action()
        except ValidationError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(run, actions))


def refusals(results):
    return [result.code for result in results if isinstance(result, ValidationError)]


def test_the_last_two_phases_are_not_both_retired(transactional_db, phases):
    one, other = list(phases.values())[:2]
    Phase.objects.exclude(pk__in=[one.pk, other.pk]).update(is_active=False)
    results = together(lambda: configuration.retire(one), lambda: configuration.retire(other))
    assert (refusals(results), Phase.objects.active().count()) == (["last"], 1)


def test_two_administrators_do_not_deactivate_each_other(transactional_db, administrator):
    second = UserFactory(role="administrator")
    results = together(
        lambda: users.deactivate(administrator, by=second), lambda: users.deactivate(second, by=administrator)
    )
    assert (refusals(results), User.objects.filter(is_active=True).count()) == (["last"], 1)


def test_a_preview_is_carried_out_once(transactional_db, phases, administrator):
    phase = phases[50]
    SaleFactory.create_batch(3, phase=phase)
    basis = configuration.preview_probability(phase, 60).basis

    def change():
        return configuration.change_phase(
            phase, name="Offer", colour="pink", probability=60, age_limit=None, open_sales=True, basis=basis,
            by=administrator,
        )  # fmt: skip

    assert sorted(together(change, change)) == [0, 3]
    assert set(Sale.objects.values_list("probability", "version")) == {(60, 2)}
    assert SaleEvent.objects.filter(kind="changed").count() == 3


def test_team_and_its_member_are_not_changed_over_each_other(transactional_db, administrator, salesperson):
    team = store_team(Team(), name="North", members=[])
    values = {"name": "Anne", "email": salesperson.email, "language": "en"}

    def of_user():
        return users.change_user(
            salesperson, values=values, role="manager", teams=[], version=1, by=administrator
        )  # as it was before they came to the team

    def of_team():
        return store_team(team, name="North", members=[salesperson], by=administrator)

    results = together(of_user, of_team)
    assert refusals(results) in ([], ["stale"])
    assert list(team.members.all()) == [salesperson]
    assert User.objects.get(pk=salesperson.pk).name == ("Anne" if refusals(results) == [] else salesperson.name)


def test_two_administrators_propose_two_relation_types(transactional_db, administrator):
    one, other = RelationType.objects.filter(is_default=False)[:2]
    proposals = [partial(configuration.store_row, row, is_default=True, by=administrator) for row in (one, other)]
    assert refusals(together(*proposals)) == []
    assert RelationType.objects.filter(is_default=True).count() == 1
