"""Two people with one sale open, in a real browser: what both changed is asked, in place, on a page, in a dialog."""

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from sales.editing import edit
from sales.models import Sale, SaleNote
from salescrm.notes import writing
from tests.browser.test_every_page import sideways, violations


@pytest.fixture
def amount(desk, sale, colleague):
    """The amount being changed in place, while somebody else has changed it."""
    desk.goto(f"/sales/{sale.pk}/")
    desk.get_by_role("link", name="Change the expected revenue").click()
    desk.get_by_label("Expected revenue", exact=True).fill("30000")
    edit(sale, values={"expected_revenue": Decimal("20000"), "note": "Theirs"}, version=1, by=colleague)
    desk.keyboard.press("Enter")
    return desk.get_by_role("group", name="Expected revenue: what is saved?")


def test_amount_changed_in_two_places_is_chosen_by_keys(desk, amount):
    expect(amount.get_by_label("Stored now")).to_be_focused()
    desk.keyboard.press("Enter")
    expect(amount).to_contain_text("Choose which of the two is saved.")
    expect(amount.get_by_label("Stored now")).to_be_focused()
    assert violations(desk) == []
    desk.keyboard.press("ArrowDown")
    expect(amount.get_by_label("Yours")).to_be_checked()
    desk.keyboard.press("Enter")
    expect(desk.locator("[data-change-form]")).to_have_count(0)
    assert Sale.objects.values_list("expected_revenue", "note").get() == (Decimal("30000"), "Theirs")


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize(("answer", "subject"), [("Stored now", "Hall"), ("Yours", "Shed")])
def test_table_asks_what_was_changed_in_two_places(
    browser, watch, live_server, log_in, salesperson, sale, colleague, script, answer, subject
):
    context = watch(browser.new_context(java_script_enabled=script, base_url=live_server.url))
    page = log_in(context, salesperson).new_page()
    page.goto(f"/sales/{sale.pk}/edit/")
    page.get_by_label("Subject").fill("Shed")
    edit(sale, values={"subject": "Hall", "note": "Theirs"}, version=1, by=colleague)
    page.get_by_role("button", name="Save").click()
    choice = page.get_by_role("group", name="Subject: what is saved?")
    expect(choice.get_by_label("Stored now")).to_be_focused()
    expect(page.get_by_label("Note")).to_have_value("Theirs")
    if script:
        assert violations(page) == []
        assert sideways(page, (320, 640)) == []
    page.get_by_role("button", name="Save").click()
    expect(choice).to_contain_text("Choose which of the two is saved.")
    choice.get_by_label(answer).check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(subject)
    assert Sale.objects.values_list("subject", "note").get() == (subject, "Theirs")
    context.close()


def test_note_in_the_dialog_is_asked_beside_an_amount_in_its_place(desk, amount, sale, salesperson, shelf):
    note = writing.add(SaleNote(sale=sale, kind="call", text="Asked"), by=salesperson)
    desk.goto(f"/sales/{sale.pk}/change/amount/")
    desk.locator(f"a[href='/sales/{sale.pk}/notes/{note.pk}/']").click()
    dialog = desk.get_by_role("dialog")
    dialog.get_by_label("Text").fill("Mine")
    writing.change(note, values={"text": "Theirs"}, version=1, by=salesperson)
    dialog.get_by_role("button", name="Save").click()
    choice = dialog.get_by_role("group", name="Text: what is saved?")
    expect(choice.get_by_label("Stored now")).to_be_focused()
    choice.get_by_label("Yours").check()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    expect(desk.locator("#timeline")).to_contain_text("Mine")
    assert SaleNote.objects.get().text == "Mine"
