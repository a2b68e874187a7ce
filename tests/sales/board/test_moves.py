"""A move from the board: the card and its heads, or why not; with and without scripts."""

import re
from decimal import Decimal

import pytest

from sales.models import Phase, Sale, SaleEvent
from sales.transitions import lose, move, set_probability, undo
from tests.factories import LineFactory, SaleFactory
from tests.sales.board.test_page import (
    HTMX,
    URL,
    head_of,
    ids,
    text,
)


def send(browser, sale, phase, *, version=1, words="", htmx=True):
    fields = {"phase": phase.pk, "version": version, "board": words}
    return browser.post(f"/sales/{sale.pk}/move/", fields, headers=HTMX if htmx else {})


@pytest.fixture
def sale(salesperson, phases):
    return SaleFactory(owner=salesperson, subject="Warehouse", expected_revenue=Decimal("24000"))


def test_move_is_answered_with_the_card_and_the_two_heads(desk, sale, phases, salesperson):
    SaleFactory(owner=salesperson, phase=phases[50], expected_revenue=Decimal("1000"))
    response = send(desk, sale, phases[50])
    page = text(response)
    assert response.status_code == 200
    assert ids(page) == [sale.pk]
    assert f'data-version="2" data-arrived="{phases[50].pk}"' in page
    assert re.findall(r'id="head-(\d+)" data-hx-swap-oob="true"', page) == [str(phases[10].pk), str(phases[50].pk)]
    assert '<data value="0.00">' in head_of(page, phases[10])
    assert '<data value="25000.00">' in head_of(page, phases[50])
    assert '<data value="12500.00">' in head_of(page, phases[50])
    assert "Moved to Proposal, 50 %" in page
    assert f'data-hx-post="/sales/{sale.pk}/undo/" data-hx-target="#card-{sale.pk}"' in page


def test_undo_on_the_board_is_the_same_in_reverse(desk, sale, phases):
    send(desk, sale, phases[50])
    response = desk.post(f"/sales/{sale.pk}/undo/", {"version": 2, "board": ""}, headers=HTMX)
    page = text(response)
    assert (response.status_code, ids(page)) == (200, [sale.pk])
    assert f'data-version="3" data-arrived="{phases[10].pk}"' in page
    assert re.findall(r'id="head-(\d+)" data-hx', page) == [str(phases[10].pk), str(phases[50].pk)]
    assert "Move undone. Back in Introduction, 10 %" in page


def test_without_scripts_a_move_leads_back_to_the_filtered_board(desk, sale, phases, salesperson):
    words = f"owner={salesperson.pk}&q=ware"
    response = send(desk, sale, phases[50], words=words, htmx=False)
    assert (response.status_code, response["Location"]) == (302, f"{URL}?owner={salesperson.pk}&q=ware")
    assert "Moved to Proposal, 50 %" in text(desk.get(response["Location"]))
    response = desk.post(f"/sales/{sale.pk}/undo/", {"version": 2, "board": ""})
    assert response["Location"] == URL


@pytest.mark.parametrize("words", ["sort=amount", "next=https://elsewhere.example", "status=lost", "owner=x"])
def test_board_words_of_a_move_are_checked_before_anything_is_moved(desk, sale, phases, words):
    assert send(desk, sale, phases[50], words=words).status_code == 400
    assert Sale.objects.get(pk=sale.pk).version == 1


def test_sums_of_the_answer_are_those_of_the_filter(desk, sale, phases, salesperson, colleague):
    SaleFactory(owner=colleague, phase=phases[50], expected_revenue=Decimal("1000"))
    page = text(send(desk, sale, phases[50], words=f"owner={salesperson.pk}"))
    assert '<data value="24000.00">' in head_of(page, phases[50])


def test_card_that_leaves_the_filter_leaves_the_board(desk, sale, phases, salesperson, switch):
    switch(own_probability=True)
    set_probability(sale, probability=60, version=1, by=salesperson)
    page = text(send(desk, sale, phases[50], version=2, words="by_hand=1"))
    assert ids(page) == []
    assert "Moved to Proposal, 50 %" in page
    assert "Keep 60 %" in page
    assert "data-hx-target" not in page


def test_stale_move_is_409_with_the_card_where_it_stands_and_who_moved_it(desk, sale, phases, colleague):
    move(sale, phase=phases[75], version=1, by=colleague)
    response = send(desk, sale, phases[50])
    page = text(response)
    assert (response.status_code, ids(page)) == (409, [sale.pk])
    assert f'data-version="2" data-arrived="{phases[75].pk}"' in page
    assert "Bram Bakker changed this sale after you opened it." in page
    assert "“Warehouse” is in Negotiation now." in page
    assert len(re.findall(r'id="head-(\d+)" data-hx', page)) == 5
    assert (Sale.objects.get(pk=sale.pk).phase, SaleEvent.objects.filter(sale=sale).count()) == (phases[75], 2)


def test_stale_move_without_scripts_shows_the_whole_board_and_why(desk, sale, phases, colleague):
    move(sale, phase=phases[75], version=1, by=colleague)
    response = send(desk, sale, phases[50], htmx=False)
    assert (response.status_code, ids(text(response))) == (409, [sale.pk])
    assert "<h1>Board</h1>" in text(response)
    assert "Bram Bakker changed this sale after you opened it." in text(response)


def test_two_people_moving_to_the_same_phase_are_told(desk, sale, phases, colleague):
    move(sale, phase=phases[50], version=1, by=colleague)
    response = send(desk, sale, phases[50])
    assert response.status_code == 409
    assert "Bram Bakker was first. Your choice was not carried out." in text(response)


def test_second_click_is_answered_with_the_first_result(desk, sale, phases):
    send(desk, sale, phases[50])
    response = send(desk, sale, phases[50])
    assert (response.status_code, ids(text(response))) == (200, [sale.pk])
    assert Sale.objects.get(pk=sale.pk).version == 2


def test_sale_that_was_closed_meanwhile_leaves_the_board_and_says_so(desk, sale, phases, colleague):
    lose(sale, reason=None, lost_to=None, version=1, by=colleague)
    response = send(desk, sale, phases[50])
    assert (response.status_code, ids(text(response))) == (409, [])
    assert "“Warehouse” has been closed as lost." in text(response)


def test_retired_phase_refuses_a_move_with_422(desk, sale, phases):
    Phase.objects.filter(pk=phases[50].pk).update(is_active=False)
    response = send(desk, sale, phases[50])
    assert (response.status_code, ids(text(response))) == (422, [sale.pk])
    assert "This phase is retired." in text(response)


def test_undo_that_comes_too_late_is_refused_on_the_board(desk, sale, phases, salesperson):
    move(sale, phase=phases[50], version=1, by=salesperson)
    undo(sale, version=2, by=salesperson)
    response = desk.post(f"/sales/{sale.pk}/undo/", {"version": 3, "board": ""}, headers=HTMX)
    assert (response.status_code, ids(text(response))) == (422, [sale.pk])


def test_invisible_sale_cannot_be_moved_from_the_board(as_user, colleague, sale, phases, switch):
    switch(sales_visible="own")
    assert send(as_user(colleague), sale, phases[50]).status_code == 404
    assert as_user(colleague).get(f"/sales/{sale.pk}/move-to/").status_code == 404


@pytest.mark.parametrize("sales", [3, 60])
@pytest.mark.parametrize(("htmx", "status"), [(True, 200), (False, 302)])
def test_move_from_the_board_takes_few_statements(
    as_user, manager, phases, django_assert_max_num_queries, sales, htmx, status
):
    made = [SaleFactory(owner=manager) for _ in range(sales)]
    browser = as_user(manager)
    browser.get("/sales/")
    with django_assert_max_num_queries(12):
        assert send(browser, made[1], phases[50], htmx=htmx).status_code == status


def test_menu_of_a_card_is_a_page_with_a_button_per_phase(desk, sale, phases):
    page = text(desk.get(f"/sales/{sale.pk}/move-to/?board=q%3Dware"))
    assert re.findall(r'name="phase" value="(\d+)"', page) == [str(phases[p].pk) for p in (25, 50, 75, 100)]
    assert '<input type="hidden" name="board" value="q=ware">' in page
    assert f'href="/sales/{sale.pk}/accept/?version=1&amp;board=q%3Dware"' in page
    assert 'href="/sales/board/?q=ware"' in page


CLOSING = [("lose", {}), ("accept", {"follow_up": "none"})]


@pytest.mark.parametrize(("deed", "answers"), CLOSING)
def test_closing_from_the_board_takes_the_card_out_and_changes_the_head(desk, sale, phases, salesperson, deed, answers):
    SaleFactory(owner=salesperson, subject="Warehouse 2", expected_revenue=Decimal("1000"))
    fields = {"version": 1, "board": "q=ware", "relation_type": sale.customer.relation_type_id, **answers}
    response = desk.post(f"/sales/{sale.pk}/{deed}/", fields, headers=HTMX)
    page = text(response)
    assert (response.status_code, response["HX-Retarget"], response["HX-Reswap"]) == (
        200,
        f"#card-{sale.pk}",
        "outerHTML",
    )
    assert "close-dialog" in response["HX-Trigger"]
    assert ids(page) == []
    assert re.findall(r'id="head-(\d+)" data-hx-swap-oob="true"', page) == [str(phases[10].pk)]
    assert '<data value="1000.00">' in head_of(page, phases[10])
    assert f"“Warehouse” is {'closed as lost' if deed == 'lose' else 'accepted'}." in page


@pytest.mark.parametrize(("deed", "answers"), CLOSING)
def test_closing_from_the_board_without_scripts_leads_back_to_it(desk, sale, deed, answers):
    fields = {"version": 1, "board": "q=ware", "relation_type": sale.customer.relation_type_id, **answers}
    response = desk.post(f"/sales/{sale.pk}/{deed}/", fields)
    assert (response.status_code, response["Location"]) == (302, f"{URL}?q=ware")


def test_accepting_from_the_board_with_a_follow_up_goes_there(desk, sale):
    LineFactory(sale=sale)
    fields = {"version": 1, "board": "", "relation_type": sale.customer.relation_type_id, "follow_up": "invoice"}
    response = desk.post(f"/sales/{sale.pk}/accept/", fields, headers=HTMX)
    assert response["HX-Redirect"] == Sale.objects.get(pk=sale.pk).invoice.get_absolute_url()


def test_dialogs_of_the_board_carry_its_words(desk, sale):
    for name in ("accept", "lose"):
        part = text(desk.get(f"/sales/{sale.pk}/{name}/?version=1&board=q%3Dware", headers=HTMX))
        assert '<input type="hidden" name="board" value="q=ware">' in part
        assert '<a class="button" href="/sales/board/?q=ware" data-cancel>' in part
        assert 'name="board"' not in text(desk.get(f"/sales/{sale.pk}/{name}/?version=1", headers=HTMX))
