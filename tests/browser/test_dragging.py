"""What the bar, the board and sortable lists share (drag.js): how a drag begins, and how one ends without a drop."""

import pytest
from playwright.sync_api import expect

from sales.models import Source
from tests.browser.board.test_moving import column, pull
from tests.browser.sale_page.bar import Bar, Finger, middle, stored

PHONE = {"viewport": {"width": 390, "height": 500}, "has_touch": True, "is_mobile": True, "device_scale_factor": 1}
OTHER = "(name) => document.body.dispatchEvent(new PointerEvent(name, {pointerId: 99, bubbles: true, buttons: 1}))"
LET_GO_ELSEWHERE = """() => document.body.dispatchEvent(
  new PointerEvent("pointermove", {pointerId: 1, bubbles: true, buttons: 0, clientX: 900, clientY: 300}))"""


@pytest.fixture
def bar(desk, sale):
    """The bar of the sale on the salesperson's screen."""
    desk.goto(f"/sales/{sale.pk}/")
    return Bar(desk)


@pytest.fixture
def sources(office, company):
    """The list of sources, on the administrator's screen."""
    office.goto("/settings/sales/sources/")
    return office


def names():
    return list(Source.objects.values_list("name", flat=True))


def rows(page):
    return [text.strip() for text in page.locator("[data-id] .name").all_inner_texts()]


def lift_first_row(page):
    """Drag the first row below the third one, without letting go."""
    x, y = middle(page.locator("[data-handle]").first)
    target = page.locator("[data-id]").nth(2).bounding_box()
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, target["y"] + target["height"] - 4, steps=8)


def test_drag_whose_grip_leaves_the_page_drops_nothing(desk, bar, sale, phases):
    bar.pull(bar.phase(phases[50]))
    expect(bar.lit).to_have_count(1)
    bar.grip.evaluate("grip => grip.remove()")
    desk.mouse.move(*middle(bar.phase(phases[75])), steps=2)
    expect(bar.lit).to_have_count(0)
    desk.mouse.up()
    expect(bar.root).not_to_have_attribute("data-dragging", "")
    assert desk.evaluate("fetch('/healthz').then((answer) => answer.ok)")  # later than a move would have been
    assert stored(sale) == ("Introduction", 10, 1)


def test_press_that_was_let_go_elsewhere_is_no_drag(desk, bar, sale, phases):
    desk.mouse.move(*middle(bar.grip))
    desk.mouse.down()
    desk.evaluate(LET_GO_ELSEWHERE)
    desk.mouse.move(*middle(bar.phase(phases[50])), steps=3)
    expect(bar.root).not_to_have_attribute("data-dragging", "")
    desk.mouse.up()
    assert stored(sale) == ("Introduction", 10, 1)


def test_second_pointer_neither_pulls_nor_drops(desk, sale, phases):
    desk.goto("/sales/board/")
    card = desk.locator(f"#card-{sale.pk}")
    pull(desk, card, column(desk, phases[75]).locator("header"))
    for name in ("pointermove", "pointerup", "pointercancel"):
        desk.evaluate(OTHER, name)
    expect(desk.locator("[data-target]")).to_have_attribute("data-phase", str(phases[75].pk))
    desk.keyboard.press("Escape")
    expect(card.locator(".where")).to_be_focused()
    desk.keyboard.press("Enter")  # a key presses, though the mouse is still down
    expect(desk.locator("#move")).to_be_visible()
    desk.mouse.up()
    assert stored(sale) == ("Introduction", 10, 1)


def test_escape_puts_a_row_back_in_its_place(sources):
    before = rows(sources)
    lift_first_row(sources)
    assert rows(sources)[:3] == [before[1], before[2], before[0]]
    sources.keyboard.press("Escape")
    assert rows(sources) == before
    sources.mouse.up()
    expect(sources.locator("[data-dragging]")).to_have_count(0)
    assert names() == before


def test_row_goes_on_with_its_own_pointer_only(sources):
    before = rows(sources)
    lift_first_row(sources)
    sources.evaluate(OTHER, "pointerup")
    expect(sources.locator("[data-dragging]")).to_have_count(1)
    assert names() == before
    with sources.expect_response("**/order/"):
        sources.mouse.up()
    assert names() == [before[1], before[2], before[0], *before[3:]]


def test_finger_on_the_handle_drags_a_row_and_beside_it_scrolls(
    browser, browser_context_args, watch, log_in, administrator
):
    context = watch(browser.new_context(**{**browser_context_args, **PHONE}))
    page = log_in(context, administrator).new_page()
    page.goto("/settings/sales/sources/")
    before, finger = names(), Finger(page)
    beside = middle(page.locator("[data-id] .used").nth(3))
    finger.put(beside)
    finger.slide(beside, (beside[0], beside[1] - 200))
    finger.lift()
    assert page.evaluate("scrollY") > 0
    assert names() == before
    page.evaluate("scrollTo(0, 0)")
    start, target = middle(page.locator("[data-handle]").first), page.locator("[data-id]").nth(1).bounding_box()
    finger.put(start)
    finger.slide(start, (start[0], target["y"] + target["height"] - 4))
    with page.expect_response("**/order/"):
        finger.lift()
    assert names() == [before[1], before[0], *before[2:]]
    context.close()
