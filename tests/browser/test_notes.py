"""Writing on a timeline in a real browser: in place, in the dialog, with files, and without JavaScript."""

import pytest
from playwright.sync_api import expect

from sales.models import SaleNote
from salescrm.notes import writing


@pytest.fixture(autouse=True)
def files_go(shelf):
    """Into a directory of this test."""


@pytest.fixture
def timeline(desk, sale):
    desk.goto(sale.get_absolute_url())
    return desk.locator("#timeline")


def test_enter_with_ctrl_adds_the_note(timeline):
    text = timeline.get_by_label("Text")
    text.press_sequentially("First line")
    text.press("Enter")
    text.press_sequentially("second line")
    text.press("Control+Enter")
    expect(timeline.locator("li[data-note=note]")).to_contain_text("second line")
    expect(text).to_have_value("")
    assert SaleNote.objects.get().text == "First line\nsecond line"


def test_call_with_a_file_is_added_in_place(desk, timeline, tmp_path):
    offer = tmp_path / "offer.pdf"
    offer.write_bytes(b"%PDF-1.7")
    timeline.get_by_text("Call", exact=True).click()
    timeline.get_by_label("Text").fill("They called back\nand said <b>yes</b>: https://example.com/x")
    timeline.locator("summary", has_text="Files").click()
    timeline.get_by_label("Add files").set_input_files(offer)
    timeline.get_by_role("button", name="Add", exact=True).click()
    entry = timeline.locator("li[data-note=call]")
    expect(entry).to_contain_text("and said <b>yes</b>")
    expect(entry.get_by_role("link", name="https://example.com/x")).to_have_attribute(
        "rel", "nofollow noopener noreferrer"
    )
    expect(timeline.get_by_label("Text")).to_have_value("")
    expect(timeline.get_by_role("button", name="Add", exact=True)).to_be_focused()
    with desk.expect_download() as download:
        entry.get_by_role("link", name="offer.pdf").click()
    assert (download.value.suggested_filename, download.value.path().read_bytes()) == ("offer.pdf", b"%PDF-1.7")


def test_key_leads_to_the_note(desk, timeline):
    desk.keyboard.press("t")
    expect(timeline.get_by_label("Text")).to_be_focused()
    desk.keyboard.type("Typed at once")
    expect(timeline.get_by_label("Text")).to_have_value("Typed at once")


def test_refused_note_stays_in_the_form(desk, timeline):
    timeline.get_by_role("button", name="Add", exact=True).click()
    expect(timeline.get_by_text("Write something, or add a file.")).to_be_visible()
    expect(timeline.locator("ol.timeline > li")).to_have_count(1)
    timeline.get_by_label("Text").fill("Now then")
    timeline.get_by_role("button", name="Add", exact=True).click()
    expect(timeline.locator("li[data-note=note]")).to_contain_text("Now then")
    expect(timeline.get_by_text("Write something, or add a file.")).to_have_count(0)


def test_moving_the_sale_keeps_a_half_written_note(desk, timeline, phases):
    timeline.get_by_label("Text").fill("Half a th")
    desk.locator(f"[data-phase='{phases[50].pk}']").click()
    expect(timeline.locator("li[data-event=moved]")).to_contain_text("Moved to Proposal, 50 %")
    expect(timeline.get_by_label("Text")).to_have_value("Half a th")


def test_note_is_changed_and_removed_in_the_dialog(desk, sale, salesperson):
    writing.add(SaleNote(sale=sale, kind="mail", text="Sent"), by=salesperson)
    desk.goto(sale.get_absolute_url())
    desk.locator("#timeline").get_by_label("Text").fill("Half a th")
    desk.get_by_role("link", name="Change this note").click()
    desk.get_by_role("dialog").get_by_label("Text").fill("Sent again")
    desk.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(desk.locator("li[data-note=mail]")).to_contain_text("Sent again")
    desk.get_by_role("link", name="Remove this note").click()
    expect(desk.get_by_role("dialog")).to_contain_text("Sent again")
    desk.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(desk.locator("li[data-note]")).to_have_count(0)
    expect(desk.locator(".toast")).to_contain_text("Removed from the timeline.")
    expect(desk.locator("#timeline").get_by_label("Text")).to_have_value("Half a th")


def test_timeline_is_filtered_and_continued_in_place(desk, sale, salesperson):
    for number in range(60):
        writing.add(SaleNote(sale=sale, text=f"n{number}"), by=salesperson)
    desk.goto(sale.get_absolute_url())
    entries = desk.locator("ol.timeline > li:not(.older)")
    expect(entries).to_have_count(50)
    desk.get_by_role("link", name="Show older").click()
    expect(entries).to_have_count(61)
    desk.get_by_role("link", name="Changes", exact=True).click()
    expect(entries).to_have_count(1)
    assert desk.url.endswith(sale.get_absolute_url())


def test_relation_page_takes_a_note(desk, customer):
    desk.goto(customer.get_absolute_url())
    timeline = desk.locator("#timeline")
    timeline.get_by_label("Text").fill("Call them in the morning")
    timeline.get_by_role("button", name="Add", exact=True).click()
    expect(timeline.locator("li[data-note=note]")).to_contain_text("Call them in the morning")


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_without_javascript_a_note_with_a_file_is_written(desk, timeline, tmp_path):
    notes = tmp_path / "notes.txt"
    notes.write_text("words")
    timeline.get_by_text("Meeting", exact=True).click()
    timeline.get_by_label("Text").fill("Met")
    timeline.locator("summary", has_text="Files").click()
    timeline.get_by_label("Add files").set_input_files(notes)
    timeline.get_by_role("button", name="Add", exact=True).click()
    entry = timeline.locator("li[data-note=meeting]")
    expect(entry.get_by_role("link", name="notes.txt")).to_be_visible()
    timeline.get_by_role("link", name="Notes and calls").click()
    expect(desk.locator("ol.timeline > li")).to_have_count(1)


def test_text_area_pulled_larger_breaks_no_rule_of_the_content_policy(timeline):
    text = timeline.get_by_label("Text")
    text.evaluate("area => (area.style.height = '240px')")  # what the browser does when its corner is pulled
    text.fill("They called back.")
    timeline.get_by_role("button", name="Add", exact=True).click()
    expect(timeline.locator("li[data-note]").first).to_contain_text("They called back.")
    expect(text).to_have_value("")  # and nothing in the console: see `watched`
