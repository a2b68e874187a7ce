"""The pages of a sale: wiring, statuses, parts, refusals; the rules are tested without HTTP."""

import re
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils import timezone

from invoicing.models import VatRate
from projects.models import Project
from sales.history import event_of
from sales.models import AcceptReason, LossReason, Sale
from sales.transitions import lose, move
from salescrm.calendar import today
from tests.factories import ContactFactory, LineFactory, ProjectFactory, RelationFactory, SaleFactory

HTMX = {"HX-Request": "true"}


@pytest.fixture
def sale(salesperson):
    return SaleFactory(owner=salesperson, subject="Warehouse", expected_revenue=Decimal("24000"))


@pytest.fixture
def desk(as_user, salesperson):
    return as_user(salesperson)


def text(response):
    return response.content.decode()


def test_detail_shows_the_figures_in_machine_readable_form(desk, sale):
    page = text(desk.get(f"/sales/{sale.pk}/"))
    assert '<data value="24000.00">€ 24,000.00</data>' in page
    assert '<data value="2400.00">€ 2,400.00</data>' in page


@pytest.mark.parametrize(
    ("contact", "phones", "mails"),
    [
        (None, ["0101112233"], ["info@vandam.example"]),
        ({"phone": "06 1234", "email": "ilse@vandam.example"}, ["061234"], ["ilse@vandam.example"]),
        ({"phone": "", "email": "ilse@vandam.example"}, ["0101112233"], ["ilse@vandam.example"]),
    ],
)
def test_detail_says_whom_to_call_the_customer_when_nobody_else(
    desk, salesperson, django_assert_num_queries, contact, phones, mails
):
    customer = RelationFactory(phone="010-111 22 33", email="info@vandam.example")
    person = contact and ContactFactory(organization=customer, **contact)
    sale = SaleFactory(owner=salesperson, customer=customer, contact=person)
    desk.get(f"/sales/{sale.pk}/")

    with django_assert_num_queries(6):
        page = text(desk.get(f"/sales/{sale.pk}/"))

    assert re.findall(r'href="tel:([^"]*)"', page) == phones
    assert re.findall(r'href="mailto:([^"]*)"', page) == mails


def test_detail_of_an_invisible_sale_is_404(as_user, colleague, sale, switch):
    switch(sales_visible="own")
    assert as_user(colleague).get(f"/sales/{sale.pk}/").status_code == 404


def test_move_redirects_without_htmx_and_answers_the_region_with_it(desk, sale, phases):
    response = desk.post(f"/sales/{sale.pk}/move/", {"phase": phases[25].pk, "version": 1})
    assert (response.status_code, response["Location"]) == (302, f"/sales/{sale.pk}/")
    response = desk.post(f"/sales/{sale.pk}/move/", {"phase": phases[50].pk, "version": 2}, headers=HTMX)
    assert response.status_code == 200
    assert text(response).lstrip().startswith('<div id="sale-region">')
    assert "Moved to Proposal, 50 %" in text(response)
    assert f'action="/sales/{sale.pk}/undo/"' in text(response)


def test_undone_move_leaves_the_days_in_the_phase_as_they_were(desk, salesperson, phases):
    long_ago = timezone.now() - timedelta(days=14)
    sale = Sale.objects.create(
        subject="Warehouse", customer=RelationFactory(), owner=salesperson, phase=phases[10], probability=10,
        phase_since=long_ago, last_sequence=1,
    )  # fmt: skip
    event_of(sale, kind="created", by=salesperson, at=long_ago).save(force_insert=True)
    moved = desk.post(f"/sales/{sale.pk}/move/", {"phase": phases[50].pk, "version": 1}, headers=HTMX)
    assert "0 days in Proposal" in text(moved)

    undone = desk.post(f"/sales/{sale.pk}/undo/", {"version": 2}, headers=HTMX)

    assert "14 days in Introduction" in text(undone)


@pytest.mark.parametrize(
    "fields", [{}, {"version": 1}, {"phase": "x", "version": 1}, {"phase": 1}, {"phase": "9" * 17, "version": 1}]
)
def test_move_without_a_readable_phase_and_version_is_400(desk, sale, phases, fields):
    fields = {"phase": phases[25].pk} | fields if fields == {"phase": 1} else fields
    assert desk.post(f"/sales/{sale.pk}/move/", fields).status_code == 400


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_stale_move_is_409_and_says_who_moved_it(as_user, salesperson, colleague, sale, phases, headers):
    move(sale, phase=phases[75], version=1, by=colleague)
    response = as_user(salesperson).post(
        f"/sales/{sale.pk}/move/", {"phase": phases[50].pk, "version": 1}, headers=headers
    )
    assert response.status_code == 409
    assert "Bram Bakker changed this sale" in text(response)
    assert Sale.objects.get(pk=sale.pk).phase == phases[75]


def test_keep_is_offered_after_moving_a_sale_with_its_own_probability(desk, sale, phases, switch):
    switch(own_probability=True)
    desk.post(f"/sales/{sale.pk}/probability/", {"probability": "60 %", "version": 1})
    response = desk.post(f"/sales/{sale.pk}/move/", {"phase": phases[75].pk, "version": 2}, headers=HTMX)
    assert "Keep 60 %" in text(response)
    desk.post(f"/sales/{sale.pk}/probability/", {"probability": 60, "version": 3})
    kept = Sale.objects.get(pk=sale.pk)
    assert (kept.phase, kept.probability, kept.probability_by_hand) == (phases[75], 60, True)


def test_lose_asks_for_a_required_reason_and_keeps_the_dialog(desk, sale, switch):
    switch(loss_reason="required")
    response = desk.post(f"/sales/{sale.pk}/lose/", {"version": 1}, headers=HTMX)
    assert response.status_code == 422
    assert 'id="dialog-title"' in text(response)
    assert Sale.objects.get(pk=sale.pk).status == "open"


def test_lose_to_a_name_that_is_no_relation_is_refused_and_keeps_what_was_typed(desk, sale):
    response = desk.post(f"/sales/{sale.pk}/lose/", {"version": 1, "lost_to_text": "Nobody Ltd"})
    assert response.status_code == 422
    assert "Nobody Ltd" in text(response)
    assert "No relation found with this name" in text(response)


def test_lose_records_reason_and_competitor(desk, sale):
    reason, competitor = LossReason.objects.first(), RelationFactory(name="Rival")
    response = desk.post(
        f"/sales/{sale.pk}/lose/",
        {"version": 1, "reason": reason.pk, "lost_to": competitor.pk, "lost_to_text": "Rival"},
        headers=HTMX,
    )
    assert response["HX-Redirect"] == f"/sales/{sale.pk}/"
    lost = Sale.objects.get(pk=sale.pk)
    assert (lost.status, lost.loss_reason, lost.lost_to) == ("lost", reason, competitor)


def accept_answers(sale, **answers):
    return {
        "version": sale.version,
        "reason": AcceptReason.objects.first().pk,
        "relation_type": sale.customer.relation_type_id,
        **answers,
    }


def test_accept_steps_store_nothing_before_the_end(desk, sale):
    url = f"/sales/{sale.pk}/accept/"
    first = desk.get(url)
    assert first.status_code == 200
    second = desk.post(url, accept_answers(sale, step="why"))
    assert 'name="follow_up"' in text(second)
    third = desk.post(url, accept_answers(sale, step="then", follow_up="new_project"))
    assert 'name="project-name"' in text(third)
    assert all(f">Step {number}<" in text(page) for number, page in enumerate([first, second, third], start=1))
    stored = Sale.objects.get(pk=sale.pk)
    assert (stored.status, stored.version, Project.objects.count()) == ("open", 1, 0)


def test_accept_without_further_actions(desk, sale):
    response = desk.post(f"/sales/{sale.pk}/accept/", accept_answers(sale, step="then", follow_up="none"))
    assert response["Location"] == f"/sales/{sale.pk}/"
    accepted = Sale.objects.get(pk=sale.pk)
    assert (accepted.status, accepted.closed_on, accepted.follow_up) == ("accepted", today(), "none")


def test_accept_shows_unavailable_follow_ups_with_the_reason(desk, sale):
    LineFactory(sale=sale, billing_method="hourly")
    page = text(desk.post(f"/sales/{sale.pk}/accept/", accept_answers(sale, step="why")))
    assert "Not all service lines have a fixed price." in page
    assert "This customer has no active project." in page


def test_accept_with_an_unavailable_follow_up_is_refused(desk, sale):
    response = desk.post(f"/sales/{sale.pk}/accept/", accept_answers(sale, step="then", follow_up="invoice"))
    assert response.status_code == 422
    assert Sale.objects.get(pk=sale.pk).status == "open"


def test_accept_with_a_draft_invoice_goes_to_it(desk, sale):
    LineFactory(sale=sale, quantity=2, unit_price=Decimal("100"))
    response = desk.post(f"/sales/{sale.pk}/accept/", accept_answers(sale, step="then", follow_up="invoice"))
    invoice = Sale.objects.get(pk=sale.pk).invoice
    assert response["Location"] == f"/invoices/{invoice.pk}/"
    assert [(line.quantity, line.unit_price) for line in invoice.lines.all()] == [(2, 100)]


def test_accept_with_a_new_project_is_prefilled_and_goes_to_it(desk, sale, salesperson):
    LineFactory(sale=sale)
    contact = ContactFactory(organization=sale.customer)
    Sale.objects.filter(pk=sale.pk).update(contact=contact)
    url = f"/sales/{sale.pk}/accept/"
    page = text(desk.post(url, accept_answers(sale, step="then", follow_up="new_project")))
    assert 'value="Warehouse"' in page
    project = {"project-name": "Warehouse", "project-contact": contact.pk, "project-manager": salesperson.pk}
    project |= {"project-start_date": today().isoformat(), "project-end_date": "", "project-note": ""}
    response = desk.post(url, accept_answers(sale, step="project", follow_up="new_project", **project))
    made = Sale.objects.get(pk=sale.pk).project
    assert response["Location"] == f"/projects/{made.pk}/"
    assert (made.name, made.contact, made.manager, made.services.count()) == ("Warehouse", contact, salesperson, 1)


def test_accept_adds_to_an_existing_project_of_the_customer(desk, sale):
    LineFactory(sale=sale, description="Extra work")
    project = ProjectFactory(customer=sale.customer)
    url = f"/sales/{sale.pk}/accept/"
    other = ProjectFactory()
    refused = desk.post(url, accept_answers(sale, step="then", follow_up="existing_project", project=other.pk))
    assert refused.status_code == 422
    response = desk.post(url, accept_answers(sale, step="then", follow_up="existing_project", project=project.pk))
    assert response["Location"] == f"/projects/{project.pk}/"
    assert [service.description for service in project.services.all()] == ["Extra work"]


def test_accept_by_somebody_else_says_who_was_first(as_user, desk, colleague, sale):
    desk.post(f"/sales/{sale.pk}/accept/", accept_answers(sale, step="then", follow_up="none"))
    response = as_user(colleague).post(
        f"/sales/{sale.pk}/accept/", accept_answers(sale, step="then", follow_up="none", version=1)
    )
    assert response.status_code == 409
    assert "Sanne de Wit" in text(response)
    assert "Your choice was not carried out" in text(response)


def test_reopen_is_for_the_owner_and_managers(as_user, desk, colleague, manager, sale, salesperson):
    lose(sale, reason=None, lost_to=None, version=1, by=salesperson)
    assert as_user(colleague).post(f"/sales/{sale.pk}/reopen/", {"version": 2}).status_code == 403
    assert as_user(manager).get(f"/sales/{sale.pk}/reopen/").status_code == 200
    assert desk.post(f"/sales/{sale.pk}/reopen/", {"version": 2}).status_code == 302
    assert Sale.objects.get(pk=sale.pk).status == "open"


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
    assert 'value="12,3,4"' in text(response)
    assert Sale.objects.count() == 0


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
    page = text(response)
    assert "Theirs" in page
    assert 'value="Yours"' in page
    assert 'name="version" value="2"' in page


def test_edit_of_a_closed_sale_keeps_its_amount(desk, sale, salesperson):
    lose(sale, reason=None, lost_to=None, version=1, by=salesperson)
    desk.post(f"/sales/{sale.pk}/edit/", edit_values(sale, expected_revenue="1", note="why", version=2))
    sale = Sale.objects.get(pk=sale.pk)
    assert (sale.expected_revenue, sale.note) == (24000, "why")


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


def test_lines_total_becomes_the_expected_revenue_on_request(desk, sale):
    LineFactory(sale=sale, quantity=3, unit_price=Decimal("100"))
    assert "The lines add up to" in text(desk.get(f"/sales/{sale.pk}/"))
    desk.post(f"/sales/{sale.pk}/lines/total/", {"version": 1})
    assert Sale.objects.get(pk=sale.pk).expected_revenue == 300


def test_list_filters_sorts_and_totals_over_the_whole_filter(desk, salesperson, phases):
    SaleFactory(owner=salesperson, subject="A", phase=phases[50], expected_revenue=Decimal("1000.01"))
    SaleFactory(owner=salesperson, subject="B", phase=phases[75], expected_revenue=Decimal("2000"))
    SaleFactory(owner=salesperson, subject="C", phase=phases[10], expected_revenue=None)
    lost = SaleFactory(owner=salesperson, subject="D", expected_revenue=Decimal("5"))
    lose(lost, reason=None, lost_to=None, version=1, by=salesperson)
    response = desk.get("/sales/?status=open&sort=-amount")
    assert [sale.subject for sale in response.context["rows"]] == ["B", "A", "C"]
    totals = response.context["totals"]
    assert totals == {"count": 3, "revenue": Decimal("3000.01"), "weighted": Decimal("2000.0050"), "unknown": 1}
    assert '<dd data-total="weighted"><data value="2000.01">' in text(response)


@pytest.mark.parametrize(
    "query",
    [
        "status=won",
        "phase=x",
        "owner=-1",
        "end=soon",
        "overdue=yes",
        "end_from=2026-13-01",
        "end_from=20260320",
        "end_from=2026-W12-1",
        "sort=name",
        "page=0",
        "colour=red",
    ],
)
def test_list_refuses_unknown_or_malformed_words(desk, query):
    assert desk.get(f"/sales/?{query}").status_code == 400


def test_list_blank_words_of_a_form_count_as_absent(desk, sale):
    assert desk.get("/sales/?q=&phase=&owner=&status=open", follow=True).context["totals"]["count"] == 1


def test_list_overdue_undated_and_next_step(desk, salesperson):
    day = timedelta(days=1)
    for subject, end, step in [
        ("past", today() - day, today() - day),
        ("today", today(), today()),
        ("none", None, None),
    ]:
        next_step = "Call" if step else ""
        SaleFactory(owner=salesperson, subject=subject, expected_end_date=end, next_step=next_step, next_step_on=step)
    for query, expected in [
        ("overdue=1", ["past"]),
        ("end=none", ["none"]),
        ("next=late", ["past"]),
        ("next=today", ["today"]),
        ("next=none", ["none"]),
        ("end_from=2000-01-01", ["past", "today"]),
    ]:
        found = [sale.subject for sale in desk.get(f"/sales/?{query}&sort=end").context["rows"]]
        assert (query, found) == (query, expected)


def test_list_reason_belongs_to_the_status_beside_it(desk, salesperson, sale):
    lose(sale, reason=LossReason.objects.first(), lost_to=None, version=1, by=salesperson)
    found = desk.get(f"/sales/?status=lost&reason={LossReason.objects.first().pk}").context["totals"]["count"]
    none = desk.get("/sales/?status=lost&reason=none").context["totals"]["count"]
    assert (found, none) == (1, 0)


@pytest.mark.parametrize("count", [1, 3])
def test_list_statements_do_not_grow(desk, salesperson, count, django_assert_num_queries):
    SaleFactory.create_batch(count, owner=salesperson)
    desk.get("/sales/")
    with django_assert_num_queries(7):
        desk.get("/sales/?status=open")


@pytest.mark.parametrize("count", [1, 3])
def test_detail_statements_do_not_grow(desk, sale, salesperson, phases, count, django_assert_num_queries):
    LineFactory.create_batch(count, sale=sale)
    for turn in range(count):
        sale = move(sale, phase=phases[[25, 50, 75][turn]], version=turn + 1, by=salesperson)
    with django_assert_num_queries(6):
        desk.get(f"/sales/{sale.pk}/")


def test_move_costs_seven_statements(desk, sale, phases, django_assert_num_queries):
    with django_assert_num_queries(7):
        desk.post(f"/sales/{sale.pk}/move/", {"phase": phases[25].pk, "version": 1}, headers=HTMX)


def test_handing_a_sale_over_leads_out_of_what_is_no_longer_visible(desk, sale, colleague, switch):
    switch(sales_visible="own")
    response = desk.post(f"/sales/{sale.pk}/edit/", edit_values(sale, owner=colleague.pk))
    assert response["Location"] == "/sales/"
    assert Sale.objects.get(pk=sale.pk).owner == colleague


@pytest.mark.parametrize("ending", ["accept", "lose"])
def test_closing_a_closed_sale_leads_back_to_it(desk, sale, salesperson, ending):
    lose(sale, reason=None, lost_to=None, version=1, by=salesperson)
    assert desk.get(f"/sales/{sale.pk}/{ending}/")["Location"] == f"/sales/{sale.pk}/"


def figures_of(page):
    strip = page.partition('<dl class="figures panel">')[2].partition("</dl>")[0]
    return re.findall(r"<dt>([^<]*)</dt>", strip)


def test_closed_sale_shows_what_it_came_to_and_nothing_that_is_still_expected(desk, sale, salesperson):
    assert figures_of(text(desk.get(f"/sales/{sale.pk}/")))[:3] == [
        "Expected revenue", "Probability", "Weighted revenue",
    ]  # fmt: skip
    LineFactory(sale=sale, unit_price=Decimal("100"))
    lose(sale, reason=None, lost_to=None, version=1, by=salesperson)

    page = text(desk.get(f"/sales/{sale.pk}/"))

    assert figures_of(page) == ["Lost", "Expected end date", "Closed on", "Owner"]
    assert "the forecast counts" not in page
    assert "the sale was worth" in page


def test_accepted_sale_names_what_was_made_of_it(desk, sale, salesperson):
    project = ProjectFactory(name="Warehouse build", customer=sale.customer)
    Sale.objects.update(status="accepted", closed_on=today(), follow_up="new_project", project=project)

    page = text(desk.get(f"/sales/{sale.pk}/"))

    outcome = page.partition('data-outcome="accepted"')[2].partition("</section>")[0]
    assert "Project created:" in outcome
    assert f'href="{project.get_absolute_url()}"' in outcome
    assert "Create a new project" not in outcome
    assert figures_of(page)[0] == "Accepted"

    Sale.objects.update(project=None)
    assert "What was made is no longer there." in text(desk.get(f"/sales/{sale.pk}/"))
