"""The board when a move is refused, lost on the way, cancelled or done without scripts; and the cards that follow."""

import re

import pytest
from django.template.loader import render_to_string
from playwright.sync_api import expect

from sales.board.cards import CARDS
from sales.models import Sale
from sales.transitions import lose, move
from tests.browser.board.test_moving import column, pull
from tests.browser.sale_page.bar import middle, stored
from tests.factories import SaleFactory


@pytest.fixture
def board(desk, sale):
    """The board with one card, on the salesperson's screen."""
    desk.goto("/sales/board/")
    return desk


@pytest.fixture
def card(board, sale):
    """The card of the sale."""
    return board.locator(f"#card-{sale.pk}")


def drop(page, card, target):
    """Drag the card to `target`."""
    pull(page, card, target)
    page.mouse.up()


def test_refused_move_says_who_and_where_and_can_be_done_again(board, card, sale, phases, colleague):
    move(sale, phase=phases[75], version=1, by=colleague)
    drop(board, card, column(board, phases[25]))
    toast = board.locator(".toast")
    expect(toast).to_contain_text("Bram Bakker changed this sale after you opened it.")
    expect(toast).to_contain_text("“Warehouse” is in Negotiation now.")
    expect(column(board, phases[75]).locator(".card")).to_have_count(1)
    expect(column(board, phases[75]).locator("[data-count]")).to_have_text("1")
    expect(column(board, phases[10]).locator("[data-count]")).to_have_text("0")
    drop(board, card, column(board, phases[25]))
    expect(toast).to_contain_text("Moved to Presentation, 25 %")
    assert stored(sale) == ("Presentation", 25, 3)


def test_refused_move_comes_to_its_place_however_the_answer_begins(board, card, sale, phases, colleague):
    def bare(route):
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().lstrip())

    board.route("**/move/", bare)
    move(sale, phase=phases[75], version=1, by=colleague)
    drop(board, card, column(board, phases[25]))
    expect(column(board, phases[75]).locator(".card")).to_have_count(1)
    expect(board.locator(".toast")).to_contain_text("“Warehouse” is in Negotiation now.")


def test_card_of_a_sale_that_was_closed_meanwhile_leaves_the_board(board, card, sale, phases, colleague):
    lose(sale, reason=None, lost_to=None, version=1, by=colleague)
    drop(board, card, column(board, phases[25]))
    expect(board.locator(".toast")).to_contain_text("“Warehouse” has been closed as lost.")
    expect(card).to_have_count(0)
    expect(column(board, phases[10]).locator("[data-count]")).to_have_text("0")


def test_card_goes_back_when_the_server_does_not_answer(
    browser, browser_context_args, log_in, salesperson, sale, phases
):
    context = browser.new_context(**browser_context_args)  # not watched: htmx complains in the console
    board = log_in(context, salesperson).new_page()
    board.goto("/sales/board/")
    card = board.locator(f"#card-{sale.pk}")
    board.route("**/move/", lambda route: route.abort())
    drop(board, card, column(board, phases[50]))
    expect(board.locator(".toast")).to_contain_text("Nothing has been saved")
    expect(column(board, phases[10]).locator(".card")).to_have_count(1)
    board.unroute("**/move/")
    drop(board, card, column(board, phases[50]))
    expect(board.locator(".toast")).to_contain_text("Moved to Proposal")
    assert stored(sale) == ("Proposal", 50, 2)
    context.close()


def test_what_was_typed_stays_when_somebody_wrote_the_same_at_the_same_moment(
    browser, browser_context_args, log_in, salesperson, sale, phases
):
    context = browser.new_context(**browser_context_args)  # not watched: htmx complains in the console
    board = log_in(context, salesperson).new_page()
    board.goto("/sales/board/")
    collision = render_to_string("collision_toast.html")
    board.locator(f"#card-{sale.pk} .where").press("Enter")
    board.locator("#move a[data-end=lose]").click()
    words = board.get_by_role("dialog").get_by_label("Explanation")
    words.fill("Too late")
    board.route("**/lose/", lambda route: route.fulfill(status=409, body=collision))
    board.get_by_role("dialog").get_by_role("button", name="Close as lost").click()
    expect(board.locator(".toast")).to_contain_text("Somebody changed this at the same moment")
    expect(words).to_have_value("Too late")
    context.close()


@pytest.mark.parametrize("end", ["accept", "lose"])
def test_cancelled_dialog_leaves_the_card_in_its_place_with_the_focus(board, card, sale, phases, end):
    card.locator(".where").press("Enter")
    board.locator(f"#move a[data-end={end}]").click()
    expect(board.get_by_role("dialog")).to_be_visible()
    board.get_by_role("dialog").get_by_role("link", name="Cancel").click()
    expect(board.get_by_role("dialog")).to_have_count(0)
    expect(card.locator(".where")).to_be_focused()
    expect(column(board, phases[10]).locator(".card")).to_have_count(1)
    assert stored(sale) == ("Introduction", 10, 1)


def test_card_dropped_on_the_cross_is_lost_after_the_dialog_and_the_board_comes_back(board, card, sale, phases):
    SaleFactory(owner=sale.owner, phase=phases[50])
    board.mouse.move(*middle(card))
    board.mouse.down()
    board.mouse.move(640, 400, steps=4)
    board.mouse.move(*middle(board.locator("#drop [data-end=lose]")), steps=4)
    expect(board.locator("#drop [data-target]")).to_have_count(1)
    board.mouse.up()
    board.get_by_role("dialog").get_by_role("button", name="Close as lost").click()
    expect(board.locator(".toast")).to_contain_text("“Warehouse” is closed as lost.")
    expect(board.get_by_role("heading", level=1)).to_have_text("Board")
    expect(card).to_have_count(0)
    assert Sale.objects.get(pk=sale.pk).status == "lost"


def test_subject_is_a_link_that_a_drag_does_not_follow(board, card, sale, phases):
    drop(board, card.get_by_role("link", name="Warehouse", exact=True), column(board, phases[50]))
    expect(board.locator(".toast")).to_contain_text("Moved to Proposal")
    expect(board).to_have_url("/sales/board/")
    card.get_by_role("link", name="Warehouse", exact=True).click()
    expect(board.get_by_role("heading", level=1)).to_have_text("Warehouse")


def test_escape_closes_the_menu_and_gives_the_focus_back(board, card, sale):
    card.locator(".where").press("Enter")
    menu = board.locator("#move")
    expect(menu.get_by_role("button", name="Introduction")).to_be_disabled()
    expect(menu.get_by_role("button", name="Proposal")).to_contain_text("50 % · weighted € 12,000.00")
    board.keyboard.press("ArrowUp")
    expect(menu.get_by_role("link", name="Lost…")).to_be_focused()
    board.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(card.locator(".where")).to_be_focused()
    assert stored(sale) == ("Introduction", 10, 1)


def test_moved_card_is_announced_and_stands_by_its_next_step(board, card, sale, phases):
    days = ["2026-01-01", None, "2026-03-01"]
    others = [SaleFactory(owner=sale.owner, phase=phases[50], next_step_on=day) for day in days]
    Sale.objects.filter(pk=sale.pk).update(next_step_on="2026-02-01")
    board.reload()
    drop(board, card, column(board, phases[50]))
    expect(board.locator("#announce")).to_have_text("Moved to Proposal, 50 %")
    order = [f"card-{pk}" for pk in (others[0].pk, sale.pk, others[2].pk, others[1].pk)]
    assert column(board, phases[50]).locator(".card").evaluate_all("cards => cards.map(card => card.id)") == order


def test_more_cards_come_in_place_and_none_twice(board, card, sale, phases):
    for _ in range(CARDS + 5):
        SaleFactory(owner=sale.owner, phase=phases[50], next_step_on="2026-01-01")
    board.reload()
    cards = column(board, phases[50]).locator(".card")
    expect(cards).to_have_count(CARDS)
    drop(board, card, column(board, phases[50]).locator("header"))
    expect(cards).to_have_count(CARDS + 1)
    board.locator(".toast").get_by_role("button", name="Close").click()
    expect(board.locator(".toast")).to_have_count(0)
    column(board, phases[50]).get_by_role("link", name="Show more").click()
    expect(cards).to_have_count(CARDS + 6)
    expect(cards.nth(CARDS).get_by_role("link").first).to_be_focused()
    expect(cards.last).to_have_id(f"card-{sale.pk}")


def test_filter_works_in_place_and_moves_stay_in_it(board, card, sale, phases, colleague):
    SaleFactory(owner=colleague, phase=phases[50])
    board.reload()
    expect(board.locator(".card")).to_have_count(2)
    board.get_by_label("Owner").select_option(str(sale.owner))
    expect(board.locator(".card")).to_have_count(1)
    drop(board, card, column(board, phases[50]))
    expect(board.locator(".toast")).to_contain_text("Moved to Proposal")
    expect(column(board, phases[50]).locator("[data-count]")).to_have_text("1")
    assert f"owner={sale.owner_id}" in board.url


def test_board_works_without_scripts(browser, browser_context_args, log_in, watch, salesperson, sale, phases):
    for _ in range(CARDS):
        SaleFactory(owner=salesperson, phase=phases[10])
    context = watch(browser.new_context(**{**browser_context_args, "java_script_enabled": False}))
    page = log_in(context, salesperson).new_page()
    page.goto(f"/sales/board/?owner={salesperson.pk}")
    page.get_by_role("link", name="Show more").click()
    expect(page.locator(".card")).to_have_count(1)
    page.get_by_role("link", name="Back to the first").click()
    page.locator(f"#card-{sale.pk} .where").click()
    page.get_by_role("button", name="Proposal").click()
    expect(page.locator(".toast")).to_contain_text("Moved to Proposal, 50 %")
    expect(column(page, phases[50]).locator(f"#card-{sale.pk}")).to_be_visible()
    assert f"owner={salesperson.pk}" in page.url
    page.locator(f"#card-{sale.pk} .where").click()
    page.get_by_role("link", name="Lost…").click()
    page.get_by_role("button", name="Close as lost").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Board")
    expect(page.locator(f"#card-{sale.pk}")).to_have_count(0)
    context.close()


def test_letters_typed_while_an_answer_is_on_its_way_stay(board):
    box, held, asked = board.locator("#id_q"), [], re.compile(r"/board/\?q=web")
    board.route(asked, lambda route: held.append(route))
    with board.expect_request(asked):
        box.press_sequentially("web")
    board.unroute(asked)
    box.press_sequentially("shop")
    for route in held:
        route.continue_()
    expect(board).to_have_url(re.compile("q=webshop"))
    expect(box).to_have_value("webshop")
    expect(box).to_be_focused()
