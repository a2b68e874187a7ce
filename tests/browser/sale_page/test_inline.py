"""Values of a sale changed where they stand: mouse, keys, Escape, two tabs, and the next step ticked off."""

from datetime import timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from sales.editing import edit
from sales.models import Sale, SaleNote
from sales.trashing import trash
from salescrm.calendar import today
from tests.factories import LineFactory


@pytest.fixture
def page_of(desk, sale):
    """The page of the sale, opened."""
    desk.goto(f"/sales/{sale.pk}/")
    return desk


def figure(page, name):
    """The cell of a figure by its label."""
    return page.locator(".figures > div").filter(has=page.get_by_text(name, exact=True))


def until(condition, page):
    """Let the browser go on until it is so."""
    while not condition():
        page.wait_for_timeout(20)


def test_amount_is_changed_by_mouse(page_of, sale):
    page_of.get_by_role("link", name="Change the expected revenue").click()
    field = page_of.get_by_label("Expected revenue", exact=True)
    expect(field).to_be_focused()
    assert field.evaluate("input => input.value.slice(input.selectionStart, input.selectionEnd)") == "24,000.00"
    field.fill("12500.50")
    page_of.get_by_role("button", name="Save").click()
    expect(figure(page_of, "Expected revenue")).to_contain_text("12,500.50")
    expect(figure(page_of, "Weighted revenue")).to_contain_text("1,250.05")
    expect(page_of.get_by_role("link", name="Change the expected revenue")).to_be_focused()
    expect(page_of.locator("#history")).to_contain_text("Expected revenue")
    assert Sale.objects.get().expected_revenue == Decimal("12500.50")


@pytest.mark.parametrize("order", [[0, 1], [1, 0]])
def test_what_was_asked_for_last_stands_whichever_answer_comes_first(page_of, sale, order):
    held = []
    page_of.route("**/history/", lambda route: held.append((route, route.fetch())))
    page_of.get_by_role("link", name="Change the expected revenue").click()
    page_of.get_by_label("Expected revenue", exact=True).fill("12500.50")
    page_of.get_by_role("button", name="Save").click()
    expect(figure(page_of, "Expected revenue")).to_contain_text("12,500.50")
    until(lambda: len(held) == 2, page_of)
    for place in order:
        route, answer = held[place]
        with page_of.expect_response("**/history/") as arrival:
            route.fulfill(response=answer)
        arrival.value.finished()
    expect(page_of.locator("#history")).to_contain_text("Expected revenue")


@pytest.mark.parametrize("order", [[0, 1], [1, 0]])
def test_form_that_was_asked_for_last_opens_whichever_answer_comes_first(page_of, sale, order):
    held = []
    page_of.route("**/change/*/", lambda route: held.append(route))
    page_of.get_by_role("link", name="Change the expected revenue").click()
    page_of.get_by_role("link", name="Change the expected end date").click()
    until(lambda: len(held) == 2, page_of)
    for place in order:
        with page_of.expect_response("**/change/*/") as arrival:
            held[place].continue_()
        arrival.value.finished()
    expect(page_of.get_by_label("Expected end date", exact=True)).to_be_focused()
    expect(page_of.get_by_label("Expected revenue", exact=True)).to_have_count(0)


def test_everything_works_by_keys_and_escape_gives_the_focus_back(page_of, sale):
    page_of.get_by_role("link", name="Change the expected end date").focus()
    page_of.keyboard.press("Enter")
    expect(page_of.get_by_label("Expected end date", exact=True)).to_be_focused()
    page_of.keyboard.press("Escape")
    expect(page_of.get_by_role("link", name="Change the expected end date")).to_be_focused()
    page_of.keyboard.press("Enter")
    page_of.get_by_label("Expected end date", exact=True).fill("2031-05-20")
    page_of.keyboard.press("Enter")
    expect(figure(page_of, "Expected end date")).to_contain_text("20 May 2031")
    expect(page_of.get_by_role("link", name="Change the expected end date")).to_be_focused()
    expect(page_of.locator("[data-change-form]")).to_have_count(0)


def test_slip_keeps_the_focus_and_what_was_typed(page_of, sale):
    page_of.get_by_role("link", name="Change the expected revenue").click()
    page_of.get_by_label("Expected revenue", exact=True).fill("a lot")
    page_of.keyboard.press("Enter")
    field = page_of.locator("[name=expected_revenue][aria-invalid=true]")
    expect(field).to_be_focused()
    expect(field).to_have_value("a lot")
    expect(figure(page_of, "Expected revenue")).to_contain_text("Enter an amount")


def test_second_tab_is_told_who_was_first_and_saves_knowingly(page_of, sale, colleague):
    page_of.get_by_role("link", name="Change the expected revenue").click()
    page_of.get_by_label("Expected revenue", exact=True).fill("30000")
    edit(sale, values={"expected_revenue": Decimal("20000")}, version=1, by=colleague)
    page_of.keyboard.press("Enter")
    expect(page_of.locator("[data-refusal]")).to_contain_text("Bram Bakker changed this sale")
    expect(page_of.locator(".theirs")).to_contain_text("20,000.00")
    expect(page_of.locator("#history")).to_contain_text("20,000.00")
    expect(page_of.get_by_label("Stored now")).to_be_focused()
    expect(page_of.get_by_label("Expected revenue", exact=True)).to_have_value("30,000.00")
    page_of.get_by_label("Yours").check()
    page_of.keyboard.press("Enter")
    expect(figure(page_of, "Expected revenue")).to_contain_text("30,000.00")
    expect(page_of.locator("[data-refusal]")).to_have_count(0)


def test_owner_is_handed_over_and_the_bar_still_moves(page_of, sale, colleague, phases):
    page_of.get_by_role("link", name="Hand over to another owner").click()
    expect(page_of.get_by_label("Owner", exact=True)).to_be_focused()
    page_of.get_by_label("Owner", exact=True).select_option("Bram Bakker")
    page_of.get_by_role("button", name="Save").click()
    expect(page_of.get_by_role("link", name="Hand over to another owner")).to_be_focused()
    expect(figure(page_of, "Owner")).to_contain_text("Bram Bakker")
    page_of.locator(f"[data-phase='{phases[50].pk}']").click()
    expect(figure(page_of, "Probability")).to_contain_text("50 %")
    sale = Sale.objects.get()
    assert (sale.owner, sale.phase, sale.version) == (colleague, phases[50], 3)


def test_step_is_ticked_off_and_the_following_one_planned(desk, sale):
    Sale.objects.update(next_step="Call Jan", next_step_on=today())
    desk.goto(f"/sales/{sale.pk}/")
    desk.get_by_role("button", name="Done").click()
    expect(desk.get_by_role("heading", name="What is the next step?")).to_be_visible()
    expect(desk.get_by_label("Next step", exact=True)).to_be_focused()
    expect(desk.locator("#history")).to_contain_text("Call Jan")
    desk.keyboard.type("Write the proposal")
    desk.get_by_role("button", name="Tomorrow").click()
    expect(desk.locator(".next-step")).to_contain_text("Write the proposal")
    expect(desk.get_by_role("link", name="Change the next step")).to_be_focused()
    stored = Sale.objects.get()
    assert (stored.next_step, stored.next_step_on) == ("Write the proposal", today() + timedelta(days=1))
    assert SaleNote.objects.get().text == "Call Jan"


def test_nothing_for_now_closes_the_question(desk, sale):
    Sale.objects.update(next_step="Call Jan", next_step_on=today())
    desk.goto(f"/sales/{sale.pk}/")
    desk.get_by_role("button", name="Done").dblclick()
    desk.get_by_role("link", name="No next step").click()
    expect(desk.get_by_role("link", name="Plan a next step")).to_be_focused()
    assert SaleNote.objects.count() == 1


@pytest.mark.parametrize("width", [1000, 1280])
@pytest.mark.parametrize("what", ["amount", "end", "owner"])
def test_save_and_cancel_stand_on_one_line_in_their_cell(desk, sale, width, what):
    desk.set_viewport_size({"width": width, "height": 800})
    desk.goto(f"/sales/{sale.pk}/change/{what}/")
    boxes = [button.bounding_box() for button in desk.locator(".change-buttons > *").all()]
    assert len({round(box["y"]) for box in boxes}) == 1
    cell = desk.locator(".figures > [data-editing]").bounding_box()
    field = desk.locator("[data-change-form] :is(input:not([type=hidden]), select)").bounding_box()
    assert field["x"] + field["width"] < cell["x"] + cell["width"]


def test_sale_that_went_to_the_trash_meanwhile_says_so_and_keeps_what_was_typed(page_of, sale, manager):
    # What stands around the region reads itself again.
    with page_of.expect_response("**/history/"), page_of.expect_response("**/lines/panel/"):
        page_of.get_by_role("link", name="Change the expected revenue").click()
    page_of.get_by_label("Expected revenue", exact=True).fill("12500.50")
    trash(sale, version=1, by=manager)
    for _again in range(2):
        with page_of.expect_response("**/change/amount/"):
            page_of.get_by_role("button", name="Save").click()
        expect(page_of.locator("[data-in-trash]:visible")).to_have_count(1)
    expect(page_of.locator("[data-in-trash]").first).to_contain_text(f"{manager} moved it there")
    expect(page_of.get_by_label("Expected revenue", exact=True)).to_have_value("12500.50")
    page_of.get_by_role("link", name="Lost").click()
    expect(page_of.get_by_role("dialog")).to_contain_text("A manager can restore it.")
    page_of.get_by_role("dialog").get_by_role("link", name="Close").click()
    expect(page_of.get_by_role("dialog")).to_be_hidden()


@pytest.mark.parametrize("way", ["cancel", "move"])
def test_services_follow_what_a_colleague_changed_meanwhile(desk, sale, manager, phases, way):
    LineFactory(sale=sale, unit_price=Decimal("500"))
    desk.goto(f"/sales/{sale.pk}/")
    expect(desk.locator("#lines")).to_contain_text("24,000.00")
    edit(sale, values={"expected_revenue": Decimal("31000")}, version=1, by=manager)
    if way == "move":
        desk.locator(f"[data-phase='{phases[75].pk}']").click()
        expect(desk.locator("[data-refusal]")).to_be_visible()
    else:
        desk.get_by_role("link", name="Change the expected end date").click()
        desk.get_by_role("link", name="Cancel").click()
    expect(figure(desk, "Expected revenue")).to_contain_text("31,000.00")
    expect(desk.locator("#lines")).to_contain_text("31,000.00")
    expect(desk.locator("#lines")).not_to_contain_text("24,000.00")
    expect(desk.locator("#history")).to_contain_text("€ 24,000.00 → € 31,000.00")
