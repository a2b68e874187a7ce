"""My day in a browser: ticking off, planning on, and all of it without JavaScript."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from sales.day.calendar_feed import renew
from sales.models import CalendarFeed, Sale, SaleNote
from salescrm.calendar import today
from tests.browser.test_every_page import look, report
from tests.factories import SaleFactory

DAY = timedelta(days=1)


@pytest.fixture
def steps(salesperson, customer):
    """Two late steps and one for today."""
    plan = [("Alpha", "Call", -2), ("Beta", "Mail", -1), ("Gamma", "Visit", 0)]
    return [
        SaleFactory(
            owner=salesperson, customer=customer, subject=subject, next_step=step, next_step_on=today() + days * DAY
        )
        for subject, step, days in plan
    ]


@pytest.fixture
def plain(browser, watch, log_in, salesperson, base_url, browser_context_args):
    """A page of a browser without JavaScript."""
    settings = {**browser_context_args, "java_script_enabled": False, "base_url": base_url}
    context = watch(browser.new_context(**settings))
    yield log_in(context, salesperson).new_page()
    context.close()


def row(page, group, subject):
    return page.locator(f"[data-group={group}] [data-row]").filter(has_text=subject)


def test_row_goes_the_following_step_is_planned_and_the_next_row_has_the_focus(desk, steps):
    desk.goto("/sales/day/")
    row(desk, "late", "Alpha").locator("[data-step-done]").click()
    dialog = desk.get_by_role("dialog")
    expect(dialog).to_contain_text("What is the next step of Alpha?")
    expect(dialog.get_by_label("Next step", exact=True)).to_be_focused()
    expect(row(desk, "late", "Alpha")).to_have_count(0)
    desk.keyboard.type("Send the contract")
    dialog.get_by_role("button", name="In a week").click()
    expect(row(desk, "week", "Alpha")).to_contain_text("Send the contract")
    expect(dialog).to_be_hidden()
    expect(row(desk, "late", "Beta").locator("[data-step-done]")).to_be_focused()
    expect(desk.locator("[data-figure=done]")).to_have_text("1")
    alpha = Sale.objects.get(subject="Alpha")
    assert (alpha.next_step, alpha.next_step_on) == ("Send the contract", today() + 7 * DAY)


def test_escape_leaves_it_without_a_step_and_the_keys_go_on(desk, steps):
    desk.goto("/sales/day/")
    row(desk, "late", "Alpha").locator("[data-step-done]").focus()
    for subject, following in (("Alpha", ("late", "Beta")), ("Beta", ("today", "Gamma"))):
        desk.keyboard.press("Enter")
        expect(desk.get_by_role("dialog")).to_contain_text(f"What is the next step of {subject}?")
        desk.keyboard.press("Escape")
        expect(desk.get_by_role("dialog")).to_be_hidden()
        expect(row(desk, *following).locator("[data-step-done]")).to_be_focused()
    expect(desk.locator("[data-group=none] [data-row]")).to_have_count(2)
    assert SaleNote.objects.count() == 2


def test_start_page_ticks_off_in_the_dialog_too(desk, steps):
    desk.goto("/")
    late = desk.locator("[data-step=late]")
    expect(late.locator("li")).to_have_count(2)
    late.locator("li", has_text="Alpha").locator("[data-step-done]").click()
    dialog = desk.get_by_role("dialog")
    expect(dialog).to_contain_text("What is the next step of Alpha?")
    dialog.get_by_role("button", name="Save", exact=True).click()
    expect(dialog).to_contain_text("or choose “No next step”")
    with desk.expect_event("load"):  # the page is read again
        dialog.get_by_role("button", name="No next step").click()
    expect(late.locator("li")).to_have_count(1)
    expect(dialog).to_be_hidden()
    late.locator("li", has_text="Beta").locator("[data-step-done]").click()
    dialog.get_by_label("Next step", exact=True).fill("Send the contract")
    dialog.get_by_role("button", name="In a week").click()
    expect(desk.locator("[data-step=planned]")).to_contain_text("Send the contract")
    expect(late.locator("li")).to_have_count(0)
    assert SaleNote.objects.count() == 2


def test_postponing_moves_the_row_and_the_focus_goes_on(desk, steps):
    desk.goto("/sales/day/")
    row(desk, "late", "Alpha").get_by_role("button", name="Tomorrow").click()
    expect(row(desk, "week", "Alpha")).to_contain_text("Call")
    expect(row(desk, "late", "Beta").locator("[data-step-done]")).to_be_focused()
    assert Sale.objects.get(subject="Alpha").next_step_on == today() + DAY
    assert not SaleNote.objects.exists()


def test_slip_in_the_dialog_stays_there(desk, steps):
    desk.goto("/sales/day/")
    row(desk, "late", "Beta").get_by_role("link", name="Change the next step of Beta").click()
    dialog = desk.get_by_role("dialog")
    dialog.get_by_label("Next step", exact=True).fill("")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_contain_text("Say what the next step is.")
    dialog.get_by_label("Next step", exact=True).fill("Mail again")
    dialog.get_by_role("button", name="Save").click()
    expect(row(desk, "late", "Beta")).to_contain_text("Mail again")


def test_day_without_javascript(plain, steps):
    plain.goto("/sales/day/")
    row(plain, "late", "Alpha").locator("[data-step-done]").click()
    expect(plain.get_by_role("heading", name="What is the next step of Alpha?")).to_be_visible()
    plain.get_by_label("Next step", exact=True).fill("Write")
    plain.get_by_role("button", name="Tomorrow").click()
    expect(row(plain, "week", "Alpha")).to_contain_text("Write")
    row(plain, "late", "Beta").get_by_role("button", name="In a week").click()
    expect(row(plain, "week", "Beta")).to_be_visible()
    assert list(Sale.objects.order_by("subject").values_list("next_step", "next_step_on")) == [
        ("Write", today() + DAY), ("Mail", today() + 7 * DAY), ("Visit", today()),
    ]  # fmt: skip


def test_sale_without_javascript(plain, steps):
    sale = steps[0]
    plain.goto(f"/sales/{sale.pk}/")
    plain.get_by_role("link", name="Change the expected revenue").click()
    plain.get_by_label("Expected revenue", exact=True).fill("1234.50")
    plain.get_by_role("button", name="Save").click()
    expect(plain.locator(".figures")).to_contain_text("1,234.50")
    plain.get_by_role("button", name="Done").click()
    plain.get_by_label("Next step", exact=True).fill("Write")
    plain.get_by_role("button", name="Today").click()
    expect(plain.locator(".next-step")).to_contain_text("Write")
    plain.get_by_role("link", name="Change the next step").click()
    plain.get_by_role("button", name="Clear the next step").click()
    expect(plain.locator(".next-step")).to_contain_text("Nothing planned")


def test_address_of_the_calendar_is_copied_and_asks_before_it_changes(desk, context, salesperson, base_url):
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=base_url)
    secret = renew(salesperson).secret
    desk.goto("/sales/calendar/")
    desk.get_by_role("button", name="Copy").click()
    expect(desk.locator("#announce")).to_have_text("The address is copied.")
    assert desk.evaluate("navigator.clipboard.readText()").endswith(f"/sales/calendar/{secret}.ics")
    desk.get_by_text("New address", exact=True).click()
    desk.get_by_role("button", name="Make a new address").click()
    expect(desk.locator(".toast")).to_contain_text("This is the address of your calendar.")
    assert CalendarFeed.objects.get().secret != secret


def test_busy_day_and_its_forms_are_accessible_and_fit_a_phone(desk, steps):
    Sale.objects.filter(subject="Beta").update(expected_end_date=today() - DAY, next_step="Mail " + "x" * 150)
    SaleFactory(owner=steps[0].owner, subject="Delta " + "y" * 150)
    desk.goto("/sales/day/")
    faults = {"day": look(desk)}
    desk.goto(f"/sales/{steps[0].pk}/change/step/?back=/sales/day/")
    faults["asked"] = look(desk)
    desk.goto(f"/sales/{steps[0].pk}/change/step/")
    desk.get_by_role("textbox", name="Next step").fill("")
    desk.get_by_role("button", name="Save", exact=True).click()
    expect(desk.locator("[data-change-form] [aria-invalid=true]")).to_be_focused()
    faults["in place"] = look(desk)
    assert report(faults) == ""


@pytest.mark.parametrize("width", [1280, 1100, 390])
def test_groups_stand_under_one_another(desk, steps, salesperson, customer, width):
    SaleFactory(owner=salesperson, customer=customer, subject="Delta", next_step="")
    desk.set_viewport_size({"width": width, "height": 800})
    desk.goto("/sales/day/")
    lefts = "all => [...new Set(all.map((one) => Math.round(one.getBoundingClientRect().left)))].length"
    for part in (".what", ".facts"):
        assert desk.locator(f"[data-group] {part}").count() == 4
        assert desk.locator(f"[data-group] {part}").evaluate_all(lefts) == 1
