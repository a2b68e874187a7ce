"""Moving, losing, reopening, undoing: rules 2, 3, 6, 7, 10 to 14."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from relations.models import Relation
from sales.correcting import correct
from sales.models import LossReason, Sale, SaleEvent
from sales.refusals import AlreadyDone, Refused, Stale
from sales.reopening import reopen
from sales.transitions import lose, move, set_probability, undo
from salescrm.calendar import today
from tests.factories import RelationFactory, SaleFactory


def kinds(sale):
    return list(sale.events.order_by("sequence").values_list("kind", flat=True))


@pytest.mark.parametrize("percent", [25, 50, 75, 100])
def test_move_takes_the_probability_of_the_phase(salesperson, phases, percent):
    sale = SaleFactory(owner=salesperson, expected_revenue=Decimal("1000.01"))
    moved = move(sale, phase=phases[percent], version=1, by=salesperson)
    assert (moved.phase, moved.probability, moved.version) == (phases[percent], percent, 2)
    assert moved.weighted_revenue == Decimal("1000.01") * percent / 100
    event = sale.events.last()
    assert (event.kind, event.sequence, event.sale_version, event.by) == ("moved", 2, 2, salesperson)
    assert event.state() == Sale.objects.get(pk=sale.pk).state()


def test_move_to_the_phase_it_stands_in_changes_nothing(salesperson, phases):
    sale = SaleFactory(owner=salesperson, phase=phases[25])
    assert move(sale, phase=phases[25], version=1, by=salesperson).version == 1
    assert kinds(sale) == ["created"]


def test_move_refuses_a_retired_phase(salesperson, phases):
    phases[75].is_active = False
    phases[75].save()
    sale = SaleFactory(owner=salesperson)
    with pytest.raises(Refused) as refusal:
        move(sale, phase=phases[75], version=1, by=salesperson)
    assert refusal.value.code == "retired"
    assert kinds(sale) == ["created"]


@pytest.mark.parametrize("closing", [{"status": "accepted", "follow_up": "none"}, {"status": "lost"}])
def test_closed_sale_refuses_a_move_and_a_probability(salesperson, phases, switch, closing):
    switch(own_probability=True)
    sale = SaleFactory(owner=salesperson, closed_on=today(), **closing)
    with pytest.raises(Refused):
        move(sale, phase=phases[75], version=1, by=salesperson)
    with pytest.raises(Refused):
        set_probability(sale, probability=60, version=1, by=salesperson)


def test_stale_move_is_refused_and_names_who_moved(salesperson, colleague, phases):
    sale = SaleFactory(owner=salesperson)
    move(sale, phase=phases[50], version=1, by=colleague)
    with pytest.raises(Stale) as refusal:
        move(sale, phase=phases[75], version=1, by=salesperson)
    assert [event.by for event in refusal.value.events] == [colleague]
    assert Sale.objects.get(pk=sale.pk).phase == phases[50]


def test_the_same_move_twice_gives_one_event(salesperson, phases):
    sale = SaleFactory(owner=salesperson)
    for _click in range(2):
        assert move(sale, phase=phases[50], version=1, by=salesperson).version == 2
    assert kinds(sale) == ["created", "moved"]


def test_the_same_move_by_somebody_else_says_who_was_first(salesperson, colleague, phases):
    sale = SaleFactory(owner=salesperson)
    move(sale, phase=phases[50], version=1, by=colleague)
    with pytest.raises(AlreadyDone) as refusal:
        move(sale, phase=phases[50], version=1, by=salesperson)
    assert refusal.value.event.by == colleague


def test_own_probability_needs_the_switch_and_yields_to_the_next_move(salesperson, phases, switch):
    sale = SaleFactory(owner=salesperson)
    with pytest.raises(Refused):
        set_probability(sale, probability=60, version=1, by=salesperson)
    switch(own_probability=True)
    sale = set_probability(sale, probability=60, version=1, by=salesperson)
    assert (sale.probability, sale.probability_by_hand) == (60, True)
    sale = move(sale, phase=phases[75], version=2, by=salesperson)
    assert (sale.probability, sale.probability_by_hand) == (75, False)


def test_probability_by_hand_has_a_way_back(salesperson, switch):
    switch(own_probability=True)
    sale = set_probability(SaleFactory(owner=salesperson), probability=60, version=1, by=salesperson)
    switch(own_probability=False)
    sale = set_probability(sale, probability=None, version=2, by=salesperson)
    assert (sale.probability, sale.probability_by_hand) == (10, False)


def test_lose_keeps_phase_and_probability(salesperson, phases):
    reason, competitor = LossReason.objects.first(), RelationFactory()
    sale = SaleFactory(owner=salesperson, phase=phases[75])
    lost = lose(sale, reason=reason, lost_to=competitor, version=1, by=salesperson)
    assert (lost.status, lost.phase, lost.probability, lost.closed_on) == ("lost", phases[75], 75, today())
    assert (lost.loss_reason, lost.lost_to) == (reason, competitor)
    assert kinds(sale) == ["created", "lost"]


def test_lose_enforces_a_required_reason(salesperson, switch):
    switch(loss_reason="required")
    with pytest.raises(ValidationError) as refusal:
        lose(SaleFactory(owner=salesperson), reason=None, lost_to=None, version=1, by=salesperson)
    assert "reason" in refusal.value.message_dict


def test_lose_refuses_what_is_switched_off(salesperson, switch):
    switch(loss_reason="off", lost_to=False)
    sale = SaleFactory(owner=salesperson)
    with pytest.raises(ValidationError):
        lose(sale, reason=LossReason.objects.first(), lost_to=None, version=1, by=salesperson)
    with pytest.raises(ValidationError):
        lose(sale, reason=None, lost_to=RelationFactory(), version=1, by=salesperson)


def test_lose_refuses_the_customer_as_competitor(salesperson):
    sale = SaleFactory(owner=salesperson)
    with pytest.raises(ValidationError) as refusal:
        lose(sale, reason=None, lost_to=Relation.objects.get(pk=sale.customer_id), version=1, by=salesperson)
    assert "lost_to" in refusal.value.message_dict


def test_lose_twice_is_one_outcome_and_somebody_else_hears_it(salesperson, colleague):
    sale = SaleFactory(owner=salesperson)
    lose(sale, reason=None, lost_to=None, version=1, by=salesperson)
    assert lose(sale, reason=None, lost_to=None, version=1, by=salesperson).status == "lost"
    with pytest.raises(AlreadyDone):
        lose(sale, reason=None, lost_to=None, version=1, by=colleague)
    assert kinds(sale) == ["created", "lost"]


def test_reopen_clears_the_outcome_and_keeps_it_in_the_history(salesperson):
    reason, competitor = LossReason.objects.first(), RelationFactory()
    sale = lose(SaleFactory(owner=salesperson), reason=reason, lost_to=competitor, version=1, by=salesperson)
    sale = reopen(sale, delete_follow_up=False, version=2, by=salesperson)
    assert (sale.status, sale.loss_reason, sale.lost_to, sale.closed_on) == ("open", None, None, None)
    history = sale.events.order_by("sequence")
    assert [(e.kind, e.loss_reason, e.lost_to) for e in history[1:]] == [
        ("lost", reason, competitor),
        ("reopened", None, None),
    ]


def test_undo_restores_phase_probability_and_mark_exactly(salesperson, phases, switch):
    switch(own_probability=True)
    sale = set_probability(SaleFactory(owner=salesperson, phase=phases[75]), probability=60, version=1, by=salesperson)
    move(sale, phase=phases[100], version=2, by=salesperson)
    sale = undo(sale, version=3, by=salesperson)
    assert (sale.phase, sale.probability, sale.probability_by_hand, sale.version) == (phases[75], 60, True, 4)
    assert kinds(sale) == ["created", "changed", "moved", "undone"]


def test_undo_is_for_the_same_user_or_a_manager(salesperson, colleague, manager, phases):
    sale = move(SaleFactory(owner=salesperson), phase=phases[50], version=1, by=salesperson)
    with pytest.raises(Refused):
        undo(sale, version=2, by=colleague)
    assert undo(sale, version=2, by=manager).phase == phases[10]


def test_undo_is_refused_after_ten_minutes(salesperson, phases, monkeypatch):
    sale = move(SaleFactory(owner=salesperson), phase=phases[50], version=1, by=salesperson)
    later = timezone.now() + timedelta(minutes=11)
    monkeypatch.setattr(timezone, "now", lambda: later)
    with pytest.raises(Refused) as refusal:
        undo(sale, version=2, by=salesperson)
    assert refusal.value.code == "too_late"


def test_undo_is_refused_when_something_happened_since(salesperson, phases):
    sale = move(SaleFactory(owner=salesperson), phase=phases[50], version=1, by=salesperson)
    sale = lose(sale, reason=None, lost_to=None, version=2, by=salesperson)
    sale = reopen(sale, delete_follow_up=False, version=3, by=salesperson)
    with pytest.raises(Refused):
        undo(sale, version=4, by=salesperson)


def test_correct_changes_the_outcome_of_a_closed_sale_only(salesperson, manager):
    sale = SaleFactory(owner=salesperson)
    reason = LossReason.objects.first()
    day = today() - timedelta(days=3)
    with pytest.raises(Refused):
        correct(sale, reason=reason, lost_to=None, source=None, closed_on=day, version=1, by=manager)
    sale = lose(sale, reason=None, lost_to=None, version=1, by=salesperson)
    sale = correct(sale, reason=reason, lost_to=None, source=None, closed_on=day, version=2, by=manager)
    assert (sale.loss_reason, sale.closed_on) == (reason, day)
    assert SaleEvent.objects.filter(sale=sale).last().kind == "corrected"
