"""Timelines: in order, filtered, page by page, of what one may see only, and in few statements."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from invoicing.drafting import draft_invoice
from invoicing.issuing import issue
from invoicing.lines import Line
from invoicing.models import VatRate
from projects.models import ProjectNote
from relations.models import RelationNote
from sales.editing import edit
from sales.models import SaleNote
from sales.transitions import lose, move
from salescrm.notes import writing
from tests.factories import ContactFactory, PersonFactory, ProjectFactory, RelationFactory, SaleFactory
from tests.issuable import issuable

HTMX = {"HX-Request": "true"}


@pytest.fixture
def customer(company):
    return RelationFactory(name="Van Dam")


@pytest.fixture
def sale(salesperson, customer):
    return SaleFactory(owner=salesperson, subject="Warehouse", customer=customer)


def write(model, by, text, days=0, **about):
    return writing.add(model(text=text, at=timezone.now() - timedelta(days=days), **about), by=by)


def around(desk, record, words="", **headers):
    kind = "project" if record._meta.model_name == "project" else "relation"
    return desk.get(reverse(f"sales:timeline-of-{kind}", args=[record.pk]) + words, headers=headers)


def texts_of(response):
    """Headlines and texts, in order."""
    return [entry.note.text if entry.note else entry.headline for entry in response.context["entries"]]


def test_sale_tells_notes_and_changes_newest_first(desk, sale, salesperson, phases):
    write(SaleNote, salesperson, "Before", days=3, sale=sale)
    move(sale, phase=phases[50], version=1, by=salesperson)
    write(SaleNote, salesperson, "After", sale=sale)
    page = desk.get(sale.get_absolute_url())
    assert texts_of(page) == ["After", "Moved to Proposal, 50 %", "Created in Introduction, 10 %", "Before"]
    assert texts_of(desk.get(f"/sales/{sale.pk}/history/?only=notes", headers=HTMX)) == ["After", "Before"]
    assert texts_of(desk.get(f"/sales/{sale.pk}/?only=changes"))[0] == "Moved to Proposal, 50 %"


@pytest.mark.parametrize("words", ["only=calls", "page=0", "page=x", "page=201", "page=²", "page=-1"])
def test_words_that_make_no_sense_are_refused(desk, sale, words):
    for path in (f"/sales/{sale.pk}/history/", f"/sales/timeline-of-relation/{sale.customer_id}/"):
        assert desk.get(f"{path}?{words}").status_code == 400


def test_first_fifty_then_older(desk, sale, salesperson):
    for number in range(104):
        write(SaleNote, salesperson, f"n{number}", days=number + 1, sale=sale)
    for path in (f"/sales/{sale.pk}/history/", f"/sales/timeline-of-relation/{sale.customer_id}/"):
        pages = [desk.get(f"{path}?page={number}", headers=HTMX) for number in (1, 2, 3)]
        assert [len(page.context["entries"]) for page in pages] == [50, 50, 5]
        assert [text for page in pages for text in texts_of(page)][1:] == [f"n{number}" for number in range(104)]
        assert ["Show older" in page.content.decode() for page in pages] == [True, True, False]
        assert pages[1].content.decode().lstrip().startswith("<li")
    assert "Show newer" in desk.get(f"/sales/{sale.pk}/history/?page=2").content.decode()


def test_relation_tells_everything_around_it(desk, customer, sale, salesperson, manager, phases):
    project = ProjectFactory(name="Quay", customer=customer, manager=salesperson)
    write(RelationNote, salesperson, "About the relation", days=5, relation=customer)
    write(ProjectNote, salesperson, "About the project", days=6, project=project)
    write(SaleNote, salesperson, "About the sale", days=7, sale=sale)
    sale = edit(sale, values={"expected_revenue": Decimal("2500")}, version=1, by=salesperson)
    lose(sale, reason=None, lost_to=None, version=sale.version, by=salesperson)
    lines = [Line("Work", Decimal(1), Decimal(100), VatRate.objects.first())]
    draft = draft_invoice(customer=customer, contact=None, subject="Work", lines=lines, by=salesperson)
    issue(issuable(draft), version=1, by=manager, on=timezone.now().date())
    SaleFactory(owner=salesperson, subject="Elsewhere")
    response = around(desk, customer)
    assert texts_of(response) == [
        "Invoice issued", "Draft invoice created", "Lost in Introduction, 10 %", "Changed",
        "Project opened", "Created in Introduction, 10 %", "About the relation", "About the project", "About the sale",
    ]  # fmt: skip
    changed = response.context["entries"][3]
    assert "1,000.00" in changed.details[0]
    assert "2,500.00" in changed.details[0]
    for record in (sale, project):
        assert f'href="{record.get_absolute_url()}"' in response.content.decode()


def test_invisible_sales_leave_no_trace(desk, switch, customer, sale, colleague, salesperson):
    hidden = SaleFactory(owner=colleague, subject="Secret", customer=customer)
    write(SaleNote, colleague, "Hidden words", sale=hidden)
    project = ProjectFactory(name="Quay", customer=customer, manager=salesperson)
    type(sale).objects.filter(pk__in=[sale.pk, hidden.pk]).update(project=project)
    for record in (customer, project):
        assert "Hidden words" in texts_of(around(desk, record))
    switch(sales_visible="own")
    for record in (customer, project):
        page = around(desk, record)
        assert {entry.about.pk for entry in page.context["entries"] if entry.event} == {sale.pk}
        assert not {"Secret", "Hidden words"} & set(page.content.decode().split('"'))
        assert "Hidden words" not in page.content.decode()
        assert "Secret" not in page.content.decode()


def test_trashed_sales_leave_no_trace(desk, customer, sale, salesperson):
    write(SaleNote, salesperson, "Gone", sale=sale)
    type(sale).objects.filter(pk=sale.pk).update(trashed=True)
    assert texts_of(around(desk, customer)) == []


def test_person_tells_of_the_sales_where_they_are_contact(desk, customer, sale, salesperson):
    contact = ContactFactory(organization=customer, person=PersonFactory())
    type(sale).objects.filter(pk=sale.pk).update(contact=contact)
    write(RelationNote, salesperson, "About the person", days=1, relation=contact.person)
    write(RelationNote, salesperson, "About the organization", days=2, relation=customer)
    write(SaleNote, salesperson, "With them", days=3, sale=sale)
    assert texts_of(around(desk, contact.person)) == ["Created in Introduction, 10 %", "About the person", "With them"]


def test_project_tells_its_notes_and_the_sale_it_came_from(desk, customer, sale, salesperson):
    project = ProjectFactory(customer=customer, manager=salesperson)
    type(sale).objects.filter(pk=sale.pk).update(project=project)
    write(ProjectNote, salesperson, "Kick-off", days=1, project=project)
    write(SaleNote, salesperson, "Promised", days=2, sale=sale)
    write(RelationNote, salesperson, "About the relation", relation=customer)
    assert texts_of(around(desk, project)) == [
        "Project opened",
        "Created in Introduction, 10 %",
        "Kick-off",
        "Promised",
    ]


def test_timeline_as_page_and_as_part(desk, customer, reads_only):
    with reads_only():
        whole, part = around(desk, customer), around(desk, customer, "?form=1", **HTMX)
    assert whole.content.decode().count("<h1") == 1
    assert part.content.decode().lstrip().startswith('<section class="panel" id="timeline"')
    assert "Nothing has happened yet." in part.content.decode()
    for page in (whole, part):
        assert f'action="/relations/{customer.pk}/notes/new/"' in page.content.decode()


def test_pages_of_relation_and_project_lead_to_their_timeline(desk, customer, salesperson):
    project = ProjectFactory(customer=customer, manager=salesperson)
    for record, kind in ((customer, "relation"), (project, "project")):
        page = desk.get(record.get_absolute_url()).content.decode()
        assert f'href="/sales/timeline-of-{kind}/{record.pk}/"' in page


def _fill(sale, by, count):
    project = ProjectFactory(customer=sale.customer, manager=by)
    for number in range(count):
        write(SaleNote, by, f"s{number}", sale=sale)
        write(RelationNote, by, f"r{number}", relation=sale.customer)
        write(ProjectNote, by, f"p{number}", project=project)
        sale = edit(sale, values={"expected_revenue": Decimal(number)}, version=sale.version, by=by)
    return sale


@pytest.mark.parametrize("count", [1, 30])
def test_sale_statements_do_not_grow_with_notes(desk, sale, salesperson, count, django_assert_num_queries):
    _fill(sale, salesperson, count)
    with django_assert_num_queries(8):
        desk.get(sale.get_absolute_url())


@pytest.mark.parametrize(("count", "statements"), [(1, 16), (30, 15)])  # of thirty, the page does not reach the project
def test_relation_statements_do_not_grow(desk, sale, salesperson, count, statements, django_assert_num_queries):
    _fill(sale, salesperson, count)
    with django_assert_num_queries(statements):
        around(desk, sale.customer)


def test_customer_of_many_sales_is_read_by_the_page(desk, customer, salesperson, django_assert_max_num_queries):
    for sale in SaleFactory.create_batch(60, owner=salesperson, customer=customer):
        edit(sale, values={"expected_revenue": Decimal("5")}, version=1, by=salesperson)
    with django_assert_max_num_queries(9):
        assert len(around(desk, customer).context["entries"]) == 50
