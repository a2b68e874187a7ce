"""The board: a card is dragged, or moved by its menu; both do what the page of the card does."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.sale_page.bar import Bar, middle, stored


@pytest.fixture
def board(desk, sale):
    """The board with one card, on the salesperson's screen."""
    desk.goto("/sales/board/")
    return desk


@pytest.fixture
def card(board, sale):
    """The card of the sale."""
    return board.locator(f"#card-{sale.pk}")


def column(page, phase):
    """The column of a phase."""
    return page.locator(f'.column[data-phase="{phase.pk}"]')


def pull(page, card, target) -> None:
    """Press the card and pull it over `target`, without letting go."""
    page.mouse.move(*middle(card))
    page.mouse.down()
    page.mouse.move(*middle(target), steps=8)


def test_drag_moves_the_card_and_undo_brings_it_back(board, card, sale, phases):
    pull(board, card, column(board, phases[50]).locator("header"))
    lit = board.locator("[data-target]")
    expect(lit).to_have_attribute("data-phase", str(phases[50].pk))
    expect(lit.locator("header")).to_have_attribute("data-said", "50 % · weighted € 12,000.00")
    assert stored(sale) == ("Introduction", 10, 1)
    board.mouse.up()
    expect(board.locator(".toast")).to_contain_text("Moved to Proposal, 50 %")
    expect(column(board, phases[50]).locator(".card")).to_have_count(1)
    expect(column(board, phases[10]).locator(".card")).to_have_count(0)
    expect(column(board, phases[50]).locator("header")).to_contain_text("12,000")
    assert stored(sale) == ("Proposal", 50, 2)
    board.locator(".toast").get_by_role("button", name="Undo").click()
    expect(column(board, phases[10]).locator(".card")).to_have_count(1)
    assert stored(sale) == ("Introduction", 10, 3)


def test_click_anywhere_on_a_card_opens_its_sale(board, card, sale):
    card.locator("data").click()
    board.wait_for_url(sale.get_absolute_url())


def test_card_put_back_where_it_was_stays_on_the_board(board, card, sale):
    pull(board, card, board.locator("h1"))
    board.mouse.move(*middle(card), steps=4)
    board.mouse.move(middle(card)[0] + 12, middle(card)[1] + 12)
    board.mouse.up()
    expect(board.locator("[data-lifted]")).to_have_count(0)
    expect(card.locator(".where")).to_be_focused()
    expect(board).to_have_url(re.compile("/sales/board/$"))
    assert stored(sale) == ("Introduction", 10, 1)


def test_escape_during_a_drag_moves_nothing(board, card, sale, phases):
    pull(board, card, column(board, phases[75]).locator("header"))
    expect(board.locator("[data-target]")).to_have_count(1)
    board.keyboard.press("Escape")
    board.mouse.up()
    expect(board.locator("[data-target]")).to_have_count(0)
    expect(column(board, phases[10]).locator(".card")).to_have_count(1)
    assert stored(sale) == ("Introduction", 10, 1)


def test_drag_to_the_tick_asks_first(board, card, sale):
    board.mouse.move(*middle(card))
    board.mouse.down()
    board.mouse.move(640, 400, steps=4)
    board.mouse.move(*middle(board.locator("#drop [data-end=accept]")), steps=4)
    board.mouse.up()
    expect(board.get_by_role("dialog")).to_be_visible()
    board.keyboard.press("Escape")
    expect(board.get_by_role("dialog")).to_have_count(0)
    assert stored(sale) == ("Introduction", 10, 1)


def test_menu_moves_the_card_by_keys(board, card, sale, phases):
    card.locator(".where").focus()
    board.keyboard.press("Enter")
    expect(board.locator("#move")).to_be_visible()
    board.keyboard.press("ArrowDown")
    board.keyboard.press("Enter")
    expect(board.locator(".toast")).to_contain_text("Moved to Proposal, 50 %")
    expect(column(board, phases[50]).locator(".card")).to_have_count(1)
    expect(card.locator(".where")).to_be_focused()
    assert stored(sale) == ("Proposal", 50, 2)


def test_card_that_somebody_moved_first_goes_where_it_stands_now(board, card, sale, phases):
    second = board.context.new_page()
    second.goto(f"/sales/{sale.pk}/")
    Bar(second).phase(phases[75]).click()
    expect(second.locator(".toast")).to_be_visible()
    pull(board, card, column(board, phases[25]).locator("header"))
    board.mouse.up()
    expect(board.locator(".toast")).to_contain_text("Nothing of this window was stored.")
    expect(column(board, phases[75]).locator(".card")).to_have_count(1)
    assert stored(sale) == ("Negotiation", 75, 2)
