"""Back to a page the browser kept as it was left: it shows what was changed meanwhile."""

import pytest
from playwright.sync_api import expect

SHOW_AGAIN = "dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))"


def change_amount(page, sale, amount):
    page.goto(sale.get_absolute_url())
    page.get_by_role("link", name="Change the expected revenue").click()
    page.locator("[name=expected_revenue]").fill(amount)
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".figures")).to_contain_text(amount)


def test_list_that_was_kept_shows_what_was_changed_since(desk, context, sale):
    desk.goto("/sales/")
    expect(desk.locator("tbody")).to_contain_text("24,000")
    desk.evaluate("window.mark = true")
    desk.evaluate(SHOW_AGAIN)
    assert desk.evaluate("window.mark")  # nothing was sent: nothing is asked for

    change_amount(context.new_page(), sale, "31,415")
    desk.evaluate(SHOW_AGAIN)
    expect(desk.locator("tbody")).to_contain_text("31,415")
    assert desk.evaluate("window.mark") is None


def test_page_that_was_kept_shows_nothing_after_the_log_out(desk, context, sale):
    desk.goto(sale.get_absolute_url())
    other = context.new_page()
    other.goto("/sales/")
    other.get_by_role("button", name="Log out").click()
    other.wait_for_url("**/accounts/**")
    desk.evaluate(SHOW_AGAIN)
    desk.wait_for_url("**/accounts/login/**")


@pytest.fixture
def shared_computer(browser_type, browser_type_launch_args, browser_context_args, watch):
    """A browser as people have it: the one of the other tests is told never to keep a page for Back."""
    browser = browser_type.launch(**browser_type_launch_args, ignore_default_args=["--disable-back-forward-cache"])
    yield lambda **options: watch(browser.new_context(**browser_context_args | options))
    browser.close()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_back_after_the_log_out_shows_nothing_private(shared_computer, live_server, log_in, salesperson, sale, scripts):
    page = log_in(shared_computer(java_script_enabled=scripts), salesperson).new_page()
    page.goto(f"{live_server.url}/sales/")
    page.goto(f"{live_server.url}{sale.get_absolute_url()}")
    expect(page.locator("h1")).to_contain_text("Warehouse")
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url("**/accounts/login/")

    for _page in ("the sale", "the list"):
        page.go_back()
        expect(page).to_have_title("Log in · Sales CRM")
        expect(page.locator("body")).not_to_contain_text("Warehouse")
