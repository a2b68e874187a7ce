"""Odd years are refused on every route of a sale, project or invoice; records from before that rule stay workable."""

import re
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from invoicing.issuing import issue
from invoicing.models import Invoice
from projects.models import Project
from sales.bulk.deeds import End, Plan
from sales.day.calendar_feed import renew
from sales.models import Sale, SavedView
from sales.refusals import Refused
from salescrm.calendar import today
from tests.factories import InvoiceFactory, InvoiceLineFactory, ProjectFactory, RelationFactory, SaleFactory
from tests.issuable import issuable

ODD = ["0026-12-20", "1899-12-31", "2200-01-01", "9999-12-31"]
SENTENCE = "The year lies between 1900 and 2199."


@pytest.fixture
def desk(as_user, manager):
    return as_user(manager)


@pytest.fixture
def sale(manager, phases):
    return SaleFactory(owner=manager, subject="Roof", next_step="Call", next_step_on=date(2030, 3, 20))


@pytest.fixture
def old(sale):
    """A sale of before the rule, odd in every date a form asks."""
    odd = {"expected_end_date": date(26, 12, 20), "start_date": date(26, 1, 1), "next_step_on": date(9999, 12, 31)}
    Sale.objects.filter(pk=sale.pk).update(**odd)
    sale.refresh_from_db()
    return sale


def form_of(sale, **changes):
    values = {
        "subject": sale.subject, "customer": sale.customer_id, "owner": sale.owner_id, "next_step": sale.next_step,
        "expected_revenue": "1000", "note": sale.note, "version": sale.version,
        **{name: str(getattr(sale, name) or "") for name in ("expected_end_date", "start_date", "next_step_on")},
    }  # fmt: skip
    return {name: value for name, value in (values | changes).items() if value is not None}


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("name", ["expected_end_date", "start_date", "next_step_on"])
def test_forms_of_a_sale_refuse_an_odd_year(desk, sale, phases, name, odd):
    new = {"token": uuid4(), "phase": phases[10].pk, "version": None}
    for address, values in (("/sales/new/", form_of(sale, **new)), (f"/sales/{sale.pk}/edit/", form_of(sale))):
        response = desk.post(address, values | {name: odd})
        assert (response.status_code, SENTENCE in response.content.decode()) == (422, True)
    assert Sale.objects.values_list("version", name).get() == (1, getattr(sale, name))


@pytest.mark.parametrize("odd", ODD)
def test_inline_edits_bulk_and_undo_refuse_an_odd_year(desk, sale, odd):
    one = f"/sales/{sale.pk}"
    many = {"sale": sale.pk, "asked": 1}
    answers = [
        desk.post(f"{one}/change/end/", {"version": 1, "expected_end_date": odd}),
        desk.post(f"{one}/change/step/", {"version": 1, "next_step": "Call", "next_step_on": odd}),
        desk.post("/sales/bulk/", {**many, "action": "end", "way": "on", "day": odd}),
        desk.post("/sales/bulk/", {**many, "action": "step", "next_step": "Call", "next_step_on": odd}),
        desk.post(reverse("sales:step-back", args=[sale.pk]), {"version": 1, "next_step": "Call", "next_step_on": odd}),
    ]
    assert [answer.status_code for answer in answers] == [422, 422, 422, 422, 400]
    assert all(SENTENCE in answer.content.decode() for answer in answers[:4])
    assert Sale.objects.get().version == 1


@pytest.mark.parametrize("odd", ODD)
def test_closing_day_invoice_date_and_project_refuse_an_odd_year(desk, manager, odd):
    closed = SaleFactory(owner=manager, status="lost", closed_on=date(2026, 3, 5))
    corrected = desk.post(f"/sales/{closed.pk}/correct/", {"version": 1, "closed_on": odd})
    customer = RelationFactory(email="a@example.com")
    invoice = issuable(InvoiceLineFactory(invoice=InvoiceFactory(owner=manager, customer=customer)).invoice)
    issued = desk.post(f"/invoices/{invoice.pk}/issue/", {"version": 1, "issued_on": odd, "to": "a@example.com"})
    project = ProjectFactory(manager=manager)
    values = {"version": 1, "name": "Well", "manager": manager.pk, "start_date": odd, "token": uuid4()}
    edited = desk.post(f"/projects/{project.pk}/edit/", values)
    opened = desk.post(f"/projects/new/?customer={customer.pk}", values)
    answers = [corrected, issued, edited, opened]
    assert [(answer.status_code, SENTENCE in answer.content.decode()) for answer in answers] == [(422, True)] * 4
    assert Sale.objects.get(pk=closed.pk).closed_on == date(2026, 3, 5)
    assert (Invoice.objects.get().issued_on, Project.objects.get().start_date) == (None, None)


@pytest.mark.parametrize("odd", ODD)
def test_project_step_of_accepting_refuses_what_was_typed_a_step_before(desk, sale, manager, odd):
    answers = {
        "version": 1, "relation_type": sale.customer.relation_type_id, "follow_up": "new_project", "step": "project",
        "project-name": "Well", "project-manager": manager.pk, "project-start_date": odd,
        "closed_on": today().isoformat(),
    }  # fmt: skip
    assert desk.post(f"/sales/{sale.pk}/accept/", answers).status_code == 422
    assert (Sale.objects.get().status, Project.objects.count()) == ("open", 0)


@pytest.mark.parametrize("odd", ODD)
def test_notes_and_meetings_refuse_an_odd_year(desk, sale, odd):
    values = {"kind": "meeting", "text": "Talk", "at": f"{odd}T10:00", "token": uuid4()}
    response = desk.post(f"/sales/{sale.pk}/notes/new/", values)
    assert (response.status_code, SENTENCE in response.content.decode()) == (422, True)
    assert not sale.notes.exists()


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize(
    "address",
    [
        *(f"/sales/?{word}_{end}=" for word in ("end", "closed", "created", "next") for end in ("from", "to")),
        "/invoices/?since=", "/invoices/?until=", "/reports/kpis/?from=", "/reports/won-lost/?to=",
        "/reports/sources/?from=", "/sales/views/new/?end_from=", "/sales/board/?end_from=",
    ],
)  # fmt: skip
def test_addresses_refuse_an_odd_year(desk, address, odd):
    assert desk.get(f"{address}{odd}").status_code == 400


def test_filter_form_explains_an_odd_year_and_keeps_what_was_typed(desk, sale):
    response = desk.get("/sales/filters/", {"apply": 1, "end_from": "0026-12-20", "closed_to": "2026-03-20"})
    page = response.content.decode()
    assert (response.status_code, page.count(SENTENCE)) == (422, 1)
    assert 'value="0026-12-20"' in page
    assert 'value="2026-03-20"' in page
    fine = desk.get("/sales/filters/", {"apply": 1, "end_from": "2026-03-01", "closed_to": "2026-03-20"})
    assert fine["Location"] == "/sales/?end_from=2026-03-01&closed_to=2026-03-20"


def test_view_with_an_odd_year_is_said_to_work_no_more(desk, manager):
    view = SavedView.objects.create(owner=manager, name="Odd", query="end_from=0026-12-20")
    assert desk.get(f"/sales/?end_from=0026-12-20&view={view.pk}")["Location"] == f"/sales/views/{view.pk}/"
    assert desk.get(f"/sales/views/{view.pk}/").status_code == 200
    assert desk.get("/sales/views/").status_code == 200


@pytest.mark.parametrize("odd", [date(26, 12, 20), date(2200, 1, 1)])
def test_deeds_refuse_an_odd_year(sale, odd):
    for deed in (End(day=odd), Plan("Call", odd)):
        with pytest.raises(Refused, match="1900"):
            deed.make(Sale.objects.get())


def test_putting_off_ends_with_the_last_day_there_is(sale):
    sale.expected_end_date = date(2199, 12, 30)
    assert End(later=1).make(sale)
    assert sale.expected_end_date == date(2199, 12, 31)
    with pytest.raises(Refused, match="too far"):
        End(later=1).make(sale)


def test_issuing_refuses_an_odd_year_however_it_is_called(manager):
    invoice = InvoiceLineFactory(invoice=InvoiceFactory(owner=manager)).invoice
    with pytest.raises(ValidationError, match="1900"):
        issue(invoice, version=1, by=manager, on=date(26, 3, 1))


def test_other_fields_of_an_old_record_can_be_edited_moved_and_planned(desk, old, phases):
    page = desk.get(f"/sales/{old.pk}/edit/").content.decode()
    assert 'value="0026-12-20"' in page
    assert desk.post(f"/sales/{old.pk}/edit/", form_of(old, subject="Tiles")).status_code == 302
    assert desk.post(f"/sales/{old.pk}/move/", {"version": 2, "phase": phases[50].pk}).status_code == 302
    assert desk.post(f"/sales/{old.pk}/change/amount/", {"version": 3, "expected_revenue": "5"}).status_code == 302
    touched = form_of(old, subject="Tiles", version=4, expected_end_date="0027-12-20")
    assert desk.post(f"/sales/{old.pk}/edit/", touched).status_code == 422
    put_right = form_of(old, subject="Tiles", version=4, expected_end_date="2026-12-20")
    assert desk.post(f"/sales/{old.pk}/edit/", put_right).status_code == 302
    stored = Sale.objects.values_list("subject", "expected_end_date", "start_date", "next_step_on").get()
    assert stored == ("Tiles", date(2026, 12, 20), date(26, 1, 1), date(9999, 12, 31))


def test_a_step_of_an_odd_day_is_ticked_off_without_an_undo_that_fails(desk, old):
    response = desk.post(reverse("sales:step-done", args=[old.pk]), {"version": 1}, follow=True)
    assert response.status_code == 200
    assert reverse("sales:step-back", args=[old.pk]) not in response.content.decode()
    assert Sale.objects.get().next_step_on is None


def test_old_closed_sale_and_project_can_still_be_put_right(desk, manager):
    sale = SaleFactory(owner=manager, status="lost", closed_on=date(26, 3, 5))
    answers = {"version": 1, "closed_on": "0026-03-05", "source": ""}
    assert desk.post(f"/sales/{sale.pk}/correct/", answers).status_code == 302
    project = ProjectFactory(manager=manager, start_date=date(26, 1, 1), end_date=date(26, 3, 1))
    values = {"version": 1, "name": "Well", "manager": manager.pk, "start_date": "0026-01-01", "end_date": "0026-03-01"}
    assert desk.post(f"/projects/{project.pk}/edit/", values).status_code == 302
    assert Project.objects.get().name == "Well"


def test_pages_and_files_bear_old_records(desk, old, manager):
    SaleFactory(owner=manager, status="accepted", closed_on=date(9999, 12, 31), follow_up="none")
    ProjectFactory(manager=manager, start_date=date(26, 1, 1), customer=old.customer)
    addresses = [
        "/", "/sales/", "/sales/?columns=end,start,next,closed", "/sales/board/", "/sales/day/",
        f"/sales/{old.pk}/", f"/sales/{old.pk}/history/", f"/sales/{old.pk}/change/end/", "/projects/", "/sales/trash/",
        "/reports/forecast/", "/reports/kpis/", "/reports/won-lost/", "/reports/sources/", "/sales/?overdue=1",
        "/reports/forecast/?from=1900-01&months=36", "/reports/forecast/?from=2199-12&months=36",
        "/reports/kpis/?from=1900-01-01&to=2199-12-31", "/sales/?sort=end", "/sales/?end_from=1900-01-01",
        *(f"{page}format={kind}" for kind in ("csv", "xlsx") for page in ("/sales/?", "/projects/?", "/sales/day/?")),
    ]  # fmt: skip
    for address in addresses:
        response = desk.get(address, follow=True)
        assert response.status_code == 200, address
        page = b"".join(response) if response.streaming else response.content
        for moment in re.findall(rb'<time datetime="([^"]*)"', page):
            assert re.match(rb"\d{4}-\d\d", moment), (address, moment)


def test_forecast_leads_nowhere_beyond_the_years_there_are(desk, manager):
    for end in (date(26, 12, 20), date(1900, 1, 5), date(2199, 12, 20), date(9999, 12, 31)):
        SaleFactory(owner=manager, expected_end_date=end)
    for address in ("/reports/forecast/?from=1900-01&months=36", "/reports/forecast/?from=2199-12&months=36"):
        page = desk.get(address).content.decode()
        links = {link.replace("&amp;", "&") for link in re.findall(r'href="(/sales/\?[^"]*|\?[^"]*from=[^"]*)"', page)}
        assert links
        for link in links:
            assert desk.get(link if link[0] == "/" else f"/reports/forecast/{link}").status_code == 200, link


def test_calendar_bears_a_step_at_the_end_of_time(manager, sale):
    for day in (date(26, 12, 20), date(9999, 12, 31), date(2199, 12, 31)):
        odd = SaleFactory(owner=manager, next_step="Odd")
        Sale.objects.filter(pk=odd.pk).update(next_step_on=day)
    for at in (datetime(9999, 12, 31, 23, 30, tzinfo=UTC), datetime(2199, 12, 31, 22, tzinfo=UTC)):
        sale.notes.create(kind="meeting", text="Talk", at=at, by=manager, updated_by=manager)
    response = Client().get(reverse("sales:feed", args=[renew(manager).secret]))
    assert response.status_code == 200
    days = [event.decoded("dtstart") for event in Calendar.from_ical(response.content).walk("VEVENT")]
    assert days == [date(2030, 3, 20), date(2199, 12, 31), datetime(2199, 12, 31, 22, tzinfo=UTC)]
