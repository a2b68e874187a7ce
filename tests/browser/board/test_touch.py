"""The board under a thumb: the grip drags a card, a swipe scrolls and never moves one."""

import pytest
from playwright.sync_api import expect

from sales.models import Sale
from tests.browser.sale_page.bar import Finger, middle, stored
from tests.factories import SaleFactory

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 1}

AT_REST = """async () => {
  const place = () => [document.querySelector(".board").scrollLeft, scrollY].join();
  for (let before = place(), same = 0; same < 5; same = place() === before ? same + 1 : 0, before = place())
    await new Promise(requestAnimationFrame);
}"""
ON_A_GRIP = "([x, y]) => Boolean(document.elementFromPoint(x, y).closest('[data-grip]'))"


@pytest.fixture
def browser_context_args(browser_context_args):
    """A phone."""
    return {**browser_context_args, **PHONE}


@pytest.fixture
def board(desk, sale, salesperson, phases):
    """The board with a few cards in every column, on the salesperson's phone."""
    for phase in phases.values():
        for _ in range(4):
            SaleFactory(owner=salesperson, phase=phase)
    desk.goto("/sales/board/")
    return desk


def test_grip_drags_a_card_to_the_next_column(board, sale, phases):
    finger, start = Finger(board), middle(board.locator(f"#card-{sale.pk} [data-grip]"))
    inside = board.locator(f'.column[data-phase="{phases[25].pk}"]').bounding_box()["x"] + 2
    assert inside <= 390 - 56  # nearer to the edge the board would scroll along until the finger is lifted
    finger.put(start)
    finger.slide(start, (inside, 400))
    target = board.locator("[data-target]")
    expect(target).to_have_attribute("data-phase", str(phases[25].pk))
    finger.lift()
    expect(board.locator(".toast")).to_contain_text("Moved to Presentation, 25 %")
    assert stored(sale) == ("Presentation", 25, 2)


def test_card_held_at_the_edge_scrolls_the_board_along(board, sale, phases):
    finger, start = Finger(board), middle(board.locator(f"#card-{sale.pk} [data-grip]"))
    finger.put(start)
    finger.slide(start, (386, 420))
    column = board.locator(f'.column[data-phase="{phases[100].pk}"]')
    expect(column).to_have_attribute("data-target", "", timeout=15_000)
    finger.lift()
    expect(board.locator(".toast")).to_contain_text("Moved to Order, 100 %")
    expect(column.locator(f"#card-{sale.pk}")).to_be_visible()
    assert stored(sale) == ("Order", 100, 2)


def test_grip_dropped_outside_leaves_the_card_in_its_place(board, sale, phases):
    finger, start = Finger(board), middle(board.locator(f"#card-{sale.pk} [data-grip]"))
    finger.put(start)
    finger.slide(start, (200, 30))
    expect(board.locator(".ghost")).to_have_count(1)
    finger.lift()
    expect(board.locator(".ghost")).to_have_count(0)
    expect(board.locator(f'.column[data-phase="{phases[10].pk}"] #card-{sale.pk}')).to_be_visible()
    assert stored(sale) == ("Introduction", 10, 1)


def test_swiping_over_the_cards_twenty_times_moves_nothing(board, sale):
    finger, posts, places = Finger(board), [], set()
    board.on("request", lambda request: request.method == "POST" and posts.append(request.url))
    before = list(Sale.objects.order_by("pk").values_list("pk", "phase", "version"))
    for turn in range(20):
        x, y = (320, 560) if turn % 4 < 2 else (80, 560)
        board.evaluate(AT_REST)
        while board.evaluate(ON_A_GRIP, [x, y]):  # that would drag a card, as it should
            y -= 48
        across = (-240 if x > 200 else 240) if turn % 2 == 0 else 0
        finger.put((x, y))
        finger.slide((x, y), (x + across, y if across else y - 200 + 50 * (turn % 3)))
        finger.lift()
        places.add(board.evaluate("[document.querySelector('.board').scrollLeft, scrollY].map(Math.round).join()"))
    assert len(places) > 3
    assert posts == []
    expect(board.locator(".ghost, [data-target], [data-lifted]")).to_have_count(0)
    assert list(Sale.objects.order_by("pk").values_list("pk", "phase", "version")) == before


def test_menu_opens_at_the_bottom_and_moves_the_card(board, sale, phases):
    board.locator(f"#card-{sale.pk} .where").tap()
    menu = board.locator("#move")
    expect(menu).to_be_in_viewport(ratio=1)
    menu.get_by_role("button", name="Negotiation").tap()
    expect(board.locator(".toast")).to_contain_text("Moved to Negotiation, 75 %")
    expect(board.locator(f'.column[data-phase="{phases[75].pk}"] #card-{sale.pk} .where')).to_be_in_viewport()
    assert stored(sale) == ("Negotiation", 75, 2)


def test_nothing_but_the_board_scrolls_sideways(board):
    assert board.evaluate("document.documentElement.scrollWidth") == 390
