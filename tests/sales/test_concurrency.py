"""Two people at once, with real threads on the real database: one outcome, nothing lost (rules 6, 10 and 22)."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from invoicing.editing import delete
from invoicing.models import Invoice
from sales.acceptance import accept
from sales.defaults import install_defaults
from sales.editing import create
from sales.models import FollowUp, Phase, Sale
from sales.refusals import Refused
from sales.reopening import reopen
from sales.settings.configuration import Changed, change_phase, preview_probability
from sales.transitions import lose, move
from tests.factories import LineFactory, RelationFactory, SaleFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people():
    install_defaults("en")
    return [UserFactory(role="salesperson") for _person in range(4)]


def together(*deeds):
    """Run the deeds at the same moment in threads; the results, or the refusals, in order."""
    start = Barrier(len(deeds))

    def run(deed):
        try:
            start.wait()
            return deed()
        except (Refused, Changed) as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


def test_four_people_moving_at_once_give_one_move_and_three_refusals(people):
    sale, phases = SaleFactory(owner=people[0]), list(Phase.objects.all()[1:])
    results = together(
        *(
            lambda by=by, phase=phase: move(sale, phase=phase, version=1, by=by)
            for by, phase in zip(people, phases, strict=True)
        )
    )
    moved = [result for result in results if isinstance(result, Sale)]
    stored = Sale.objects.get(pk=sale.pk)
    assert (len(moved), stored.phase, stored.version, stored.events.count()) == (1, moved[0].phase, 2, 2)


def test_accept_twice_and_lose_at_once_give_one_outcome(people):
    sale = SaleFactory(owner=people[0])
    LineFactory(sale=sale)
    answers = {"reason": None, "relation_type": sale.customer.relation_type, "follow_up": FollowUp.INVOICE}
    results = together(
        lambda: accept(sale, version=1, by=people[0], **answers),
        lambda: accept(sale, version=1, by=people[0], **answers),
        lambda: accept(sale, version=1, by=people[1], **answers),
        lambda: lose(sale, reason=None, lost_to=None, version=1, by=people[2]),
    )
    stored = Sale.objects.get(pk=sale.pk)
    assert stored.events.count() == 2
    assert Invoice.objects.count() == (1 if stored.status == "accepted" else 0)
    assert {result.status for result in results if isinstance(result, Sale)} == {stored.status}


def test_one_token_sent_four_times_at_once_is_one_sale(people):
    values = {
        "subject": "Roof", "customer": RelationFactory(), "owner": people[0], "phase": Phase.objects.first(),
        "contact": None, "source": None,
    }  # fmt: skip
    token = "6a1f5a52-6a0e-4f0b-9f3a-6a1f5a526a0e"
    results = together(*(lambda: create(values=values, by=people[0], token=token) for _click in range(4)))
    assert {result.pk for result in results} == {Sale.objects.get().pk}
    assert Sale.objects.get().events.count() == 1


def test_no_move_slips_past_a_change_of_the_percentage(people):
    phases = list(Phase.objects.all())
    sales = [SaleFactory(owner=by) for by in people]
    administrator = UserFactory(role="administrator")
    proposal = phases[2]
    basis = preview_probability(proposal, 60).basis

    def change():
        return change_phase(
            proposal, name=proposal.name, colour=proposal.colour, probability=60, age_limit=None, open_sales=True,
            basis=basis, by=administrator,
        )  # fmt: skip

    together(
        change,
        *(
            lambda sale=sale, by=by: move(sale, phase=proposal, version=1, by=by)
            for sale, by in zip(sales, people, strict=True)
        ),
    )
    now = Phase.objects.get(pk=proposal.pk).probability
    assert set(Sale.objects.filter(phase=proposal).values_list("probability", flat=True)) == {now}


def test_reopening_while_the_draft_is_deleted_never_locks_up(people):
    by, outcomes = people[0], set()
    for _round in range(4):
        sale = SaleFactory(owner=by)
        LineFactory(sale=sale)
        kind = sale.customer.relation_type
        sale = accept(sale, reason=None, relation_type=kind, follow_up=FollowUp.INVOICE, version=1, by=by)
        together(
            lambda sale=sale: reopen(sale, delete_follow_up=False, version=2, by=by),
            lambda sale=sale: delete(sale.invoice, version=1, by=by),
        )
        stored = Sale.objects.get(pk=sale.pk)
        outcomes.add((stored.status, stored.invoice))
    assert (outcomes, Invoice.objects.count()) == ({("open", None)}, 0)
