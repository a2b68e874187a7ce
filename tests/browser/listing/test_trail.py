"""From a list or the board to a sale, on to the next one, and back to where one came from."""

import re

import pytest
from playwright.sync_api import expect

from sales.models import Sale
from tests.factories import SaleFactory


@pytest.fixture
def three(salesperson, customer):
    """Three sales of one customer in one phase, and a fourth that no filter of these tests finds."""
    SaleFactory(subject="Cellar", owner=salesperson, customer=customer)
    return [
        SaleFactory(subject=subject, owner=salesperson, customer=customer, expected_revenue=amount)
        for subject, amount in (("Roof left", 100), ("Roof middle", 200), ("Roof right", 300))
    ]


def heading(page, text):
    expect(page.get_by_role("heading", level=1)).to_have_text(text)
    page.wait_for_load_state()


def test_trail_leads_to_the_next_sale_of_the_list_and_back_to_it(desk, three):
    desk.goto("/sales/?q=roof&sort=-amount")
    desk.get_by_role("link", name="Roof middle").click()
    heading(desk, "Roof middle")
    trail = desk.locator("[data-trail]")
    expect(trail).to_contain_text("2 / 3")
    trail.get_by_role("link", name="Next sale").click()
    heading(desk, "Roof left")
    expect(trail).to_contain_text("3 / 3")
    expect(trail.get_by_role("link", name="Next sale")).to_have_count(0)
    desk.keyboard.press("k")
    heading(desk, "Roof middle")
    desk.keyboard.press("k")
    heading(desk, "Roof right")
    expect(trail.get_by_role("link", name="Previous sale")).to_have_count(0)
    desk.keyboard.press("j")
    heading(desk, "Roof middle")

    desk.locator(".crumbs").get_by_role("link", name="Sales").click()
    expect(desk).to_have_url(re.compile(r"/sales/\?q=roof&sort=-amount$"))
    expect(desk.locator("tbody tr")).to_have_count(3)


def test_trail_of_a_filter_that_was_typed(desk, three):
    desk.goto("/sales/?status=open")
    desk.get_by_role("searchbox").press_sequentially("roof")
    expect(desk.locator("tbody tr")).to_have_count(3)
    expect(desk).to_have_url(re.compile(r"[?&]q=roof\b"))
    desk.get_by_role("link", name="Roof left").click()
    heading(desk, "Roof left")
    desk.locator(".crumbs").get_by_role("link", name="Sales").click()
    expect(desk).to_have_url(re.compile(r"[?&]q=roof\b"))


def test_trail_of_the_board_stays_in_its_column(desk, three, phases):
    Sale.objects.filter(pk=three[2].pk).update(phase=phases[75])
    desk.goto("/sales/board/?q=roof")
    desk.get_by_role("link", name="Roof left", exact=True).click()
    heading(desk, "Roof left")
    expect(desk.locator("[data-trail]")).to_contain_text("1 / 2")
    desk.locator(".crumbs").get_by_role("link", name="Board").click()
    expect(desk).to_have_url(re.compile(r"/sales/board/\?q=roof$"))


def test_trash_leads_back_to_the_list_as_it_was(page, context, log_in, manager, three):
    log_in(context, manager)
    page.goto("/sales/?q=roof")
    page.get_by_role("link", name="Roof left").click()
    heading(page, "Roof left")
    page.locator("summary", has_text="More").click()
    page.get_by_role("link", name="Move to the trash").click()
    page.get_by_role("dialog").get_by_role("button", name="Move to the trash").click()
    expect(page).to_have_url(re.compile(r"/sales/\?q=roof$"))
    expect(page.locator("tbody tr")).to_have_count(2)


def test_no_trail_for_a_sale_that_was_not_on_it(desk, three):
    desk.goto("/sales/?q=roof")
    desk.get_by_role("link", name="Roof left").click()
    heading(desk, "Roof left")
    cellar = Sale.objects.get(subject="Cellar")
    desk.goto(cellar.get_absolute_url())
    heading(desk, "Cellar")
    expect(desk.locator("[data-trail]")).to_be_hidden()
    expect(desk.locator(".crumbs").get_by_role("link", name="Sales")).to_have_attribute("href", "/sales/?status=open")
    desk.keyboard.press("j")
    heading(desk, "Cellar")
