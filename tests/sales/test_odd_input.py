"""What people paste and scripts send to the pages of a sale is refused, never an error of ours."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

import pytest

from invoicing.models import VatRate
from sales.models import AcceptReason, LossReason, Sale
from sales.transitions import lose
from salescrm.models import Organisation
from tests.factories import LineFactory, RelationFactory, SaleFactory

ODD_IDS = ["²", "٣", "9" * 30, "9" * 5000, "-1", "a\x00b"]


@pytest.fixture
def sale(salesperson):
    return SaleFactory(owner=salesperson, expected_revenue=Decimal("24000"))


@pytest.mark.parametrize("odd", ODD_IDS)
def test_new_sale_for_an_odd_customer_asks_for_one(desk, salesperson, phases, odd):
    assert desk.get("/sales/new/", {"customer": odd}).status_code in (200, 404)
    values = {"subject": "Roof", "customer": odd, "phase": phases[10].pk, "owner": salesperson.pk, "token": uuid4()}
    assert desk.post("/sales/new/", values).status_code == 422
    assert Sale.objects.count() == 0


@pytest.mark.parametrize("odd", ODD_IDS)
def test_new_project_for_an_odd_customer_asks_for_one(desk, odd):
    assert desk.get("/projects/new/", {"customer": odd}).status_code == 422


def test_a_picker_survives_a_character_the_database_does_not_know(desk, sale):
    answers = {"version": 1, "lost_to": "", "lost_to_text": "Ri\x00val"}
    assert desk.post(f"/sales/{sale.pk}/lose/", answers).status_code == 422
    assert desk.get("/sales/filters/", {"apply": 1, "more_customer_text": "a\x00b"}).status_code == 422


def test_a_line_too_large_for_an_invoice_is_refused(desk, sale):
    line = {
        "description": "Sky", "quantity": "99999999", "unit_price": "999999999999.99",
        "vat_rate": VatRate.objects.first().pk, "billing_method": "hourly",
    }  # fmt: skip
    values = {"version": 1, "lines-TOTAL_FORMS": 1, "lines-INITIAL_FORMS": 0}
    values |= {f"lines-0-{name}": value for name, value in line.items()}
    assert desk.post(f"/sales/{sale.pk}/lines/", values).status_code == 422


def test_a_negative_total_does_not_become_the_expected_revenue(desk, sale):
    LineFactory(sale=sale, unit_price=Decimal("-10"))
    response = desk.post(f"/sales/{sale.pk}/lines/total/", {"version": 1})
    assert (response.status_code, "Expected revenue is not negative." in response.content.decode()) == (422, True)
    assert Sale.objects.get().expected_revenue == Decimal("24000")


def test_a_percentage_is_read_at_once_however_long_it_is(desk, sale, switch):
    switch(own_probability=True)
    typed = {"version": 1, "probability": f"{' ' * 60_000}x"}
    assert desk.post(f"/sales/{sale.pk}/probability/", typed).status_code == 422


def test_a_new_sale_of_a_colleague_leads_to_the_list_when_it_is_out_of_sight(desk, colleague, phases, switch):
    switch(sales_visible="own")
    values = {
        "subject": "Roof", "customer": RelationFactory().pk, "phase": phases[10].pk, "owner": colleague.pk,
        "token": uuid4(),
    }  # fmt: skip
    assert desk.post("/sales/new/", values)["Location"] == "/sales/"


@pytest.mark.parametrize("status", ["accepted", "lost"])
def test_correcting_the_day_keeps_a_reason_whose_switch_is_off_by_now(as_user, manager, status, switch):
    reasons = {"accepted": ("accept_reason", AcceptReason), "lost": ("loss_reason", LossReason)}
    name, model = reasons[status]
    given = {name: model.objects.first(), "follow_up": "none" if status == "accepted" else ""}
    sale = SaleFactory(status=status, closed_on="2026-03-05", **given)
    switch(accept_reason="off", loss_reason="off", lost_to=False)
    response = as_user(manager).post(f"/sales/{sale.pk}/correct/", {"version": 1, "closed_on": "2026-03-04"})
    sale.refresh_from_db()
    assert (response.status_code, getattr(sale, name), str(sale.closed_on)) == (302, given[name], "2026-03-04")


def test_correcting_the_day_keeps_a_competitor_and_a_reason(as_user, manager, sale, salesperson):
    reason, rival = LossReason.objects.first(), RelationFactory(name="Rival")
    lose(sale, reason=reason, lost_to=rival, version=1, by=salesperson)
    LossReason.objects.update(is_active=False)
    answers = {"version": 2, "closed_on": "2026-03-04", "reason": reason.pk, "lost_to": rival.pk, "source": ""}
    assert as_user(manager).post(f"/sales/{sale.pk}/correct/", answers).status_code == 302
    sale.refresh_from_db()
    assert (sale.loss_reason, sale.lost_to) == (reason, rival)


def test_the_name_of_a_customer_is_text_in_the_help_of_a_field(desk, salesperson):
    sale = SaleFactory(owner=salesperson, customer=RelationFactory(name="<img src=x>"))
    page = desk.get(f"/sales/{sale.pk}/accept/").content.decode()
    assert "<img src=x>" not in page
    assert "What &lt;img src=x&gt; is from now on." in page


def test_the_rules_for_a_password_are_a_list(desk):
    page = desk.get("/accounts/password/").content.decode()
    assert "<ul><li>Your password" in page


@pytest.mark.parametrize(("zone", "count"), [("Europe/Amsterdam", 0), ("America/New_York", 1)])
def test_the_day_a_sale_was_created_is_that_of_our_time_zone(desk, sale, zone, count):
    Organisation.objects.update(time_zone=zone)
    Sale.objects.update(created_at=datetime(2026, 3, 15, 2, tzinfo=UTC))  # 22:00 of the day before in New York
    assert desk.get("/sales/?created_to=2026-03-14").context["totals"]["count"] == count
