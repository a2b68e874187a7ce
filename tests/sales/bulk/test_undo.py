"""Undo of a change of many sales: all it changed comes back, but for what somebody has changed since."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest

from sales.bulk import undo
from sales.bulk.changing import change_many
from sales.bulk.deeds import (
    End,
    HandOver,
    Lose,
    Move,
    Plan,
)
from sales.bulk.preview import preview
from sales.bulk.undo import undo_many
from sales.editing import edit
from sales.models import Sale
from sales.refusals import Refused
from sales.transitions import move, set_probability
from salescrm.calendar import today
from tests.factories import SaleFactory
from tests.pages import offered

pytestmark = pytest.mark.django_db
WORTH = [(10, Decimal(100)), (25, Decimal(200)), (50, None)]


@pytest.fixture
def sales(salesperson, manager, phases):
    """Three open sales of two owners, in Introduction, Presentation and Proposal; the second has no end date."""
    return [
        SaleFactory(
            subject=f"Sale {chance}", phase=phases[chance], expected_revenue=revenue,
            owner=manager if chance == 25 else salesperson,
            expected_end_date=None if chance == 25 else today() + timedelta(days=chance),
        )
        for chance, revenue in WORTH
    ]  # fmt: skip


def do(deed, by):
    """Do it to all sales; returns when."""
    everything = Sale.objects.untrashed()
    return change_many(everything, deed, basis=preview(everything, deed).basis, by=by)[0].updated_at


def stored(*fields):
    return list(Sale.objects.order_by("pk").values_list(*fields))


def last_kinds():
    return [sale.events.order_by("-sequence").first().kind for sale in Sale.objects.order_by("pk")]


def test_move_comes_back_with_phase_percentage_mark_and_days(sales, salesperson, phases, switch):
    switch(own_probability=True)
    set_probability(sales[0], probability=33, version=1, by=salesperson)
    held = "phase", "probability", "probability_by_hand"
    before = stored(*held)
    done = do(Move(phases[75]), salesperson)
    assert set(stored("probability")) == {(75,)}

    assert undo_many(done_at=done, by=salesperson) == (3, 0)

    assert stored(*held) == before
    assert stored("weighted_revenue") == [(Decimal("33.00"),), (Decimal("50.00"),), (None,)]
    assert last_kinds() == ["undone"] * 3
    for sale in Sale.objects.all():
        assert sale.events.order_by("sequence").last().state() == sale.state()
        assert sale.phase_since == sale.events.order_by("sequence").first().at


def test_owners_come_back_each_to_his_own(sales, manager, colleague):
    before = stored("owner", "version")
    done = do(HandOver(colleague), manager)
    assert undo_many(done_at=done, by=manager) == (3, 0)
    assert stored("owner", "version") == [(owner, version + 2) for owner, version in before]
    assert last_kinds() == ["changed"] * 3


def test_end_dates_come_back_also_where_there_was_none(sales, manager):
    before = stored("expected_end_date")
    done = do(End(day=today() + timedelta(days=90)), manager)
    assert undo_many(done_at=done, by=manager) == (3, 0)
    assert stored("expected_end_date") == before


def test_what_was_changed_since_stays_and_is_counted(sales, salesperson, colleague, phases):
    done = do(Move(phases[75]), salesperson)
    move(Sale.objects.get(pk=sales[0].pk), phase=phases[100], version=2, by=colleague)
    edit(Sale.objects.get(pk=sales[1].pk), values={"next_step": "Call"}, version=2, by=salesperson)
    assert undo_many(done_at=done, by=salesperson) == (1, 2)
    assert stored("probability") == [(100,), (75,), (50,)]
    assert undo_many(done_at=done, by=salesperson) == (0, 3)


def test_somebody_else_takes_nothing_back(sales, salesperson, manager, phases):
    done = do(Move(phases[75]), salesperson)
    assert undo_many(done_at=done, by=manager) == (0, 0)
    assert set(stored("probability")) == {(75,)}


def test_ten_minutes_later_it_is_refused(sales, salesperson, phases, monkeypatch):
    done = do(Move(phases[75]), salesperson)
    later = undo.timezone.now() + timedelta(minutes=10, seconds=1)
    monkeypatch.setattr(undo.timezone, "now", lambda: later)
    with pytest.raises(Refused, match="can no longer be undone"):
        undo_many(done_at=done, by=salesperson)
    assert set(stored("probability")) == {(75,)}


@pytest.mark.parametrize("deed", [Lose(None, None), Plan("Call", None)], ids=["lost", "next step"])
def test_what_has_another_way_back_or_none_is_left_alone(sales, salesperson, deed):
    done = do(deed, salesperson)
    before = stored("status", "next_step", "version")
    assert undo_many(done_at=done, by=salesperson) == (0, 0)
    assert stored("status", "next_step", "version") == before


def test_change_of_more_than_owner_and_end_date_is_left_alone(sales, salesperson, colleague):
    values = {"owner": colleague, "expected_revenue": Decimal(900)}
    done = edit(sales[0], values=values, version=1, by=salesperson).updated_at
    assert undo_many(done_at=done, by=salesperson) == (0, 1)
    assert stored("owner", "expected_revenue")[0] == (colleague.pk, Decimal(900))


@pytest.mark.parametrize("count", [3, 30])
def test_statements_do_not_grow_with_the_sales(salesperson, phases, count, django_assert_num_queries):
    SaleFactory.create_batch(count, owner=salesperson, phase=phases[10])
    done = do(Move(phases[75]), salesperson)
    with django_assert_num_queries(10):
        undo_many(done_at=done, by=salesperson)


@pytest.fixture
def carry_out(sales, as_user):
    """Carry out a change of all sales as this user; returns the list it leads back to."""

    def carry_out(by, action, **fields):
        desk, data = as_user(by), {"action": action, "all": 1, "query": "status=open&q=Sale", "asked": 1, **fields}
        basis = re.search(r'name="basis" value="([^"]+)"', desk.post("/sales/bulk/", data).content.decode())[1]
        return desk.post("/sales/bulk/", {**data, "basis": basis, "carry-out": "all"}, follow=True).content.decode()

    return carry_out


def test_message_offers_the_way_back_and_leads_to_the_list_as_it_was(carry_out, manager, phases, as_user):
    before = stored("probability")
    url, fields = offered(carry_out(manager, "move", phase=phases[100].pk))
    assert (url, fields["query"]) == ("/sales/bulk/undo/", "status=open&q=Sale")
    assert set(stored("probability")) == {(100,)}

    answer = as_user(manager).post(url, fields, follow=True)

    assert answer.redirect_chain == [("/sales/?status=open&q=Sale", 302)]
    assert "3 sales are as they were." in answer.content.decode()
    assert stored("probability") == before
    again = as_user(manager).post(url, fields, follow=True).content.decode()
    assert "3 sales have been changed since and stay as they are." in again


def test_message_says_how_many_stay(carry_out, manager, colleague, phases, as_user, sales):
    url, fields = offered(carry_out(manager, "end", way="none"))
    first = Sale.objects.get(pk=sales[0].pk)
    edit(first, values={"owner": colleague}, version=first.version, by=manager)
    page = as_user(manager).post(url, fields, follow=True).content.decode()
    assert "1 sale is as it was." in page
    assert "1 sale has been changed since and stays as it is." in page


def test_too_late_is_told(carry_out, manager, as_user):
    url, fields = offered(carry_out(manager, "end", way="none"))
    fields["at"] = "2026-01-01T00:00:00+00:00"
    assert "can no longer be undone" in as_user(manager).post(url, fields, follow=True).content.decode()


def test_undo_is_not_offered_for_sales_that_went_out_of_sight(carry_out, salesperson, colleague, switch):
    switch(sales_visible="own")
    page = carry_out(salesperson, "owner", owner=colleague.pk)
    assert ("2 sales handed over" in page, offered(page)) == (True, None)


@pytest.mark.parametrize(("action", "fields"), [("step", {"next_step": "Call"}), ("lose", {"reason": ""})])
def test_undo_is_not_offered_for_what_it_cannot_take_back(carry_out, manager, action, fields):
    assert offered(carry_out(manager, action, **fields)) is None


def test_preview_counts_next_steps_that_would_be_replaced(sales, salesperson):
    Sale.objects.filter(pk__in=[sales[0].pk, sales[1].pk]).update(next_step="Visit", next_step_on=today())
    assert preview(Sale.objects.untrashed(), Plan("Call", today())).planned == 2
    assert preview(Sale.objects.untrashed(), Plan("Visit", today())).planned == 0
    assert preview(Sale.objects.untrashed(), End(later=7)).planned == 0
