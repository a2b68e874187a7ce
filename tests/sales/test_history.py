"""Replaying the events gives the row, whatever happened (rule 7); days in phases."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import DataError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from sales import sentences
from sales.acceptance import accept
from sales.defaults import install_defaults
from sales.editing import edit
from sales.history import commit_many
from sales.models import Phase, Sale, SaleEvent, SalesSettings, Source
from sales.reopening import reopen
from sales.transitions import lose, move, set_probability, undo
from salescrm.calendar import today
from tests.factories import SaleFactory, UserFactory

DEEDS = ["move0", "move1", "move2", "hand", "back", "amount", "date", "lose", "accept", "reopen", "undo"]


def do(deed, sale, by):
    phases = list(Phase.objects.all())
    v = {"version": sale.version, "by": by}
    match deed:
        case "move0" | "move1" | "move2":
            return move(sale, phase=phases[int(deed[-1])], **v)
        case "hand":
            return set_probability(sale, probability=60, **v)
        case "back":
            return set_probability(sale, probability=None, **v)
        case "amount":
            return edit(sale, values={"expected_revenue": sale.version * 100}, **v)
        case "date":
            return edit(sale, values={"expected_end_date": today() + timedelta(days=sale.version)}, **v)
        case "lose":
            return lose(sale, reason=None, lost_to=None, **v)
        case "accept":
            kind = sale.customer.relation_type
            return accept(sale, reason=None, relation_type=kind, follow_up="none", **v)
        case "reopen":
            return reopen(sale, delete_follow_up=False, **v)
    return undo(sale, **v)


@pytest.mark.django_db
@settings(max_examples=25)
@given(deeds=st.lists(st.sampled_from(DEEDS), max_size=12))
def test_last_event_always_equals_the_row_and_sequences_have_no_holes(deeds):
    install_defaults("en")
    SalesSettings.objects.update(own_probability=True)
    by = UserFactory(role="manager")
    sale = SaleFactory(owner=by)
    for deed in deeds:
        try:
            sale = do(deed, sale, by)
        except ValidationError:
            sale = Sale.objects.get(pk=sale.pk)
    stored = Sale.objects.get(pk=sale.pk)
    events = list(stored.events.order_by("sequence"))
    assert events[-1].state() == stored.state()
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    assert stored.probability_by_hand or not stored.is_open or stored.probability == stored.phase.probability


def event(phase, day, **values):
    at = datetime(2026, 3, day, 12, tzinfo=UTC)
    return SaleEvent(
        phase=phase, at=at, kind=values.pop("kind", "moved"), status=values.pop("status", "open"), **values
    )


def test_days_per_phase_add_visits_up_and_stop_at_closing(company, phases):
    one, two = phases[10], phases[25]
    events = [event(one, 1), event(two, 4), event(one, 6), event(two, 10), event(two, 15, kind="lost", status="lost")]
    stays = sentences.stays(events, until=date(2026, 5, 1))
    assert [(stay.phase, stay.days, stay.is_current) for stay in stays] == [
        ("Introduction", 7, False),
        ("Presentation", 7, False),
    ]


def test_history_tells_every_change_in_words(salesperson, phases):
    sale = SaleFactory(owner=salesperson)
    sale = edit(sale, values={"expected_revenue": 2500}, version=1, by=salesperson)
    sale = move(sale, phase=phases[50], version=2, by=salesperson)
    entries = sentences.tell(sentences.read(sale, phases.values()), "en")
    before, after = '<data value="1000.00">€ 1,000.00</data>', '<data value="2500.00">€ 2,500.00</data>'
    assert [(entry.headline, entry.details, entry.stayed) for entry in entries] == [
        ("Moved to Proposal, 50 %", [], "the same day"),
        ("Changed", [f"Expected revenue: {before} → {after}"], ""),
        ("Created in Introduction, 10 %", [], ""),
    ]


def test_change_of_many_refuses_what_is_too_long_instead_of_cutting_it(salesperson, phases):
    sale = SaleFactory(owner=salesperson, phase=phases[25])
    sale.next_step = "x" * 201
    with pytest.raises(DataError), transaction.atomic():
        commit_many([sale], fields=["next_step"], by=salesperson)
    assert Sale.objects.get().next_step == ""


def test_change_of_many_keeps_each_ones_own_values(salesperson, phases):
    sales = [SaleFactory(owner=salesperson, phase=phases[chance]) for chance in (10, 25, 50)]
    for sale, revenue in zip(sales, (Decimal("10.55"), None, Decimal(0)), strict=True):
        sale.expected_revenue, sale.source = revenue, Source.objects.first() if revenue else None
    commit_many(sales, fields=["expected_revenue", "source"], by=salesperson, kind=SaleEvent.Kind.CHANGED)
    for sale in sales:
        stored = Sale.objects.get(pk=sale.pk)
        assert (stored.state(), stored.version) == (sale.state(), 2)
        assert stored.events.get(sequence=2).state() == sale.state()
