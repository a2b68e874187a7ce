"""The search box as people use it: by keys, by mouse, on a slow line, on a phone and without JavaScript."""

import re

import pytest
from playwright.sync_api import expect

from relations.naming import apply_names
from tests.browser.test_every_page import violations
from tests.factories import RelationFactory, SaleFactory


@pytest.fixture
def two_sales(sale, salesperson, customer):
    """Two sales of a customer that search knows by its name."""
    apply_names(customer)
    customer.save()
    return [sale, SaleFactory(subject="Van Dam roof", owner=salesperson, customer=customer)]


@pytest.fixture
def box(desk, two_sales):
    desk.goto("/sales/board/")
    return desk.get_by_role("combobox", name="Search everything")


def test_slash_and_control_k_go_to_the_box_and_it_finds_while_one_types(desk, box):
    desk.keyboard.press("/")
    expect(box).to_be_focused()
    desk.keyboard.type("van dam")
    expect(desk.get_by_role("option", name="Van Dam roof")).to_be_visible()
    expect(desk.locator(".search [role=status]")).to_have_text("3 results")
    desk.keyboard.press("Escape")
    expect(box).to_be_focused()
    expect(box).to_have_attribute("aria-expanded", "false")
    desk.get_by_role("main").focus()
    desk.keyboard.press("Control+k")
    expect(box).to_be_focused()


def test_arrows_choose_and_enter_opens(desk, box, two_sales):
    box.fill("van dam")
    options = desk.get_by_role("option")
    expect(options.first).to_be_visible()
    box.press("ArrowDown")
    box.press("ArrowDown")
    box.press("ArrowUp")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", options.first.get_attribute("id"))
    expect(box).to_be_focused()
    box.press("Enter")
    expect(desk.get_by_role("heading", level=1)).to_have_text("Van Dam roof")


def test_tab_walks_through_what_was_found_and_leaving_closes_it(desk, box):
    box.fill("van dam")
    expect(desk.get_by_role("option").first).to_be_visible()
    desk.keyboard.press("Tab")
    expect(desk.get_by_role("option").first).to_be_focused()
    desk.keyboard.press("Escape")
    expect(box).to_be_focused()
    desk.get_by_role("main").click(position={"x": 5, "y": 5})
    expect(desk.get_by_role("listbox")).to_be_hidden()


def test_enter_without_a_choice_shows_the_page_with_everything(desk, box):
    box.fill("van dam")
    box.press("Enter")
    expect(desk).to_have_url(re.compile(r"/search/\?q=van\+dam$"))
    expect(desk.get_by_role("heading", level=2)).to_have_text(["Sales", "Relations"])
    expect(desk.get_by_role("listbox")).to_be_hidden()


def test_an_older_answer_never_replaces_a_newer_one(desk, box):
    RelationFactory(name="Zebra")

    def slow(route):
        if "q=van" in route.request.url:
            desk.wait_for_timeout(600)
        route.continue_()

    desk.route("**/search/suggest/**", slow)
    box.fill("van")
    desk.wait_for_timeout(200)
    box.fill("warehouse")
    expect(desk.get_by_role("option", name="Warehouse Van Dam")).to_be_visible()
    desk.wait_for_timeout(900)
    expect(desk.get_by_role("option", name="Van Dam roof")).to_have_count(0)


def test_an_empty_box_offers_what_was_opened_lately(desk, two_sales):
    for sale in two_sales:
        desk.goto(sale.get_absolute_url())
    desk.keyboard.press("/")
    expect(desk.get_by_role("group", name="Recently viewed").get_by_role("option")).to_have_count(2)
    expect(desk.get_by_role("option").first).to_contain_text("Van Dam roof")


def test_on_a_phone_search_is_a_tab(desk, two_sales):
    desk.set_viewport_size({"width": 390, "height": 844})
    desk.goto("/sales/")
    desk.get_by_role("navigation", name="Quick menu").get_by_role("link", name="Search").click()
    box = desk.get_by_role("combobox", name="Search everything")
    expect(box).to_be_focused()
    box.press_sequentially("van dam")
    desk.get_by_role("option", name="Van Dam roof").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("Van Dam roof")


def test_without_javascript_the_box_is_a_form(browser, browser_context_args, log_in, salesperson, two_sales):
    context = browser.new_context(**browser_context_args, java_script_enabled=False)
    log_in(context, salesperson)
    page = context.new_page()
    page.goto("/sales/")
    page.locator("#search").fill("van dam")
    page.locator("form.search").get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Van Dam roof").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Van Dam roof")
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_open_list_is_accessible(desk, box, scheme):
    desk.emulate_media(color_scheme=scheme)
    box.fill("van dam")
    expect(desk.get_by_role("option").first).to_be_visible()
    box.press("ArrowDown")
    assert violations(desk) == []
