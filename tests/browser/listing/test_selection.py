"""Selecting rows of the list, its filter dialog, its columns and its views, in a real browser."""

import re
from decimal import Decimal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from sales.listing import saved_views
from sales.models import SavedView
from tests.factories import RelationFactory, SaleFactory


@pytest.fixture
def five(salesperson, customer, phases):
    """Five open sales of € 100 to € 500."""
    return [
        SaleFactory(subject=f"Sale {n}", owner=salesperson, customer=customer, expected_revenue=Decimal(100 * n))
        for n in range(1, 6)
    ]


def test_rows_are_selected_one_by_one_by_range_and_all_at_once(desk, five):
    desk.goto("/sales/?status=open&sort=amount")
    bar, boxes = desk.locator("#bulk"), desk.locator("input[name=sale]")
    expect(bar).to_be_hidden()
    boxes.nth(1).check()
    expect(bar).to_contain_text("1 selected")
    boxes.nth(3).click(modifiers=["Shift"])
    expect(bar).to_contain_text("3 selected")
    expect(desk.locator("#announce")).to_have_text("3 selected")
    every = desk.get_by_label("Select all sales on this page")
    assert every.evaluate("box => box.indeterminate")
    every.check()
    expect(bar).to_contain_text("5 selected")
    boxes.nth(0).focus()
    desk.keyboard.press("Space")
    expect(bar).to_contain_text("4 selected")
    bar.get_by_role("button", name="Select none").click()
    expect(bar).to_be_hidden()
    expect(every).not_to_be_checked()


def test_selected_sales_are_what_the_action_is_about(desk, five):
    desk.goto("/sales/?status=open&sort=amount")
    desk.get_by_label("Sale 2").check()
    desk.get_by_label("Sale 4").check()
    with desk.expect_request(lambda request: request.method == "POST") as sent:
        desk.locator("#bulk").get_by_role("button", name="Owner…").click()
    posted = sent.value.post_data
    assert re.findall(r"sale=(\d+)", posted) == [str(five[1].pk), str(five[3].pk)]
    assert "action=owner" in posted and "query=status%3Dopen%26sort%3Damount" in posted


def test_selecting_works_without_javascript(browser, browser_context_args, watch, log_in, salesperson, five):
    context = watch(browser.new_context(**browser_context_args, java_script_enabled=False))
    page = log_in(context, salesperson).new_page()
    page.goto("/sales/?status=open")
    expect(page.locator("#bulk")).to_be_hidden()
    page.get_by_label("Sale 3").check()
    expect(page.locator("#bulk").get_by_role("button", name="Owner…")).to_be_visible()
    expect(page.get_by_label("Select all sales on this page")).to_be_hidden()
    page.locator(".views summary").click()
    page.get_by_role("link", name="Keep this as a view…").click()
    page.get_by_label("Name").fill("Mine")
    page.get_by_role("button", name="Keep").click()
    expect(page).to_have_url(re.compile(r"/sales/\?status=open&view=\d+"))
    context.close()


def test_filter_dialog_tells_a_wrong_amount_beside_it_and_leads_to_the_list(desk, five):
    desk.goto("/sales/?status=open")
    desk.get_by_role("link", name="More filters").click()
    dialog = desk.get_by_role("dialog")
    amount = dialog.get_by_role("group", name="Expected revenue").get_by_label("from")
    amount.fill("1.2.3")
    dialog.get_by_role("button", name="Show sales").click()
    expect(dialog).to_contain_text("Enter an amount, for example 1,234.56.")
    expect(amount).to_be_focused()
    assert Axe().run(desk).response["violations"] == []
    amount.fill("300")
    dialog.get_by_role("button", name="Show sales").click()
    expect(desk.locator("tbody tr")).to_have_count(3)
    expect(desk).to_have_url(re.compile(r"amount_from=300\.00"))
    desk.get_by_role("link", name="Remove the filter Revenue from € 300.00").click()
    expect(desk.locator("tbody tr")).to_have_count(5)


def test_several_customers_are_chosen_one_after_the_other(desk, five):
    for name in ("Alpha", "Beta"):
        SaleFactory(customer=RelationFactory(name=name))
    desk.goto("/sales/")
    for name in ("Alpha", "Beta"):
        desk.get_by_role("link", name="More filters").click()
        picker = desk.get_by_role("dialog").get_by_role("combobox", name="Customer")
        picker.press_sequentially(name)
        desk.get_by_role("option", name=name).click()
        desk.get_by_role("button", name="Show sales").click()
        expect(desk.locator("dialog[open]")).to_have_count(0)
        desk.wait_for_load_state()  # before that the link leads to a page
    expect(desk.locator(".chips")).to_contain_text("Customer: Alpha, Beta")
    expect(desk.locator("tbody tr")).to_have_count(2)


def test_columns_are_moved_chosen_and_remembered(desk, five):
    desk.goto("/sales/?status=open")
    desk.get_by_label("More", exact=True).click()
    desk.get_by_role("link", name="Choose columns…").click()
    dialog = desk.get_by_role("dialog")
    dialog.get_by_role("checkbox", name="Weighted").uncheck()
    with desk.expect_response(lambda response: response.request.method == "POST"):  # meanwhile it is sent only once
        dialog.get_by_role("button", name="Move Owner up").click()
    expect(dialog.get_by_role("listitem").nth(4).get_by_role("checkbox")).to_have_accessible_name("Owner")
    expect(dialog.get_by_role("button", name="Move Owner up")).to_be_focused()
    dialog.get_by_role("button", name="Show these").click()
    heads = desk.locator("thead th:not(.pick)")
    expected = ["Sale · Customer", "Phase", "Revenue", "End date", "Owner", "Next step"]
    expect(heads).to_have_text(expected)
    desk.goto("/sales/?status=open")
    expect(heads).to_have_text(expected)


def test_view_is_opened_changed_updated_and_removed(desk, salesperson, five):
    saved_views.save(name="Dear", query="status=open&sort=-amount", shared=False, by=salesperson)
    desk.goto("/sales/?status=open")
    desk.locator(".views summary").click()
    desk.get_by_role("link", name="Dear").click()
    expect(desk.locator("tbody tr").first).to_contain_text("Sale 5")
    desk.wait_for_load_state()  # before that nobody listens to what is typed
    desk.get_by_role("searchbox", name="Search", exact=True).last.press_sequentially("sale 4")
    expect(desk.locator("tbody tr")).to_have_count(1)
    expect(desk.locator(".views summary")).to_contain_text("changed")
    assert Axe().run(desk).response["violations"] == []
    desk.locator(".views summary").click()
    desk.get_by_role("button", name="Update “Dear”").click()
    expect(desk.locator(".toast")).to_contain_text("“Dear” shows this filter from now on")
    assert SavedView.objects.get().query == "q=sale+4&sort=-amount&status=open"
    desk.goto("/sales/views/")
    desk.get_by_role("link", name="Remove Dear").click()
    desk.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(desk.get_by_role("heading", name="No views yet")).to_be_visible()
    assert not SavedView.objects.exists()


def test_picker_that_arrives_late_finds_what_was_typed_meanwhile(desk, five, customer):
    held = []
    desk.route("**/picker*.js", lambda route: held.append(route))
    desk.goto("/sales/")
    desk.get_by_role("link", name="More filters").click()
    desk.get_by_role("dialog").get_by_role("combobox", name="Customer").press_sequentially("van dam")
    offered = desk.locator("[data-picker] [role=option]")
    expect(offered).to_have_count(0)
    held[0].continue_()
    expect(offered).to_contain_text("Van Dam Logistics")
