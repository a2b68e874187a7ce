"""The board under the hands of somebody quick: a slow answer, many cards, and where the keyboard goes."""

import re

import pytest
from playwright.sync_api import expect

from sales.board.cards import CARDS
from sales.models import Sale
from tests.browser.board.test_moving import column, pull
from tests.browser.sale_page.bar import stored
from tests.factories import SaleFactory


@pytest.fixture
def board(desk, sale):
    """The board with one card, on the salesperson's screen."""
    desk.goto("/sales/board/")
    return desk


class Held:
    """Moves that are on their way: none arrives before they are let through."""

    def __init__(self, page):
        self.routes, self.free = [], False
        page.route("**/move/", lambda route: route.continue_() if self.free else self.routes.append(route))

    def let_through(self):
        self.free = True
        for route in self.routes:
            route.continue_()


@pytest.fixture
def held(board):
    return Held(board)


def choose(board, sale, name):
    board.locator(f"#card-{sale.pk} .where").press("Enter")
    board.locator("#move").get_by_role("button", name=name).press("Enter")
    expect(board.locator("#move")).to_be_hidden()


def test_second_move_of_a_card_waits_for_the_answer_to_the_first(board, held, sale, phases):
    card = board.locator(f"#card-{sale.pk}")
    with board.expect_request("**/move/"):
        choose(board, sale, "Proposal")
    expect(card).to_have_attribute("aria-busy", "true")
    choose(board, sale, "Negotiation")
    expect(column(board, phases[75]).locator(".card")).to_have_count(1)
    held.let_through()
    expect(board.locator(".toast")).to_contain_text("Moved to Negotiation, 75 %")
    expect(column(board, phases[75]).locator(".card")).to_have_count(1)
    expect(card).not_to_have_attribute("aria-busy", "true")
    expect(card.locator(".where")).to_be_focused()
    assert stored(sale) == ("Negotiation", 75, 3)


def test_end_chosen_during_a_move_is_asked_after_it(board, held, sale, phases):
    with board.expect_request("**/move/"):
        choose(board, sale, "Proposal")
    board.locator(f"#card-{sale.pk} .where").press("Enter")
    board.locator("#move a[data-end=lose]").press("Enter")
    held.let_through()
    board.get_by_role("dialog").get_by_role("button", name="Close as lost").click()
    expect(board.locator(".toast")).to_contain_text("“Warehouse” is closed as lost.")
    assert Sale.objects.get(pk=sale.pk).status == "lost"


def test_what_waits_is_forgotten_when_the_first_move_was_refused(board, held, sale, phases):
    with board.expect_request("**/move/"):
        choose(board, sale, "Proposal")
    choose(board, sale, "Negotiation")
    Sale.objects.filter(pk=sale.pk).update(version=5)
    held.let_through()
    expect(board.locator(".toast")).to_contain_text("Nothing of yours was stored.")
    expect(column(board, phases[10]).locator(".card")).to_have_count(1)
    assert stored(sale) == ("Introduction", 10, 5)


def test_what_waits_is_forgotten_when_the_board_is_filtered_anew(board, held, sale, phases):
    with board.expect_request("**/move/"):
        choose(board, sale, "Proposal")
    choose(board, sale, "Negotiation")
    board.get_by_label("Search", exact=True).fill("Ware")
    expect(board).to_have_url(re.compile("q=Ware"))
    expect(column(board, phases[10]).locator(".card")).to_have_count(1)
    held.free = True  # the first move never arrives
    choose(board, sale, phases[25].name)
    expect(board.locator(".toast")).to_contain_text(f"Moved to {phases[25].name}, 25 %")
    expect(column(board, phases[25]).locator(".card")).to_have_count(1)
    assert stored(sale) == (phases[25].name, 25, 2)


def test_focus_stays_with_nobody_when_something_else_is_settled_later(board, sale, phases):
    SaleFactory(owner=sale.owner, subject="Roof", phase=phases[50])
    board.reload()
    choose(board, sale, "Proposal")
    expect(board.locator(".toast")).to_contain_text("Moved to Proposal")
    expect(board.locator(f"#card-{sale.pk} .where")).to_be_focused()
    board.evaluate("document.activeElement.blur()")
    board.evaluate("document.dispatchEvent(new Event('htmx:afterSettle'))")
    expect(board.locator(".board")).to_be_focused()


def test_more_cards_take_no_focus_from_somebody_who_is_choosing(board, sale, phases):
    for number in range(CARDS * 2):
        SaleFactory(owner=sale.owner, subject=f"Roof {number}", phase=phases[50], next_step_on="2026-01-01")
    board.reload()
    board.evaluate("htmx.config.defaultSettleDelay = 1500")  # as on a machine that has more to do
    settled = "window.settled ??= new Promise((done) => document.addEventListener('htmx:afterSettle', () => done()))"
    board.evaluate(f"void ({settled})")
    column(board, phases[50]).get_by_role("link", name="Show more").click()
    cards = column(board, phases[50]).locator(".card")
    expect(cards).to_have_count(CARDS * 2)
    cards.nth(29).locator(".where").press("Enter")
    end = board.locator("#move a[data-end=accept]")
    end.focus()
    board.evaluate(settled)
    expect(end).to_be_focused()


@pytest.mark.parametrize("deed", ["accept", "lose"])
def test_closing_a_card_keeps_the_others_and_the_place(board, sale, phases, deed):
    for number in range(CARDS * 2):
        SaleFactory(owner=sale.owner, subject=f"Roof {number}", phase=phases[50], next_step_on="2026-01-01")
    board.reload()
    cards = column(board, phases[50]).locator(".card")
    column(board, phases[50]).get_by_role("link", name="Show more").click()
    expect(cards).to_have_count(CARDS * 2)
    gone, following = cards.nth(29).get_attribute("id"), cards.nth(30).get_attribute("id")
    board.locator(f"#{gone} .where").press("Enter")
    board.locator(f"#move a[data-end={deed}]").press("Enter")
    dialog = board.get_by_role("dialog")
    if deed == "accept":
        dialog.get_by_role("button", name="Next").click()
        dialog.get_by_label("No further actions").check()
        dialog.get_by_role("button", name="Accept", exact=True).click()
    else:
        dialog.get_by_role("button", name="Close as lost").click()
    expect(board.locator(".toast")).to_contain_text("“Roof 29” is")
    expect(board.get_by_role("dialog")).to_have_count(0)
    expect(board.locator(f"#{gone}")).to_have_count(0)
    expect(cards).to_have_count(CARDS * 2 - 1)
    expect(column(board, phases[50]).locator("[data-count]")).to_have_text(str(CARDS * 2 - 1))
    expect(board.locator(f"#{following} .where")).to_be_focused()


def test_last_card_of_a_column_leaves_the_focus_on_the_one_before_or_the_board(board, sale, phases):
    board.locator(f"#card-{sale.pk} .where").press("Enter")
    board.locator("#move a[data-end=lose]").press("Enter")
    board.get_by_role("dialog").get_by_role("button", name="Close as lost").click()
    expect(board.locator(f"#card-{sale.pk}")).to_have_count(0)
    expect(board.locator(".board")).to_be_focused()


def test_escape_during_a_drag_leaves_the_focus_on_the_card(board, sale, phases):
    card = board.locator(f"#card-{sale.pk}")
    pull(board, card, column(board, phases[75]).locator("header"))
    expect(board.locator("[data-target]")).to_have_count(1)
    board.keyboard.press("Escape")
    expect(card.locator(".where")).to_be_focused()
    board.mouse.up()
    expect(column(board, phases[10]).locator(".card")).to_have_count(1)
    assert stored(sale) == ("Introduction", 10, 1)
