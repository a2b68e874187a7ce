"""Everything of the main line with JavaScript off: buttons, pages and redirects."""

import re

import pytest
from playwright.sync_api import expect

from projects.models import Project
from sales.models import AcceptReason, LossReason, Sale
from tests.browser.sale_page.bar import Bar, stored
from tests.factories import LineFactory, RelationFactory, SaleFactory


@pytest.fixture
def browser_context_args(browser_context_args):
    """A browser without JavaScript."""
    return {**browser_context_args, "java_script_enabled": False}


def test_move_by_button_and_undo(desk, sale, phases):
    desk.goto(f"/sales/{sale.pk}/")
    bar = Bar(desk)
    bar.phase(phases[50]).click()
    expect(desk).to_have_url(re.compile(f"/sales/{sale.pk}/$"))
    expect(desk.locator(".toast")).to_contain_text("Moved to Proposal, 50 %")
    expect(bar.current).to_have_attribute("data-phase", str(phases[50].pk))
    assert stored(sale) == ("Proposal", 50, 2)
    desk.get_by_role("button", name="Undo").first.click()
    expect(desk.locator(".toast")).to_contain_text("Move undone. Back in Introduction, 10 %")
    assert stored(sale) == ("Introduction", 10, 3)


def test_accept_to_the_end_with_a_new_project(desk, sale):
    LineFactory(sale=sale, description="Dashboard")
    desk.goto(f"/sales/{sale.pk}/")
    Bar(desk).end("accept").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("Accept")
    desk.get_by_label("Reason accepted").select_option(AcceptReason.objects.first().name)
    desk.get_by_role("button", name="Next").click()
    desk.get_by_label("Create a new project").check()
    desk.get_by_role("button", name="Next: the project").click()
    desk.get_by_label("Name").fill("Warehouse 2.0")
    desk.get_by_role("button", name="Accept and create project").click()
    expect(desk.locator(".toast")).to_contain_text("“Warehouse” is accepted. Well done!")
    project = Project.objects.get()
    expect(desk).to_have_url(re.compile(f"{project.get_absolute_url()}$"))
    accepted = Sale.objects.get(pk=sale.pk)
    assert (project.name, project.services.count(), accepted.project) == ("Warehouse 2.0", 1, project)
    assert accepted.accept_reason == AcceptReason.objects.first()


def test_lose_to_a_typed_competitor(desk, sale, phases):
    RelationFactory(name="Rival")
    desk.goto(f"/sales/{sale.pk}/")
    bar = Bar(desk)
    bar.end("lose").click()
    desk.get_by_label("Reason lost").select_option(LossReason.objects.first().name)
    desk.get_by_role("combobox", name="Lost to competitor").fill("rival")
    desk.get_by_role("button", name="Close as lost").click()
    expect(bar.root).to_have_attribute("data-status", "lost")
    lost = Sale.objects.get(pk=sale.pk)
    assert (str(lost.lost_to), lost.loss_reason, lost.phase) == ("Rival", LossReason.objects.first(), phases[10])


def test_new_sale_for_a_customer_of_whom_several_fit(desk, customer):
    RelationFactory(name="Van Dam North", city="Groningen")
    desk.goto("/sales/new/")
    desk.get_by_label("Subject").fill("New roof")
    desk.get_by_role("combobox", name="Customer").fill("van dam")
    desk.get_by_label("Expected revenue").fill("1,234.50")
    desk.get_by_role("button", name="Create the sale").click()
    choices = desk.get_by_role("group", name="Which one do you mean?").get_by_role("radio")
    expect(choices).to_have_count(2)
    expect(desk.get_by_label("Expected revenue")).to_have_value("1,234.50")
    desk.get_by_label("Van Dam North").check()
    desk.get_by_role("button", name="Create the sale").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("New roof")
    made = Sale.objects.get()
    assert (str(made.customer), str(made.expected_revenue)) == ("Van Dam North", "1234.50")


def test_list_is_filtered_by_a_button_and_by_the_filter_page(desk, sale, salesperson, customer, phases):
    SaleFactory(subject="Roof", owner=salesperson, customer=customer, phase=phases[50])
    desk.goto("/sales/")
    desk.get_by_role("searchbox").fill("roof")
    desk.get_by_role("button", name="Show").click()
    expect(desk.locator("tbody tr")).to_have_count(1)
    expect(desk.locator("tbody")).to_contain_text("Roof")
    assert desk.url.partition("?")[2] == "q=roof"
    desk.get_by_role("link", name="More filters").click()
    desk.get_by_label("Subject or customer").fill("")
    desk.get_by_role("group", name="Phase").get_by_label("Introduction").check()
    desk.get_by_role("button", name="Show sales").click()
    expect(desk.locator("tbody")).to_contain_text("Warehouse")
    expect(desk.locator("tbody tr")).to_have_count(1)


def test_stale_move_is_refused_in_words(desk, sale, phases):
    desk.goto(f"/sales/{sale.pk}/")
    second = desk.context.new_page()
    second.goto(f"/sales/{sale.pk}/")
    Bar(second).phase(phases[75]).click()
    expect(second.locator(".toast")).to_be_visible()
    Bar(desk).phase(phases[25]).click()
    expect(desk.locator("[data-refusal]")).to_contain_text("Nothing of this window was stored.")
    expect(Bar(desk).current).to_have_attribute("data-phase", str(phases[75].pk))
    assert stored(sale) == ("Negotiation", 75, 2)
