"""Every form of a sale may be sent twice: the second click finds the result of the first (rules 6 and 10)."""

from decimal import Decimal

import pytest

from invoicing.editing import delete
from invoicing.models import VatRate
from sales.correcting import correct
from sales.editing import edit, replace_lines
from sales.models import LossReason, Sale
from sales.refusals import Stale
from sales.transitions import lose
from salescrm.calendar import today
from tests.factories import LineFactory, SaleFactory


@pytest.fixture
def sale(salesperson):
    return SaleFactory(owner=salesperson)


@pytest.mark.parametrize("values", [{"expected_revenue": Decimal(5)}, {"note": "Call"}])
def test_edit_twice_is_one_change(sale, salesperson, values):
    for _click in range(2):
        edit(sale, values=values, version=1, by=salesperson)
    assert Sale.objects.get().version == 2


def test_edit_of_something_else_in_an_old_window_is_stale(sale, salesperson, colleague):
    edit(sale, values={"note": "Call"}, version=1, by=salesperson)
    with pytest.raises(Stale):
        edit(sale, values={"note": "Write"}, version=1, by=salesperson)
    with pytest.raises(Stale):
        edit(sale, values={"note": "Call"}, version=1, by=colleague)


def test_lines_twice_are_stored_once(sale, salesperson):
    rate = VatRate.objects.first()
    rows = [
        {"description": text, "quantity": Decimal(2), "unit_price": Decimal(price), "vat_rate": rate,
         "billing_method": "hourly"}
        for text, price in (("Design", 10), ("Build", 20), ("Test", 30))
    ]  # fmt: skip
    for _click in range(2):
        replace_lines(sale, lines=rows, version=1, by=salesperson)
    assert (Sale.objects.get().version, sale.lines.count()) == (2, 3)
    with pytest.raises(Stale):
        replace_lines(sale, lines=rows[:2], version=1, by=salesperson)


def test_correct_twice_is_one_event_and_the_same_outcome_none(sale, salesperson, manager):
    lose(sale, reason=None, lost_to=None, version=1, by=salesperson)
    answers = {"reason": LossReason.objects.first(), "lost_to": None, "source": None, "closed_on": today()}
    for version in (2, 2, 3):
        correct(sale, **answers, version=version, by=manager)
    assert list(sale.events.values_list("kind", flat=True)) == ["created", "lost", "corrected"]


def test_accept_twice_leads_to_the_sale_once_the_draft_is_gone(as_user, sale, salesperson):
    LineFactory(sale=sale)
    answers = {"version": 1, "step": "then", "relation_type": sale.customer.relation_type_id, "follow_up": "invoice"}
    desk = as_user(salesperson)
    invoice = desk.post(f"/sales/{sale.pk}/accept/", answers)["Location"]
    delete(Sale.objects.get().invoice, version=1, by=salesperson)
    again = desk.post(f"/sales/{sale.pk}/accept/", answers)["Location"]
    assert (invoice.startswith("/invoices/"), again) == (True, f"/sales/{sale.pk}/")
