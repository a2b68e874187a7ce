"""Back to a page the browser kept as it was left: it shows what was changed meanwhile."""

from playwright.sync_api import expect

KEPT = "dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))"


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
    desk.evaluate(KEPT)
    assert desk.evaluate("window.mark")  # nothing was sent: nothing is asked for

    change_amount(context.new_page(), sale, "31,415")
    desk.evaluate(KEPT)
    expect(desk.locator("tbody")).to_contain_text("31,415")
    assert desk.evaluate("window.mark") is None


def test_page_that_was_kept_shows_nothing_after_the_log_out(desk, context, sale):
    desk.goto(sale.get_absolute_url())
    other = context.new_page()
    other.goto("/sales/")
    other.get_by_role("button", name="Log out").click()
    other.wait_for_url("**/accounts/**")
    desk.evaluate(KEPT)
    desk.wait_for_url("**/accounts/login/**")
