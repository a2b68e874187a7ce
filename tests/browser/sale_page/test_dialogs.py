"""Accepting and losing in the dialog: every follow-up, the competitor, and what keeps the dialog open."""

import re
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from relations.models import Relation
from sales.models import AcceptReason, LossReason, Sale
from tests.browser.sale_page.bar import Bar
from tests.factories import LineFactory, ProjectFactory, RelationFactory


@pytest.fixture
def bar(desk, sale):
    """The bar of a sale with one line of € 500, on the salesperson's screen."""
    LineFactory(sale=sale, description="Dashboard", unit_price=Decimal("500"))
    desk.goto(f"/sales/{sale.pk}/")
    return Bar(desk)


def to_second_step(desk, bar):
    """Open the dialog, choose a reason and go on."""
    bar.end("accept").click()
    desk.get_by_label("Reason accepted").select_option(AcceptReason.objects.first().name)
    desk.get_by_role("button", name="Next").click()
    expect(desk.locator("#dialog-title")).to_have_text("What happens next?")


def outcome(sale):
    """How the sale ended, as the database holds it."""
    sale = Sale.objects.select_related("accept_reason", "customer__relation_type").get(pk=sale.pk)
    return sale.status, sale.follow_up, str(sale.accept_reason), str(sale.customer.relation_type)


def test_accept_without_further_actions(desk, bar, sale):
    to_second_step(desk, bar)
    desk.get_by_label("No further actions").check()
    desk.get_by_role("button", name="Accept", exact=True).click()
    expect(desk.locator(".toast")).to_contain_text("“Warehouse” is accepted. Well done!")
    expect(bar.root).to_have_attribute("data-status", "accepted")
    assert outcome(sale) == ("accepted", "none", str(AcceptReason.objects.first()), "Customer")


def test_accept_with_a_draft_invoice(desk, bar, sale):
    to_second_step(desk, bar)
    desk.get_by_label("Create a draft invoice").check()
    desk.get_by_role("button", name="Accept and create draft invoice").click()
    invoice = expect_page(desk, sale, "invoice")
    expect(desk.get_by_role("main")).to_contain_text("Dashboard")
    expect(desk.get_by_role("link", name="Edit").first).to_be_visible()
    assert (invoice.status, invoice.total_excluding_vat) == ("draft", 500)


def test_accept_with_a_new_project_prefilled_and_filled_in(desk, bar, sale, salesperson):
    to_second_step(desk, bar)
    desk.get_by_label("Create a new project").check()
    desk.get_by_role("button", name="Next: the project").click()
    dialog = desk.get_by_role("dialog")
    expect(dialog.get_by_label("Name")).to_have_value("Warehouse")
    expect(dialog.get_by_label("Manager")).to_have_value(str(salesperson.pk))
    dialog.get_by_label("Name").fill("Warehouse 2.0")
    expect(dialog.get_by_role("region", name="What will be created")).to_contain_text("Dashboard")
    dialog.get_by_role("button", name="Accept and create project").click()
    project = expect_page(desk, sale, "project")
    expect(desk.get_by_role("main")).to_contain_text("Dashboard")
    assert (project.name, project.manager, project.services.count()) == ("Warehouse 2.0", salesperson, 1)


def test_accept_into_an_existing_project(desk, bar, sale, customer):
    project = ProjectFactory(customer=customer, name="Harbour")
    ProjectFactory(customer=customer, name="Closed harbour", status="closed")
    to_second_step(desk, bar)
    desk.get_by_label("Add to an existing project").check()
    choices = desk.get_by_role("dialog").locator("select[name=project] option")
    expect(choices).to_have_count(2)
    desk.get_by_role("dialog").locator("select[name=project]").select_option(str(project.pk))
    desk.get_by_role("button", name="Accept and add to project").click()
    assert expect_page(desk, sale, "project") == project
    expect(desk.get_by_role("main")).to_contain_text("Dashboard")


def expect_page(desk, sale, link):
    """The page that acceptance led to: of the sale's invoice or project."""
    expect(desk.locator(".toast")).to_contain_text("“Warehouse” is accepted. Well done!")
    made = getattr(Sale.objects.get(pk=sale.pk), link)
    expect(desk).to_have_url(re.compile(f"{made.get_absolute_url()}$"))
    return made


def test_follow_up_that_is_not_available_says_why(desk, bar, sale):
    LineFactory(sale=sale, billing_method="hourly")
    to_second_step(desk, bar)
    invoice = desk.get_by_label("Create a draft invoice")
    expect(invoice).to_be_disabled()
    expect(invoice).to_have_accessible_description("Not all service lines have a fixed price.")
    existing = desk.get_by_label("Add to an existing project")
    expect(existing).to_be_disabled()
    expect(existing).to_have_accessible_description("This customer has no active project.")


def test_back_and_cancel_store_nothing_and_keep_what_was_chosen(desk, bar, sale):
    reason = AcceptReason.objects.first()
    to_second_step(desk, bar)
    desk.get_by_role("button", name="Back").click()
    expect(desk.get_by_label("Reason accepted")).to_have_value(str(reason.pk))
    desk.get_by_role("dialog").get_by_role("link", name="Cancel").click()
    expect(desk.get_by_role("dialog")).to_have_count(0)
    expect(bar.end("accept")).to_be_focused()
    assert outcome(sale) == ("open", "", "None", "Prospect")


def test_required_reason_keeps_the_dialog_open(desk, bar, sale, switch):
    switch(loss_reason="required")
    bar.end("lose").click()
    desk.get_by_role("dialog").locator("form").evaluate("form => (form.noValidate = true)")
    desk.get_by_role("button", name="Close as lost").click()
    reason = desk.get_by_label("Reason lost")
    expect(reason).to_have_attribute("aria-invalid", "true")
    expect(reason).to_be_focused()
    expect(desk.get_by_role("dialog")).to_be_visible()
    reason.select_option(LossReason.objects.first().name)
    desk.get_by_role("button", name="Close as lost").click()
    expect(bar.root).to_have_attribute("data-status", "lost")
    assert Sale.objects.get(pk=sale.pk).loss_reason == LossReason.objects.first()


def test_lose_to_a_competitor_chosen_by_typing_and_keys(desk, bar, sale):
    RelationFactory(name="Rivendell"), RelationFactory(name="Rival A"), RelationFactory(name="Rival B")
    bar.end("lose").click()
    picker = desk.get_by_role("combobox", name="Lost to competitor")
    picker.press_sequentially("riva")
    options = desk.get_by_role("listbox").get_by_role("option")
    expect(options).to_have_count(2)
    picker.press("ArrowDown")
    picker.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    picker.press("Enter")
    expect(picker).to_have_value("Rival B")
    expect(desk.get_by_role("dialog")).to_be_visible()
    desk.get_by_role("button", name="Close as lost").click()
    expect(desk.locator(".toast")).to_contain_text("“Warehouse” is closed as lost.")
    assert Sale.objects.get(pk=sale.pk).lost_to == Relation.objects.get(name="Rival B")


def test_keys_walk_round_the_list_of_a_picker_and_escape_shuts_the_list_only(desk, bar):
    RelationFactory(name="Rival A"), RelationFactory(name="Rival B")
    bar.end("lose").click()
    picker = desk.get_by_role("combobox", name="Lost to competitor")
    picker.press_sequentially("rival")
    options = desk.get_by_role("listbox").get_by_role("option")
    expect(options).to_have_count(2)
    picker.press("ArrowUp")
    expect(picker).to_have_attribute("aria-activedescendant", options.nth(1).get_attribute("id"))
    picker.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    held, asked = [], re.compile("q=rival")
    desk.route(asked, lambda route: held.append(route))
    with desk.expect_request(asked):
        picker.press("s")
    picker.press("Escape")
    expect(desk.get_by_role("listbox")).to_be_hidden()
    expect(picker).not_to_have_attribute("aria-activedescendant", re.compile("."))
    with desk.expect_response(asked):
        held[0].continue_()
    assert desk.evaluate("fetch('/healthz').then((answer) => answer.ok)")  # later than the list would have opened
    expect(picker).to_have_attribute("aria-expanded", "false")
    expect(picker).to_have_value("rivals")
    expect(desk.get_by_role("dialog")).to_be_visible()
    desk.unroute(asked)
    picker.press("ArrowDown")
    expect(desk.get_by_role("listbox")).to_be_visible()


def test_answer_that_comes_after_the_choice_opens_nothing(desk, bar):
    RelationFactory(name="Rival A"), RelationFactory(name="Rival B")
    bar.end("lose").click()
    picker = desk.get_by_role("combobox", name="Lost to competitor")
    picker.press_sequentially("riv")
    option = desk.get_by_role("option", name="Rival A")
    expect(option).to_be_visible()
    held, asked = [], re.compile("q=riva")
    desk.route(asked, lambda route: held.append(route))
    with desk.expect_request(asked):
        picker.press("a")
    option.click()
    with desk.expect_response(asked):
        held[0].continue_()
    assert desk.evaluate("fetch('/healthz').then((answer) => answer.ok)")  # later than the list would have opened
    expect(picker).to_have_value("Rival A")
    expect(picker).to_have_attribute("aria-expanded", "false")


def test_enter_chooses_among_what_fits_what_was_typed_last(desk, bar):
    RelationFactory(name="Rival A"), RelationFactory(name="Rival B")
    bar.end("lose").click()
    picker = desk.get_by_role("combobox", name="Lost to competitor")
    picker.press_sequentially("riv")
    expect(desk.get_by_role("option", name="Rival A")).to_be_visible()
    picker.press("ArrowDown")
    held, asked = [], re.compile("q=rival")
    desk.route(asked, lambda route: held.append(route))
    picker.press_sequentially("al b")
    with desk.expect_request(asked):
        picker.press("Enter")
    expect(picker).to_have_value("rival b")
    expect(desk.get_by_role("dialog")).to_be_visible()
    held[-1].continue_()
    expect(picker).to_have_value("Rival B")
    expect(picker).to_have_attribute("aria-expanded", "false")


def test_competitor_that_is_no_relation_yet_is_added_from_the_dialog(desk, bar, sale):
    bar.end("lose").click()
    desk.get_by_label("Reason lost").select_option(LossReason.objects.first().name)
    picker = desk.get_by_role("combobox", name="Lost to competitor")
    picker.fill("Newcomer Ltd")
    expect(picker).to_have_attribute("data-ready", "")  # before that the link opens a page of its own
    desk.get_by_role("dialog").locator("[data-picker-new]").click()
    quick = desk.locator("#quick")
    expect(quick.get_by_label("Name")).to_have_value("Newcomer Ltd")
    quick.get_by_role("button", name="Add").click()
    expect(quick).to_be_hidden()
    expect(picker).to_have_value("Newcomer Ltd")
    expect(desk.get_by_label("Reason lost")).to_have_value(str(LossReason.objects.first().pk))
    desk.get_by_role("button", name="Close as lost").click()
    expect(bar.root).to_have_attribute("data-status", "lost")
    assert str(Sale.objects.get(pk=sale.pk).lost_to) == "Newcomer Ltd"


def test_typing_a_name_nobody_has_offers_to_add_it(desk, bar, sale):
    bar.end("lose").click()
    picker = desk.get_by_role("combobox", name="Lost to competitor")
    picker.press_sequentially("Newcomer")
    option = desk.get_by_role("option", name="Add “Newcomer” as a new relation")
    expect(option).to_be_visible()
    picker.press("Enter")
    expect(desk.locator("#quick")).to_be_hidden()
    picker.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    picker.press("Enter")
    quick = desk.locator("#quick")
    expect(quick.get_by_label("Name")).to_have_value("Newcomer")
    quick.get_by_role("button", name="Add").click()
    expect(picker).to_have_value("Newcomer")


def test_reopening_puts_the_sale_back_on_its_phase(desk, bar, sale, phases):
    bar.end("lose").click()
    desk.get_by_role("button", name="Close as lost").click()
    expect(bar.root).to_have_attribute("data-status", "lost")
    desk.wait_for_load_state()  # before that the link leads to a page
    desk.get_by_role("link", name="Reopen").click()
    desk.get_by_role("dialog").get_by_role("button", name="Reopen").click()
    expect(bar.root).to_have_attribute("data-status", "open")
    expect(bar.current).to_have_attribute("data-phase", str(phases[10].pk))
    assert outcome(sale)[:2] == ("open", "")


@pytest.mark.parametrize("way_out", ["Escape", "Cancel"])
def test_menu_closes_behind_the_dialog_and_its_button_gets_the_focus_back(desk, bar, way_out):
    menu = desk.locator("main details.more")
    menu.locator("summary").press("Enter")
    menu.get_by_role("link", name="Duplicate").click()
    expect(desk.locator("#dialog")).to_be_visible()
    expect(menu).not_to_have_attribute("open", "")
    if way_out == "Escape":
        desk.keyboard.press("Escape")
    else:
        desk.locator("#dialog").get_by_role("link", name="Cancel").click()
    expect(desk.locator("#dialog")).to_be_hidden()
    expect(menu.locator("summary")).to_be_focused()
    expect(menu).not_to_have_attribute("open", "")


def test_menu_closes_on_escape_and_on_a_click_elsewhere(desk, bar):
    menu = desk.locator("main details.more")
    menu.locator("summary").click()
    menu.get_by_role("link", name="Duplicate").focus()
    desk.keyboard.press("Escape")
    expect(menu).not_to_have_attribute("open", "")
    expect(menu.locator("summary")).to_be_focused()
    menu.locator("summary").click()
    expect(menu).to_have_attribute("open", "")
    desk.get_by_role("heading", level=1).click()
    expect(menu).not_to_have_attribute("open", "")
