"""What the board says: the columns and what they add up to, the cards, and how long each stands where it stands."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import BadRequest
from django.template.loader import get_template
from django.utils import timezone, translation

from sales.board.cards import (
    CARDS,
    CardPlace,
    cards,
    columns,
    following,
)
from sales.history import count_days_anew, event_of
from sales.models import Phase, Sale
from sales.templatetags.board import _drawn, drawn
from sales.transitions import lose, set_probability
from tests.factories import RelationFactory, SaleFactory
from tests.moments import days_ago

TODAY = date(2026, 3, 16)


def board(sales=None, today=TODAY):
    """The columns by percentage of their phase."""
    board_columns = columns(Sale.objects.untrashed() if sales is None else sales, Phase.objects.all(), today=today)
    return {column.head.phase.probability: column for column in board_columns}


def card_of(sale, today=TODAY):
    return cards(Sale.objects.filter(pk=sale.pk), today=today)[0]


# What the columns say


def test_columns_are_the_active_phases_with_count_and_sums_over_all_their_sales(phases, salesperson):
    for phase, amounts in ((10, ["1000.01", "2000"]), (50, ["333.33"]), (75, ["99.99", None, "0.01"])):
        for amount in amounts:
            SaleFactory(phase=phases[phase], owner=salesperson, expected_revenue=amount and Decimal(amount))

    heads = {
        percent: (column.head.count, column.head.revenue, column.head.weighted, column.head.unknown)
        for percent, column in board().items()
    }
    assert heads == {
        10: (2, Decimal("3000.01"), Decimal("300.0010"), 0),
        25: (0, 0, 0, 0),
        50: (1, Decimal("333.33"), Decimal("166.6650"), 0),
        75: (3, Decimal("100.00"), Decimal("75.0000"), 1),
        100: (0, 0, 0, 0),
    }


def test_sums_count_sales_beyond_the_first_twenty_and_a_percentage_by_hand(phases, salesperson, switch):
    switch(own_probability=True)
    made = [SaleFactory(phase=phases[25], owner=salesperson, expected_revenue=Decimal(100)) for _ in range(CARDS + 3)]
    set_probability(made[-1], probability=60, version=1, by=salesperson)

    column = board()[25]
    assert (column.head.count, column.head.revenue) == (23, Decimal("2300.00"))
    assert column.head.weighted == Decimal("22") * 25 + 60
    assert [card.pk for card in column.cards] == [sale.pk for sale in made[:CARDS]]
    assert column.more


def test_closed_sales_are_not_on_the_board(phases, salesperson):
    lost = SaleFactory(phase=phases[50], owner=salesperson)
    lose(lost, reason=None, lost_to=None, version=1, by=salesperson)
    column = board()[50]
    assert (column.head.count, column.cards, column.more) == (0, [], False)


def test_retired_phase_is_a_column_while_open_sales_stand_in_it(phases, salesperson):
    for percent in (25, 75):
        Phase.objects.filter(pk=phases[percent].pk).update(is_active=False)
    SaleFactory(phase=phases[25], owner=salesperson)
    assert list(board()) == [10, 25, 50, 100]


def test_cards_stand_by_next_step_then_unknown_days_then_id(phases, salesperson):
    days = [None, TODAY, date(2026, 3, 1), None, date(2026, 4, 1), TODAY]
    made = [SaleFactory(owner=salesperson, next_step="Call", next_step_on=day) for day in days]
    order = [made[i].pk for i in (2, 1, 5, 4, 0, 3)]
    assert [card.pk for card in board()[10].cards] == order


@pytest.mark.parametrize("dated", [0, 30, 50])
def test_following_cards_go_on_where_the_column_ended(phases, salesperson, dated):
    for number in range(50):
        day = TODAY + timedelta(days=number // 4) if number < dated else None
        SaleFactory(owner=salesperson, next_step_on=day)
    column = board()[10]
    seen = [card.pk for card in column.cards]
    while column_goes_on := len(seen) < 50:
        next_cards, more = following(Sale.objects.untrashed(), phases[10], _place(seen[-1]), today=TODAY)
        seen += [card.pk for card in next_cards]
        assert more == (len(seen) < 50)
    assert not column_goes_on
    assert seen == sorted(seen)


def _place(pk):
    return CardPlace(Sale.objects.get(pk=pk).next_step_on, pk)


@pytest.mark.parametrize("place", [CardPlace(TODAY, 5), CardPlace(None, 12)])
def test_place_reads_back_what_it_writes(place):
    assert CardPlace.parse(str(place)) == place


@pytest.mark.parametrize(
    "words", ["", "20", "2026-03-16", "2026-02-30.1", "none.x", ".1", "none.", "none.1234567890123456789"]
)
def test_place_refuses_rubbish(words):
    with pytest.raises(BadRequest):
        CardPlace.parse(words)


def test_card_tells_of_its_sale(phases, salesperson, switch):
    switch(own_probability=True)
    sale = SaleFactory(
        owner=salesperson, subject="Warehouse", customer=RelationFactory(name="Van Dam"), phase=phases[50],
        expected_revenue=Decimal("8000"), expected_end_date=TODAY, next_step="Call", next_step_on=TODAY,
    )  # fmt: skip
    set_probability(sale, probability=60, version=1, by=salesperson)
    card = card_of(sale)
    assert (card.subject, card.customer, card.amount) == ("Warehouse", "Van Dam", Decimal("8000.00"))
    assert (card.probability, card.by_hand, card.owner, card.version) == (60, True, "Sanne de Wit", 2)
    assert (card.end, card.overdue, card_of(sale, TODAY + timedelta(days=1)).overdue) == (TODAY, False, True)


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("can_move", [True, False])
def test_drawing_that_was_kept_is_the_one_that_would_be_made_anew(phases, salesperson, language, can_move):
    sale = SaleFactory(owner=salesperson, subject="Warehouse", phase=phases[50], expected_revenue=Decimal("8000"))
    page, before = get_template("sales/board/_card.html").template, card_of(sale)
    Sale.objects.filter(pk=sale.pk).update(subject="Ware & house", probability=60, expected_end_date=TODAY)
    with translation.override(language):
        for card in (before, before, card_of(sale), card_of(sale, TODAY + timedelta(days=1))):
            around = ("", can_move, False, language)
            words = {"travelling": "", "can_move": can_move}
            assert drawn(words, [card]) == _drawn.__wrapped__(page, card, *around)


@pytest.mark.parametrize(
    ("step", "days", "kind"),
    [("Call", -1, "late"), ("", -1, "late"), ("Call", 0, "today"), ("Call", 1, "planned"), ("Call", None, "planned"),
     ("", None, "none")],
)  # fmt: skip
def test_next_step_of_a_card_agrees_with_the_filter(phases, salesperson, step, days, kind):
    day = None if days is None else TODAY + timedelta(days=days)
    sale = SaleFactory(owner=salesperson, next_step=step, next_step_on=day)
    assert card_of(sale).next == kind
    kinds = [word for word in ("late", "today", "planned", "none")
             if Sale.objects.with_next_step(word, today=TODAY).filter(pk=sale.pk).exists()]  # fmt: skip
    assert kinds == [kind]


# Days in phase


@pytest.fixture
def story(phases, salesperson):
    """A sale with this history: (days ago, percentage of the phase, kind, status) per event."""

    def tell(*events):
        sale = Sale(owner=salesperson, customer=RelationFactory(), subject="Story", phase=phases[10], probability=10)
        sale.save()
        for sequence, (ago, percent, kind, status) in enumerate(events, 1):
            sale.phase, sale.probability, sale.status = phases[percent], percent, status
            sale.closed_on = None if status == "open" else TODAY
            sale.last_sequence = sequence
            event_of(sale, kind=kind, by=salesperson, at=days_ago(ago)).save(force_insert=True)
        sale.save()
        count_days_anew(Sale.objects.filter(pk=sale.pk))
        return card_of(sale, timezone.localdate()).age.days

    return tell


def test_days_in_phase_count_from_the_event_that_brought_it_there(story):
    assert story((9, 10, "created", "open")) == 9
    assert story((9, 10, "created", "open"), (4, 50, "moved", "open")) == 4
    assert story((9, 10, "created", "open"), (4, 50, "moved", "open"), (1, 50, "changed", "open")) == 4
    assert story((9, 10, "created", "open"), (6, 50, "moved", "open"), (2, 10, "moved", "open")) == 2


def test_days_in_phase_pass_over_a_move_that_was_undone(story):
    assert story((9, 10, "created", "open"), (0, 50, "moved", "open"), (0, 10, "undone", "open")) == 9
    assert (
        story((9, 10, "created", "open"), (5, 25, "moved", "open"), (0, 50, "moved", "open"), (0, 25, "undone", "open"))
        == 5
    )


def test_days_in_phase_go_on_when_a_sale_is_reopened(story):
    assert story((99, 10, "created", "open"), (50, 10, "lost", "lost"), (3, 10, "reopened", "open")) == 52
