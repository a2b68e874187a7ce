"""Moving a sale along its progress bar: by mouse, by click, by keys, and not by accident."""

import re

import pytest
from playwright.sync_api import expect

from sales.models import Sale, SaleEvent
from sales.transitions import move
from tests.browser.sale_page.bar import Bar, stored


@pytest.fixture
def bar(desk, sale):
    """The bar of the sale on the salesperson's screen."""
    desk.goto(f"/sales/{sale.pk}/")
    return Bar(desk)


def test_drag_moves_the_sale_and_undo_brings_it_back(desk, bar, sale, phases):
    bar.pull(bar.phase(phases[50]))
    expect(bar.lit).to_have_count(1)
    expect(bar.lit.locator(f'[data-phase="{phases[50].pk}"]')).to_be_visible()
    expect(bar.lit.locator(".would")).to_be_visible()
    expect(bar.lit.locator(".would")).to_have_text(re.compile(r"50 % · weighted € 12,000\.00"))
    assert stored(sale) == ("Introduction", 10, 1)

    desk.mouse.up()
    expect(desk.locator(".toast")).to_contain_text("Moved to Proposal, 50 %")
    expect(desk.locator("#announce")).to_have_text("Moved to Proposal, 50 %")
    expect(bar.current).to_have_attribute("data-phase", str(phases[50].pk))
    expect(bar.current).to_be_focused()
    expect(desk.locator("#history")).to_contain_text("Moved to Proposal, 50 %")
    assert stored(sale) == ("Proposal", 50, 2)

    desk.locator(".toast").get_by_role("button", name="Undo").click()
    expect(desk.locator(".toast")).to_contain_text("Move undone. Back in Introduction, 10 %")
    expect(bar.current).to_have_attribute("data-phase", str(phases[10].pk))
    expect(bar.current).to_be_focused()
    assert stored(sale) == ("Introduction", 10, 3)


def test_drag_back_to_an_earlier_phase(bar, desk, sale, phases, salesperson):
    move(sale, phase=phases[75], version=1, by=salesperson)
    desk.reload()
    bar.drag(bar.phase(phases[25]))
    expect(bar.current).to_have_attribute("data-phase", str(phases[25].pk))
    assert stored(sale) == ("Presentation", 25, 3)


def test_escape_during_a_drag_moves_nothing(desk, bar, sale, phases):
    bar.pull(bar.phase(phases[75]))
    expect(bar.lit).to_have_count(1)
    desk.keyboard.press("Escape")
    expect(bar.lit).to_have_count(0)
    desk.mouse.up()
    expect(bar.root).not_to_have_attribute("data-dragging", "")
    expect(bar.current).to_have_attribute("data-phase", str(phases[10].pk))
    assert stored(sale) == ("Introduction", 10, 1)


def test_drop_outside_the_bar_moves_nothing(desk, bar, sale, phases):
    bar.pull(bar.phase(phases[50]))
    desk.mouse.move(640, 800, steps=5)
    expect(bar.lit).to_have_count(0)
    desk.mouse.up()
    bar.phase(phases[10]).hover()
    assert stored(sale) == ("Introduction", 10, 1)


def test_click_moves_the_sale(bar, desk, sale, phases):
    bar.phase(phases[100]).click()
    expect(desk.locator(".toast")).to_contain_text("Moved to Order, 100 %")
    assert stored(sale) == ("Order", 100, 2)
    assert Sale.objects.get(pk=sale.pk).status == "open"


def test_move_takes_no_focus_from_somebody_who_is_typing(desk, bar, sale, phases):
    held = []
    desk.route("**/move/", lambda route: held.append(route))
    with desk.expect_request("**/move/"):
        bar.phase(phases[50]).click()
    desk.keyboard.press("/")
    search = desk.get_by_role("combobox", name="Search everything")
    expect(search).to_be_focused()
    held[0].continue_()
    expect(bar.current).to_have_attribute("data-phase", str(phases[50].pk))
    expect(desk.locator(".toast")).to_contain_text("Moved to Proposal")
    desk.keyboard.type("Ware")
    expect(search).to_have_value("Ware")


def test_double_click_is_one_move(bar, desk, sale, phases):
    posts = []
    desk.on("request", lambda request: request.method == "POST" and posts.append(request.url))
    bar.phase(phases[25]).dblclick()
    expect(bar.current).to_have_attribute("data-phase", str(phases[25].pk))
    assert desk.evaluate("fetch('/healthz').then((answer) => answer.ok)")  # later than a second move would have been
    assert len(posts) == 1
    assert stored(sale) == ("Presentation", 25, 2)
    assert SaleEvent.objects.filter(sale=sale, kind="moved").count() == 1


def test_arrows_choose_and_enter_moves(desk, bar, sale, phases):
    bar.current.focus()
    desk.keyboard.press("ArrowRight")
    expect(bar.phase(phases[25])).to_be_focused()
    desk.keyboard.press("ArrowRight")
    expect(bar.lit.locator(".would")).to_contain_text("50 %")
    expect(desk.locator("#announce")).to_have_text("Proposal, 50 %, weighted € 12,000.00. Press Enter to move.")
    assert stored(sale) == ("Introduction", 10, 1)
    desk.keyboard.press("Enter")
    expect(bar.current).to_have_attribute("data-phase", str(phases[50].pk))
    expect(bar.current).to_be_focused()
    assert stored(sale) == ("Proposal", 50, 2)


def test_escape_leaves_the_arrows_without_a_move(desk, bar, sale, phases):
    bar.current.focus()
    desk.keyboard.press("ArrowRight")
    desk.keyboard.press("Escape")
    expect(bar.current).to_be_focused()
    expect(bar.lit).to_have_count(0)
    assert stored(sale) == ("Introduction", 10, 1)


@pytest.mark.parametrize("end", ["accept", "lose"])
def test_drag_to_an_end_asks_first_and_escape_leaves_everything_as_it_was(desk, bar, sale, phases, end):
    bar.drag(bar.end(end))
    expect(desk.get_by_role("dialog")).to_be_visible()
    expect(desk.locator("#dialog-title")).to_contain_text("Warehouse")
    desk.keyboard.press("Escape")
    expect(desk.get_by_role("dialog")).to_have_count(0)
    expect(bar.end(end)).to_be_focused()
    expect(bar.current).to_have_attribute("data-phase", str(phases[10].pk))
    expect(bar.root).to_have_attribute("data-status", "open")
    assert stored(sale) == ("Introduction", 10, 1)


def test_keys_reach_the_tick(desk, bar, sale):
    bar.current.focus()
    desk.keyboard.press("End")
    desk.keyboard.press("ArrowLeft")
    expect(bar.end("accept")).to_be_focused()
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("dialog")).to_be_visible()


def test_somebody_else_was_first(desk, bar, sale, phases, colleague, browser, browser_context_args, log_in, watch):
    other = watch(browser.new_context(**browser_context_args))
    theirs = log_in(other, colleague).new_page()
    theirs.goto(f"/sales/{sale.pk}/")
    Bar(theirs).phase(phases[75]).click()
    expect(theirs.locator(".toast")).to_contain_text("Moved to Negotiation")

    bar.drag(bar.phase(phases[25]))
    expect(desk.locator("[data-refusal]")).to_contain_text("Bram Bakker changed this sale")
    expect(bar.current).to_have_attribute("data-phase", str(phases[75].pk))
    assert stored(sale) == ("Negotiation", 75, 2)

    bar.drag(bar.phase(phases[50]))
    expect(desk.locator(".toast")).to_contain_text("Moved to Proposal")
    expect(desk.locator("[data-refusal]")).to_have_count(0)
    assert stored(sale) == ("Proposal", 50, 3)
    other.close()


def test_back_button_shows_the_sale_as_it_stands(desk, bar, sale, phases):
    bar.phase(phases[25]).click()
    expect(bar.current).to_have_attribute("data-phase", str(phases[25].pk))
    desk.get_by_role("link", name="Edit", exact=True).click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("Edit the sale")
    desk.go_back()
    expect(bar.current).to_have_attribute("data-phase", str(phases[25].pk))
    bar.drag(bar.phase(phases[75]))
    expect(bar.current).to_have_attribute("data-phase", str(phases[75].pk))
    expect(desk.locator("[data-refusal]")).to_have_count(0)
    assert stored(sale) == ("Negotiation", 75, 3)
