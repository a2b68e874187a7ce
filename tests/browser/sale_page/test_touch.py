"""The progress bar under a thumb: the grip drags, scrolling never moves anything."""

import pytest
from playwright.sync_api import expect

from tests.browser.sale_page.bar import (
    Bar,
    Finger,
    middle,
    stored,
)

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 1}


@pytest.fixture
def browser_context_args(browser_context_args):
    """A phone."""
    return {**browser_context_args, **PHONE}


@pytest.fixture
def bar(desk, sale):
    """The upright bar of the sale on the salesperson's phone."""
    desk.goto(f"/sales/{sale.pk}/")
    return Bar(desk)


def test_grip_drags_the_sale_down_the_upright_bar(desk, bar, sale, phases):
    first, last = bar.phase(phases[10]).bounding_box(), bar.phase(phases[100]).bounding_box()
    assert last["y"] > first["y"] + first["height"]
    assert last["x"] == first["x"]
    finger, start, target = Finger(desk), middle(bar.grip), middle(bar.phase(phases[75]))
    finger.put(start)
    finger.slide(start, target)
    expect(bar.lit.locator(".would")).to_be_visible()
    expect(bar.lit.locator(".would")).to_contain_text("75 % · weighted € 18,000.00")
    finger.lift()
    expect(desk.locator(".toast")).to_contain_text("Moved to Negotiation, 75 %")
    assert stored(sale) == ("Negotiation", 75, 2)


def test_grip_dragged_to_the_tick_opens_the_dialog(desk, bar, sale):
    finger, start = Finger(desk), middle(bar.grip)
    finger.put(start)
    finger.slide(start, middle(bar.end("accept")))
    finger.lift()
    expect(desk.get_by_role("dialog")).to_be_visible()
    assert stored(sale) == ("Introduction", 10, 1)


def test_scrolling_over_the_bar_twenty_times_moves_nothing(desk, bar, sale, phases):
    finger, posts = Finger(desk), []
    desk.on("request", lambda request: request.method == "POST" and posts.append(request.url))
    scrolled = set()
    for turn in range(20):
        phase = bar.phase(phases[list(phases)[turn % len(phases)]])
        phase.scroll_into_view_if_needed()
        x, y = middle(phase)
        away = (x - 60, y + (-220 if turn % 2 == 0 else 220))
        finger.put((x - 60, y))
        finger.slide((x - 60, y), away)
        finger.lift()
        scrolled.add(desk.evaluate("Math.round(scrollY)"))
    assert len(scrolled) > 1
    assert posts == []
    expect(bar.lit).to_have_count(0)
    assert stored(sale) == ("Introduction", 10, 1)


def test_tap_moves_the_sale(desk, bar, sale, phases):
    bar.phase(phases[25]).tap()
    expect(desk.locator(".toast")).to_contain_text("Moved to Presentation, 25 %")
    assert stored(sale) == ("Presentation", 25, 2)
