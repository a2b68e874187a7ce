"""The session ends while somebody types: the text stays, and is sent after the next log-in."""

import re

import pytest
from playwright.sync_api import expect

from sales.models import Sale, SaleNote

TEXT = "They want the hall before the summer."


@pytest.fixture
def out(browser, browser_context_args, log_in, salesperson):
    """A context that is not watched: htmx says in the console that it was answered 401."""
    context = browser.new_context(**browser_context_args)
    context.set_default_timeout(10_000)
    yield log_in(context, salesperson)
    context.close()


def log_in_anew(context, user):
    """Log in in another tab, by hand, as the notice asks."""
    tab = context.new_page()
    tab.goto("/accounts/login/")
    enter(tab, user)
    expect(tab.get_by_role("navigation").first).to_be_visible()
    tab.close()


def enter(page, user):
    user.set_password("right password")
    user.save(update_fields=["password"])
    page.get_by_label("E-mail address").fill(user.email)
    page.get_by_label("Password").fill("right password")
    page.get_by_role("button", name="Log in").click()


@pytest.mark.parametrize("gone", ["sessionid", None], ids=["session", "all cookies"])
def test_note_stays_and_is_sent_after_a_log_in_in_another_tab(out, sale, salesperson, gone):
    desk = out.new_page()
    desk.goto(f"/sales/{sale.pk}/")
    text = desk.locator("#note-form textarea")
    text.fill(TEXT)
    out.clear_cookies(name=gone) if gone else out.clear_cookies()
    with desk.expect_response("**/accounts/login/?next=/accounts/profile/"):  # the notice looks whether that helps yet
        desk.locator("#note-form button[data-kind=primary]").click()
    toast = desk.locator(".toast[role=alert]")
    expect(toast).to_contain_text("You are logged out")
    expect(toast.get_by_role("link", name="Log in")).to_have_attribute("target", "_blank")
    expect(text).to_have_value(TEXT)
    log_in_anew(out, salesperson)
    with desk.expect_response("**/accounts/profile/") as answer:
        desk.evaluate("dispatchEvent(new Event('focus'))")
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', answer.value.text())[1]
    expect(desk.locator("#note-form [name=csrfmiddlewaretoken]")).to_have_value(token)
    desk.locator("#note-form button[data-kind=primary]").click()
    expect(desk.locator(".timeline").first).to_contain_text(TEXT)
    expect(desk.locator(".toast[data-tone=error]")).to_have_count(0)
    assert SaleNote.objects.get().text == TEXT


def send_logged_out(desk, context):
    """Send the note after the session has ended: the notice looks whether somebody is logged in yet."""
    context.clear_cookies()
    with desk.expect_response("**/accounts/login/?next=/accounts/profile/"):
        desk.locator("#note-form button[data-kind=primary]").click()
    expect(desk.locator(".toast[role=alert]")).to_contain_text("You are logged out")


def test_it_stops_looking_when_it_has_helped_and_helps_a_second_time(out, sale, salesperson):
    desk = out.new_page()
    desk.goto(f"/sales/{sale.pk}/")
    looked = []
    desk.on("request", lambda request: looked.append(1) if request.url.endswith("/accounts/profile/") else None)
    for number in (1, 2):
        desk.locator("#note-form textarea").fill(f"Note {number}")
        send_logged_out(desk, out)
        old = desk.locator("#note-form [name=csrfmiddlewaretoken]").input_value()
        log_in_anew(out, salesperson)
        desk.evaluate("dispatchEvent(new Event('focus'))")
        expect(desk.locator("#note-form [name=csrfmiddlewaretoken]")).not_to_have_value(old)
        desk.locator("#note-form button[data-kind=primary]").click()
        expect(desk.locator(".timeline").first).to_contain_text(f"Note {number}")
        expect(desk.locator(".toast[role=alert]")).to_have_count(0)
        looked.clear()
        desk.evaluate("dispatchEvent(new Event('focus'))")
        assert desk.evaluate("fetch('/healthz').then((answer) => answer.ok)")  # later than a look would have been
        assert looked == []


def test_page_of_one_user_does_not_go_on_as_the_next(out, sale, manager):
    desk = out.new_page()
    desk.goto(f"/sales/{sale.pk}/")
    desk.locator("#note-form textarea").fill(TEXT)
    token = desk.locator("#note-form [name=csrfmiddlewaretoken]").input_value()
    send_logged_out(desk, out)
    log_in_anew(out, manager)
    desk.evaluate("dispatchEvent(new Event('focus'))")
    expect(desk.locator(".toast[role=alert]")).to_contain_text("Somebody else has logged in since")
    expect(desk.locator("#note-form [name=csrfmiddlewaretoken]")).to_have_value(token)
    expect(desk.locator("#note-form textarea")).to_have_value(TEXT)


def test_plain_form_of_before_a_log_in_in_another_tab_is_offered_again(out, sale, salesperson):
    page = out.new_page()
    page.goto(f"/sales/{sale.pk}/edit/")
    page.get_by_label("Subject").fill("Warehouse in Breda")
    out.clear_cookies(name="sessionid")
    log_in_anew(out, salesperson)
    page.get_by_role("button", name="Save").click()
    expect(page).to_have_url(re.compile(f"/sales/{sale.pk}/edit/$"))
    toast = page.locator(".toast[role=alert]")
    expect(toast).to_contain_text("This page was from before your last log-in.")
    assert Sale.objects.get().subject == "Warehouse"
    toast.get_by_role("button", name="Send it again").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Warehouse in Breda")


def test_unsent_note_still_asks_before_it_is_left(out, sale):
    desk = out.new_page()
    desk.goto(f"/sales/{sale.pk}/")
    desk.locator("#note-form textarea").press_sequentially("They")
    out.clear_cookies()
    desk.locator("#note-form button[data-kind=primary]").click()
    expect(desk.locator(".toast[role=alert]")).to_contain_text("You are logged out")
    asked = []
    desk.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    desk.get_by_role("link", name="Relations").first.click()
    expect(desk.get_by_label("Password")).to_be_visible()
    assert asked == ["beforeunload"]


@pytest.mark.parametrize("scripts", [True, False])
def test_big_form_is_offered_again_after_the_log_in(
    browser, browser_context_args, watch, log_in, salesperson, sale, scripts
):
    context = watch(browser.new_context(**{**browser_context_args, "java_script_enabled": scripts}))
    page = log_in(context, salesperson).new_page()
    page.goto(f"/sales/{sale.pk}/edit/")
    page.get_by_label("Subject").fill("Warehouse in Breda")
    context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Save").click()
    enter(page, salesperson)
    expect(page).to_have_url(re.compile(f"/sales/{sale.pk}/edit/$"))
    toast = page.locator(".toast[role=alert]")
    expect(toast).to_contain_text("You were logged out. What you sent last has not been carried out.")
    assert Sale.objects.get().subject == "Warehouse"
    toast.get_by_role("button", name="Send it again").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Warehouse in Breda")
    assert Sale.objects.get().subject == "Warehouse in Breda"
    context.close()
