"""Many sales at once beside somebody else's change, with real threads on the real database (rules 3, 6 and 10)."""

import pytest

from sales.bulk.changing import change_many
from sales.bulk.deeds import Lose, Move, Trash
from sales.bulk.preview import preview
from sales.bulk.undo import undo_many
from sales.defaults import install_defaults
from sales.models import Phase, Sale, SaleEvent
from sales.refusals import Changed, Stale
from sales.settings.configuration import change_phase, preview_probability
from sales.transitions import move
from sales.trashing import restore, trash
from tests.factories import SaleFactory, UserFactory
from tests.sales.test_concurrency import together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people():
    install_defaults("en")
    return [UserFactory(role="manager") for _person in range(2)]


@pytest.fixture
def phases(people):
    return {phase.probability: phase for phase in Phase.objects.all()}


def deed_of(deed, sales, by):
    """The deed as somebody who has seen its preview sends it."""
    basis = preview(sales, deed).basis
    return lambda: len(change_many(sales, deed, basis=basis, by=by))


def test_move_of_many_never_slips_past_a_change_of_the_percentage(people, phases):
    for percent in (60, 40, 70, 55):
        SaleFactory.create_batch(3, phase=phases[25])
        phase = Phase.objects.get(pk=phases[50].pk)
        basis = preview_probability(phase, percent).basis
        results = together(
            deed_of(Move(phase), Sale.objects.filter(phase=phases[25]), people[0]),
            lambda phase=phase, basis=basis, percent=percent: change_phase(
                phase, name=phase.name, colour=phase.colour, probability=percent, age_limit=None, open_sales=True,
                basis=basis, by=people[1],
            ),
        )  # fmt: skip
        now = Phase.objects.get(pk=phase.pk).probability
        assert set(Sale.objects.filter(phase=phase).values_list("probability", flat=True)) in ({now}, set())
        assert not [result for result in results if isinstance(result, Stale)]


def test_two_moves_of_many_that_cross_do_not_lock_up_and_one_is_told(people, phases):
    sales = SaleFactory.create_batch(30, phase=phases[10])
    ids = [sale.pk for sale in sales]
    for _round in range(3):
        results = together(
            deed_of(Move(phases[50]), Sale.objects.filter(pk__in=ids[:20]), people[0]),
            deed_of(Move(phases[75]), Sale.objects.filter(pk__in=ids[10:]).order_by("-pk"), people[1]),
        )
        refusals = [result for result in results if isinstance(result, Changed)]
        assert len(refusals) == 1
        back = Sale.objects.filter(pk__in=ids)
        change_many(back, Move(phases[10]), basis=preview(back, Move(phases[10])).basis, by=people[0])


def test_double_click_at_the_same_moment_is_one_change_with_one_answer(people, phases):
    SaleFactory.create_batch(3, phase=phases[10])
    for deed in (Move(phases[50]), Lose(None, None), Trash()):
        sales = Sale.objects.visible_to(people[0])
        send = deed_of(deed, sales, people[0])
        assert together(send, send) == [3, 3]
    kinds = SaleEvent.objects.filter(sale=Sale.objects.first()).order_by("sequence").values_list("kind", flat=True)
    assert list(kinds) == ["created", "moved", "lost", "trashed"]


def test_trash_against_a_move_is_one_change_and_a_stale_one(people, phases):
    sale = SaleFactory(phase=phases[50])
    for _round in range(4):
        version = Sale.objects.get(pk=sale.pk).version
        results = together(
            lambda v=version: trash(sale, version=v, by=people[0]),
            lambda v=version: move(sale, phase=phases[75], version=v, by=people[1]),
        )
        assert sorted(isinstance(result, Stale) for result in results) == [False, True]
        stored = Sale.objects.get(pk=sale.pk)
        if stored.trashed:
            stored = restore(stored, version=stored.version, by=people[0])
        if stored.phase_id != phases[50].pk:
            move(stored, phase=phases[50], version=stored.version, by=people[0])


def test_undo_of_many_against_another_move_leaves_what_was_moved(people, phases):
    sales = SaleFactory.create_batch(3, phase=phases[10])
    everything = Sale.objects.all()
    for _round in range(4):
        basis = preview(everything, Move(phases[50])).basis
        done = change_many(everything, Move(phases[50]), basis=basis, by=people[0])[0].updated_at
        first = Sale.objects.get(pk=sales[0].pk)
        results = together(
            lambda done=done: undo_many(done_at=done, by=people[0]),
            lambda first=first: move(first, phase=phases[75], version=first.version, by=people[1]),
        )
        first.refresh_from_db()
        won = isinstance(results[1], Sale)
        assert (results[0], first.probability) == (((2, 1), 75) if won else ((3, 0), 10))
        assert set(Sale.objects.exclude(pk=first.pk).values_list("probability", flat=True)) == {10}
        if won:
            move(first, phase=phases[10], version=first.version, by=people[1])


def test_undo_of_many_clicked_twice_at_the_same_moment_is_one_undo(people, phases):
    sales = SaleFactory.create_batch(3, phase=phases[10])
    everything = Sale.objects.all()
    basis = preview(everything, Move(phases[50])).basis
    done = change_many(everything, Move(phases[50]), basis=basis, by=people[0])[0].updated_at
    clicks = together(*[lambda: undo_many(done_at=done, by=people[0])] * 2)
    assert sorted(clicks) == [(0, 3), (3, 0)]
    assert {sale.events.count() for sale in sales} == {3}
