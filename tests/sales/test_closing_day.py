"""The day a sale is closed: asked, today proposed, never ahead and never before the start, on every route (rule 2)."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from sales.acceptance import accept
from sales.bulk.changing import change_many
from sales.bulk.deeds import Lose
from sales.bulk.preview import preview
from sales.correcting import correct
from sales.editing import edit
from sales.models import Sale
from sales.transitions import lose
from salescrm.calendar import today
from tests.factories import LineFactory, SaleFactory
from tests.sales.imports.browser import csv, whys

TODAY = date(2026, 3, 16)
START, BEFORE, BETWEEN, AHEAD = date(2026, 3, 2), date(2026, 3, 1), date(2026, 3, 9), date(2026, 3, 17)
TOO_EARLY = "The closing day cannot lie before the start date, 2 Mar 2026."
TOO_LATE = "The closing day cannot lie in the future."
WRONG = pytest.mark.parametrize(("day", "why"), [(BEFORE, TOO_EARLY), (AHEAD, TOO_LATE)])


@pytest.fixture(autouse=True)
def frozen_day(settings):
    settings.TODAY = TODAY


@pytest.fixture
def sale(salesperson):
    """An open sale that began on the second of March."""
    return SaleFactory(owner=salesperson, subject="Warehouse", start_date=START)


def close(route, sale, by, **day):
    """Close the sale by a domain function."""
    match route:
        case "accept":
            kind = sale.customer.relation_type
            return accept(sale, reason=None, relation_type=kind, follow_up="none", version=1, by=by, **day)
        case "lose":
            return lose(sale, reason=None, lost_to=None, version=1, by=by, **day)
    sales, deed = Sale.objects.filter(pk=sale.pk), Lose(None, None, **day)
    change_many(sales, deed, basis=preview(sales, deed).basis, by=by)
    return Sale.objects.get(pk=sale.pk)


ROUTES = pytest.mark.parametrize("route", ["accept", "lose", "bulk"])


@ROUTES
@pytest.mark.parametrize("day", [START, BETWEEN, TODAY])
def test_sale_closes_on_the_day_that_is_said_and_its_event_is_now(sale, salesperson, route, day):
    began = timezone.now()
    assert close(route, sale, salesperson, closed_on=day).closed_on == day
    event = Sale.objects.get().events.last()
    assert (event.closed_on, began <= event.at <= timezone.now()) == (day, True)


@ROUTES
def test_it_closes_today_when_nothing_is_said(sale, salesperson, route):
    assert close(route, sale, salesperson).closed_on == TODAY


@ROUTES
@WRONG
def test_day_ahead_or_before_the_start_is_refused(sale, salesperson, route, day, why):
    with pytest.raises(ValidationError, match=why.replace(".", r"\.") if route != "bulk" else "cannot be changed"):
        close(route, sale, salesperson, closed_on=day)
    assert (Sale.objects.get().status, Sale.objects.get().events.count()) == ("open", 1)


@WRONG
def test_bulk_names_the_sales_that_began_later(sale, salesperson, day, why):
    other = SaleFactory(owner=salesperson)
    outcome = preview(Sale.objects.all(), Lose(None, None, closed_on=day))
    expected = {sale.pk: why} | ({other.pk: why} if day == AHEAD else {})
    assert {refused.pk: text for refused, text in outcome.refused} == expected


@WRONG
def test_correcting_refuses_such_a_day_too(sale, salesperson, manager, day, why):
    lost = close("lose", sale, salesperson)
    with pytest.raises(ValidationError) as refusal:
        correct(lost, reason=None, lost_to=None, source=None, closed_on=day, version=2, by=manager)
    assert refusal.value.message_dict == {"closed_on": [why]}


def test_old_data_that_was_closed_before_it_began_can_be_corrected_otherwise(sale, salesperson, manager):
    lost = close("lose", sale, salesperson)
    Sale.objects.update(start_date=AHEAD)
    same = correct(lost, reason=None, lost_to=None, source=None, closed_on=TODAY, version=2, by=manager)
    assert same.version == 2
    rival = SaleFactory().customer
    done = correct(lost, reason=None, lost_to=rival, source=None, closed_on=TODAY, version=2, by=manager)
    assert (done.lost_to, done.closed_on) == (rival, TODAY)


def test_start_date_does_not_move_behind_the_closing_day(sale, salesperson, desk):
    lost = close("lose", sale, salesperson, closed_on=BETWEEN)
    with pytest.raises(ValidationError) as refusal:
        edit(lost, values={"start_date": BETWEEN + timedelta(days=1)}, version=2, by=salesperson)
    assert refusal.value.message_dict == {
        "start_date": ["The start date cannot lie after the closing day, 9 Mar 2026."]
    }
    assert edit(lost, values={"start_date": BETWEEN}, version=2, by=salesperson).start_date == BETWEEN


def test_old_data_that_was_closed_before_it_began_can_be_edited_otherwise(sale, salesperson):
    lost = close("lose", sale, salesperson)
    Sale.objects.update(start_date=AHEAD)
    values = {"start_date": AHEAD, "subject": "Roof"}
    assert edit(Sale.objects.get(pk=lost.pk), values=values, version=2, by=salesperson).subject == "Roof"


# The pages


def answers(sale, **more):
    return {"version": sale.version, "relation_type": sale.customer.relation_type_id, **more}


@pytest.mark.parametrize("deed", ["lose", "accept"])
def test_dialog_proposes_today_and_knows_its_limits(desk, sale, deed):
    page = desk.get(f"/sales/{sale.pk}/{deed}/").text
    field = page[page.index('name="closed_on"') :]
    assert all(
        word in field[: field.index(">")] for word in ['value="2026-03-16"', 'min="2026-03-02"', 'max="2026-03-16"']
    )


@pytest.mark.parametrize("deed", ["lose", "accept"])
@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("2026-03-01", TOO_EARLY),
        ("2026-03-17", TOO_LATE),
        ("", "This field is required."),
        ("soon", "Enter a valid date."),
    ],
)
def test_wrong_day_is_said_at_the_field_and_kept(desk, sale, deed, typed, why):
    answer = desk.post(f"/sales/{sale.pk}/{deed}/", answers(sale, closed_on=typed, step="why"))
    form = answer.context["form" if deed == "lose" else "why"]
    assert (answer.status_code, form.errors) == (422, {"closed_on": [why]})
    assert f'value="{typed}"' in answer.text or not typed
    assert Sale.objects.get(pk=sale.pk).status == "open"


def test_day_travels_along_in_the_steps_of_accepting(desk, sale):
    LineFactory(sale=sale)
    url, form = f"/sales/{sale.pk}/accept/", answers(sale, closed_on="2026-03-09")
    for more in ({"step": "why"}, {"step": "then", "follow_up": "new_project"}):
        page = desk.post(url, form | more).text
        hidden = page[page.index('name="closed_on"') - 30 :]
        assert 'type="hidden"' in hidden[:60] and 'value="2026-03-09"' in hidden[:90]
    project = {"project-name": "Roof", "project-manager": sale.owner_id, "project-start_date": "2026-03-16"}
    desk.post(url, form | project | {"step": "project", "follow_up": "new_project"})
    accepted = Sale.objects.get(pk=sale.pk)
    assert (accepted.status, accepted.closed_on) == ("accepted", BETWEEN)


def test_start_that_moved_meanwhile_leads_back_to_the_first_step(desk, sale):
    form = answers(sale, closed_on="2026-03-09", step="then", follow_up="none")
    Sale.objects.update(start_date=date(2026, 3, 12))
    answer = desk.post(f"/sales/{sale.pk}/accept/", form)
    assert (answer.status_code, answer.context["step"]) == (422, "why")
    assert "The closing day cannot lie before the start date, 12 Mar 2026." in answer.text


@pytest.mark.parametrize("deed", ["lose", "accept"])
def test_second_click_shows_the_first_result_whatever_day_it_says(desk, sale, deed):
    form = answers(sale, step="then", follow_up="none")
    for day in ("2026-03-09", "2026-03-10"):
        assert desk.post(f"/sales/{sale.pk}/{deed}/", form | {"closed_on": day}).status_code == 302
    assert (Sale.objects.get().closed_on, Sale.objects.get().version) == (BETWEEN, 2)


def test_bulk_asks_for_the_day(desk, sale, salesperson):
    other = SaleFactory(owner=salesperson)
    form = {"action": "lose", "sale": [sale.pk, other.pk]}
    assert 'value="2026-03-16"' in desk.post("/sales/bulk/", form).text
    wrong = desk.post("/sales/bulk/", form | {"asked": 1, "closed_on": "2026-03-17"})
    assert (wrong.status_code, wrong.context["form"].errors) == (422, {"closed_on": [TOO_LATE]})
    seen = desk.post("/sales/bulk/", form | {"asked": 1, "closed_on": "2026-03-01"})
    assert TOO_EARLY in seen.text
    basis = seen.context["preview"].basis
    done = {"asked": 1, "closed_on": "2026-03-01", "basis": basis, "carry-out": "others"}
    assert desk.post("/sales/bulk/", form | done).status_code == 302
    assert [Sale.objects.get(pk=row.pk).closed_on for row in (sale, other)] == [None, BEFORE]


def test_correcting_says_it_at_the_field(sale, salesperson, manager, as_user):
    close("lose", sale, salesperson)
    answer = as_user(manager).post(f"/sales/{sale.pk}/correct/", {"version": 2, "closed_on": "2026-03-01"})
    assert (answer.status_code, answer.context["form"].errors) == (422, {"closed_on": [TOO_EARLY]})


@WRONG
def test_import_refuses_such_a_day_too(sale, visitor, day, why):
    visitor.upload(csv(("Number", "Status", "Closed on"), (sale.pk, "lost", day.isoformat())))
    assert whys(visitor.check()) == [why]


def test_import_moves_no_start_behind_the_closing_day(sale, salesperson, visitor):
    close("lose", sale, salesperson, closed_on=BETWEEN)
    visitor.upload(csv(("Number", "Start date"), (sale.pk, "2026-03-10")))
    assert whys(visitor.check()) == ["The closing day cannot lie before the start date, 10 Mar 2026."]


def test_days_are_those_of_the_organisation(settings, sale, salesperson):
    settings.TODAY = None
    assert close("lose", sale, salesperson).closed_on == today()
