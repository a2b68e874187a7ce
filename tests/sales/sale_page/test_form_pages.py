"""The forms of a new sale, of a known one and of its lines: sent twice, stale, refused."""

from decimal import Decimal
from uuid import uuid4

import pytest

from invoicing.models import VatRate
from sales.models import Sale
from sales.transitions import lose
from tests.factories import LineFactory, RelationFactory


def new_values(customer, **values):
    return {
        "token": str(uuid4()), "subject": "New roof", "customer": customer.pk, "customer_text": customer.name,
        "contact": "", "expected_revenue": "1,234.56", "expected_end_date": "2026-12-31", "source": "",
        "start_date": "", "next_step": "", "next_step_on": "", "note": "", **values,
    }  # fmt: skip


def test_new_sale_twice_with_one_token_is_one_sale(desk, salesperson, phases):
    values = new_values(RelationFactory(), owner=salesperson.pk, phase=phases[10].pk)
    first, second = desk.post("/sales/new/", values), desk.post("/sales/new/", values)
    assert first["Location"] == second["Location"]
    (sale,) = Sale.objects.all()
    assert (sale.expected_revenue, sale.probability, sale.events.count()) == (Decimal("1234.56"), 10, 1)


def test_new_sale_with_a_bad_amount_keeps_what_was_typed(desk, salesperson, phases):
    values = new_values(RelationFactory(), owner=salesperson.pk, phase=phases[10].pk, expected_revenue="12,3,4")
    response = desk.post("/sales/new/", values)
    assert response.status_code == 422
    assert 'value="12,3,4"' in response.text
    assert Sale.objects.count() == 0


@pytest.mark.parametrize("where", ["new", "edit"])
def test_negative_amount_is_refused_at_its_field(desk, sale, phases, where):
    values = edit_values(sale, expected_revenue="-5", phase=phases[10].pk, token=str(uuid4()))
    response = desk.post("/sales/new/" if where == "new" else f"/sales/{sale.pk}/edit/", values)
    assert response.status_code == 422
    assert response.context["form"].errors == {"expected_revenue": ["Expected revenue is not negative."]}


@pytest.mark.parametrize("where", ["new", "edit"])
def test_an_end_before_the_start_and_a_day_without_a_step_are_said_at_once(desk, sale, phases, where):
    days = {"start_date": "2026-03-20", "expected_end_date": "2026-03-19", "next_step_on": "2026-03-21"}
    values = edit_values(sale, phase=phases[10].pk, token=str(uuid4()), **days)
    response = desk.post("/sales/new/" if where == "new" else f"/sales/{sale.pk}/edit/", values)
    assert response.status_code == 422
    assert response.context["form"].errors == {
        "expected_end_date": ["The expected end date lies before the start date."],
        "next_step": ["Say what the next step is."],
    }


def edit_values(sale, **values):
    return {
        "subject": sale.subject, "customer": sale.customer_id, "customer_text": sale.customer.name, "contact": "",
        "expected_revenue": str(sale.expected_revenue), "expected_end_date": "", "source": "", "owner": sale.owner_id,
        "start_date": "", "next_step": "", "next_step_on": "", "note": "", "version": sale.version, **values,
    }  # fmt: skip


def test_edit_writes_one_event_for_an_amount_and_none_for_a_note(desk, sale):
    desk.post(f"/sales/{sale.pk}/edit/", edit_values(sale, note="hello"))
    desk.post(f"/sales/{sale.pk}/edit/", edit_values(sale, note="hello", expected_revenue="30000", version=2))
    sale = Sale.objects.get(pk=sale.pk)
    assert (sale.version, sale.note, sale.expected_revenue) == (3, "hello", 30000)
    assert [event.kind for event in sale.events.all()] == ["created", "changed"]


def test_stale_edit_shows_theirs_beside_yours_and_loses_nothing(as_user, desk, colleague, sale):
    as_user(colleague).post(f"/sales/{sale.pk}/edit/", edit_values(sale, subject="Theirs"))
    response = desk.post(f"/sales/{sale.pk}/edit/", edit_values(sale, subject="Yours"))
    assert response.status_code == 409
    page = response.text
    assert "Theirs" in page
    assert 'value="Yours"' in page
    assert 'name="version" value="2"' in page


def test_edit_of_a_closed_sale_keeps_its_amount(desk, sale, salesperson):
    lose(sale, reason=None, lost_to=None, version=1, by=salesperson)
    desk.post(f"/sales/{sale.pk}/edit/", edit_values(sale, expected_revenue="1", note="why", version=2))
    sale = Sale.objects.get(pk=sale.pk)
    assert (sale.expected_revenue, sale.note) == (24000, "why")


def test_handing_a_sale_over_leads_out_of_what_is_no_longer_visible(desk, sale, colleague, switch):
    switch(sales_visible="own")
    response = desk.post(f"/sales/{sale.pk}/edit/", edit_values(sale, owner=colleague.pk))
    assert response["Location"] == "/sales/"
    assert Sale.objects.get(pk=sale.pk).owner == colleague


@pytest.fixture
def vat(company):
    return VatRate.objects.first()


def line_values(version, *rows):
    values = {"version": version, "lines-TOTAL_FORMS": len(rows), "lines-INITIAL_FORMS": 0}
    for index, row in enumerate(rows):
        values |= {f"lines-{index}-{name}": value for name, value in row.items()}
    return values


def row(**values):
    return {"description": "Design", "quantity": "2", "unit_price": "12.50", "billing_method": "fixed_price", **values}


def test_lines_are_replaced_and_raise_the_version(desk, sale, vat):
    rows = [row(vat_rate=vat.pk), row(vat_rate=vat.pk, description="Build", unit_price="1,000")]
    response = desk.post(f"/sales/{sale.pk}/lines/", line_values(1, *rows))
    assert response.status_code == 302
    assert [(line.description, line.amount) for line in sale.lines.all()] == [("Design", 25), ("Build", 2000)]
    assert Sale.objects.get(pk=sale.pk).version == 2
    assert desk.post(f"/sales/{sale.pk}/lines/", line_values(1, *rows[:1])).status_code == 409


@pytest.mark.parametrize("count", [3, 30])
def test_lines_take_the_same_statements_however_many(desk, sale, count, django_assert_num_queries):
    LineFactory.create_batch(count, sale=sale)
    desk.get(f"/sales/{sale.pk}/lines/")
    with django_assert_num_queries(5):  # session, user, sale, lines, VAT rates
        desk.get(f"/sales/{sale.pk}/lines/")


def test_retired_vat_rate_stays_where_it_is_and_comes_nowhere_else(desk, sale, vat):
    line = LineFactory(sale=sale, vat_rate=vat)
    VatRate.objects.filter(pk=vat.pk).update(is_active=False)
    page = desk.get(f"/sales/{sale.pk}/lines/").text
    assert page.count(f'<option value="{vat.pk}"') == 1  # offered in its own line, not in the empty one
    line_row = row(pk=line.pk, vat_rate=vat.pk)
    values = line_values(1, line_row) | {"lines-INITIAL_FORMS": 1}
    assert desk.post(f"/sales/{sale.pk}/lines/", values).status_code == 302
    values = line_values(2, line_row, row(vat_rate=vat.pk)) | {"lines-INITIAL_FORMS": 1}
    assert desk.post(f"/sales/{sale.pk}/lines/", values).status_code == 422
    assert sale.lines.count() == 1


def test_retired_vat_rate_goes_with_its_line_to_another_place(desk, sale, vat):
    other = VatRate.objects.exclude(pk=vat.pk).first()
    first, second = LineFactory(sale=sale, vat_rate=other), LineFactory(sale=sale, vat_rate=vat, position=1)
    VatRate.objects.filter(pk=vat.pk).update(is_active=False)
    swapped = line_values(1, row(pk=second.pk, vat_rate=vat.pk), row(pk=first.pk, vat_rate=other.pk))
    assert desk.post(f"/sales/{sale.pk}/lines/", swapped | {"lines-INITIAL_FORMS": 2}).status_code == 302
    assert [line.pk for line in sale.lines.all()] == [second.pk, first.pk]
    on_another = line_values(2, row(pk=second.pk, vat_rate=vat.pk), row(pk=first.pk, vat_rate=vat.pk))
    assert desk.post(f"/sales/{sale.pk}/lines/", on_another | {"lines-INITIAL_FORMS": 2}).status_code == 422


def test_lines_total_becomes_the_expected_revenue_on_request(desk, sale):
    LineFactory(sale=sale, quantity=3, unit_price=Decimal("100"))
    assert "The lines add up to" in desk.get(f"/sales/{sale.pk}/").text
    desk.post(f"/sales/{sale.pk}/lines/total/", {"version": 1})
    assert Sale.objects.get(pk=sale.pk).expected_revenue == 300
