"""What was typed and not sent is not lost without asking."""

import re

import pytest
from playwright.sync_api import expect

from sales.models import Sale


@pytest.fixture
def questions(desk):
    """The questions the browser asked on leaving; each is answered with "stay" until there is a second one."""
    kinds = []

    def answer(dialog):
        kinds.append(dialog.type)
        dialog.accept() if len(kinds) > 1 else dialog.dismiss()

    desk.on("dialog", answer)
    return kinds


def test_leaving_a_form_that_was_typed_in_asks(desk, sale, questions):
    desk.goto(f"/sales/{sale.pk}/edit/")
    desk.get_by_label("Subject").press_sequentially(" 2")
    with desk.expect_event("dialog"):
        desk.get_by_role("link", name="Relations").first.click()
    expect(desk.get_by_label("Subject")).to_have_value(re.compile("2"))
    assert questions == ["beforeunload"]


def test_a_value_changed_back_is_no_change(desk, sale, questions):
    desk.goto(f"/sales/{sale.pk}/edit/")
    subject = desk.get_by_label("Subject")
    subject.fill("Other")
    subject.fill("Warehouse")
    desk.get_by_role("link", name="Relations").first.click()
    expect(desk).to_have_url(re.compile("/relations/"))
    assert questions == []


def test_saving_does_not_ask(desk, sale, questions):
    desk.goto(f"/sales/{sale.pk}/edit/")
    desk.get_by_label("Subject").fill("Shed")
    desk.get_by_role("button", name="Save").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("Shed")
    assert (questions, Sale.objects.get(pk=sale.pk).subject) == ([], "Shed")


def test_a_refused_form_is_still_unsaved(desk, sale, questions):
    desk.goto(f"/sales/{sale.pk}/edit/")
    desk.locator("form[data-form]").evaluate("form => (form.noValidate = true)")
    desk.get_by_label("Subject").fill("")
    with desk.expect_event("load"):  # the field has the focus before the answer too
        desk.get_by_role("button", name="Save").click()
    expect(desk.get_by_label("Subject")).to_be_focused()
    with desk.expect_event("dialog"):
        desk.get_by_role("link", name="Relations").first.click()
    expect(desk.get_by_label("Subject")).to_be_visible()
    assert questions == ["beforeunload"]


def test_a_filter_never_asks(desk, sale, questions):
    desk.goto("/relations/")
    desk.get_by_role("main").get_by_role("searchbox").fill("dam")
    desk.get_by_role("link", name="Projects").first.click()
    expect(desk).to_have_url(re.compile("/projects/"))
    assert questions == []


def test_a_dialog_asks_before_it_throws_away(office, company):
    office.goto("/settings/teams/")
    office.get_by_role("link", name="New team").first.click()
    dialog = office.get_by_role("dialog")
    name = dialog.get_by_label("Name")
    name.press_sequentially("North")
    dialog.get_by_role("link", name="Cancel").click()
    expect(dialog).to_contain_text("What you typed has not been saved.")
    dialog.get_by_role("button", name="Go on typing").click()
    expect(name).to_be_focused()
    expect(name).to_have_value("North")
    office.keyboard.press("Escape")
    dialog.get_by_role("button", name="Throw it away").click()
    expect(office.get_by_role("dialog")).to_have_count(0)


def test_a_dialog_in_which_nothing_was_typed_just_closes(office, company):
    office.goto("/settings/teams/")
    office.get_by_role("link", name="New team").first.click()
    expect(office.get_by_role("dialog")).to_be_visible()
    office.keyboard.press("Escape")
    expect(office.get_by_role("dialog")).to_have_count(0)


def test_a_dialog_that_was_sent_does_not_ask(office, company):
    office.goto("/settings/teams/")
    office.get_by_role("link", name="New team").first.click()
    office.get_by_role("dialog").get_by_label("Name").fill("North")
    office.get_by_role("dialog").get_by_role("button", name="Add").click()
    expect(office.locator(".toast")).to_contain_text("North is saved.")
