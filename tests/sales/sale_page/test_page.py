"""The page of a sale and moving it there: figures, parts, refusals; the rules are tested without HTTP."""

import re
from decimal import Decimal

import pytest

from sales.history import event_of
from sales.models import Sale
from sales.transitions import lose, move
from salescrm.calendar import today
from tests.factories import ContactFactory, LineFactory, ProjectFactory, RelationFactory, SaleFactory
from tests.moments import days_ago

HTMX = {"HX-Request": "true"}


def test_detail_shows_the_figures_in_machine_readable_form(desk, sale):
    page = desk.get(f"/sales/{sale.pk}/").text
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
        page = desk.get(f"/sales/{sale.pk}/").text

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
    assert response.text.lstrip().startswith('<div id="sale-region">')
    assert "Moved to Proposal, 50 %" in response.text
    assert f'action="/sales/{sale.pk}/undo/"' in response.text


def test_undone_move_leaves_the_days_in_the_phase_as_they_were(desk, salesperson, phases):
    long_ago = days_ago(14)
    sale = Sale.objects.create(
        subject="Warehouse", customer=RelationFactory(), owner=salesperson, phase=phases[10], probability=10,
        phase_since=long_ago, last_sequence=1,
    )  # fmt: skip
    event_of(sale, kind="created", by=salesperson, at=long_ago).save(force_insert=True)
    moved = desk.post(f"/sales/{sale.pk}/move/", {"phase": phases[50].pk, "version": 1}, headers=HTMX)
    assert "0 days in Proposal" in moved.text

    undone = desk.post(f"/sales/{sale.pk}/undo/", {"version": 2}, headers=HTMX)

    assert "14 days in Introduction" in undone.text


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
    assert "Bram Bakker changed this sale" in response.text
    assert Sale.objects.get(pk=sale.pk).phase == phases[75]


def test_keep_is_offered_after_moving_a_sale_with_its_own_probability(desk, sale, phases, switch):
    switch(own_probability=True)
    desk.post(f"/sales/{sale.pk}/probability/", {"probability": "60 %", "version": 1})
    response = desk.post(f"/sales/{sale.pk}/move/", {"phase": phases[75].pk, "version": 2}, headers=HTMX)
    assert "Keep 60 %" in response.text
    desk.post(f"/sales/{sale.pk}/probability/", {"probability": 60, "version": 3})
    stored = Sale.objects.get(pk=sale.pk)
    assert (stored.phase, stored.probability, stored.probability_by_hand) == (phases[75], 60, True)


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


def figures_of(page):
    strip = page.partition('<dl class="figures panel">')[2].partition("</dl>")[0]
    return re.findall(r"<dt>([^<]*)</dt>", strip)


def test_closed_sale_shows_what_it_came_to_and_nothing_that_is_still_expected(desk, sale, salesperson):
    assert figures_of(desk.get(f"/sales/{sale.pk}/").text)[:3] == [
        "Expected revenue", "Probability", "Weighted revenue",
    ]  # fmt: skip
    LineFactory(sale=sale, unit_price=Decimal("100"))
    lose(sale, reason=None, lost_to=None, version=1, by=salesperson)

    page = desk.get(f"/sales/{sale.pk}/").text

    assert figures_of(page) == ["Lost", "Expected end date", "Closed on", "Owner"]
    assert "the forecast counts" not in page
    assert "the sale was worth" in page


def test_accepted_sale_names_what_was_made_of_it(desk, sale, salesperson):
    project = ProjectFactory(name="Warehouse build", customer=sale.customer)
    Sale.objects.update(status="accepted", closed_on=today(), follow_up="new_project", project=project)

    page = desk.get(f"/sales/{sale.pk}/").text

    outcome = page.partition('data-outcome="accepted"')[2].partition("</section>")[0]
    assert "Project created:" in outcome
    assert f'href="{project.get_absolute_url()}"' in outcome
    assert "Create a new project" not in outcome
    assert figures_of(page)[0] == "Accepted"

    Sale.objects.update(project=None)
    assert "What was made is no longer there." in desk.get(f"/sales/{sale.pk}/").text
