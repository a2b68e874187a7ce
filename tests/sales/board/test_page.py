"""The page of the board: sums, filter words, more cards, and what it may cost."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from sales.board.cards import CARDS
from sales.models import Phase, Sale
from tests.factories import RelationFactory, SaleFactory, UserFactory
from tests.moments import days_ago
from tests.sales.listing.test_speed import first_load, on_the_wire

HTMX = {"HX-Request": "true"}
URL = "/sales/board/"


def text(response):
    return response.content.decode()


def ids(page):
    """The cards in the order they stand on the page."""
    return [int(pk) for pk in re.findall(r'id="card-(\d+)"', page)]


def head_of(page, phase):
    return re.search(rf'<header id="head-{phase.pk}".*?</header>', page, re.DOTALL)[0]


def test_page_shows_columns_sums_and_cards(desk, salesperson, phases):
    for percent, amount in ((10, "100"), (50, "3.33"), (75, "12.01"), (75, "8000")):
        SaleFactory(phase=phases[percent], owner=salesperson, expected_revenue=Decimal(amount))
    page = text(desk.get(URL))
    assert len(ids(page)) == 4
    head = head_of(page, phases[75])
    assert '<data value="8012.01">€ 8,012.01</data>' in head
    assert '<data value="6009.01">€ 6,009.01</data>' in head
    assert f'href="/sales/?status=open&amp;phase={phases[75].pk}"' in head


def test_salespeople_see_their_own_when_the_switch_says_so(as_user, salesperson, colleague, manager, phases, switch):
    mine, theirs = SaleFactory(owner=salesperson), SaleFactory(owner=colleague)
    both = [mine.pk, theirs.pk]
    assert ids(text(as_user(salesperson).get(URL))) == both
    switch(sales_visible="own")
    page = text(as_user(salesperson).get(URL))
    assert (ids(page), ">1</a>" in head_of(page, phases[10])) == ([mine.pk], True)
    assert ids(text(as_user(manager).get(URL))) == both


def test_filter_words_are_those_of_the_list(desk, salesperson, colleague):
    mine = SaleFactory(owner=salesperson, expected_end_date=date(2020, 1, 1), subject="Harbour")
    theirs = SaleFactory(owner=colleague, next_step="Call")
    for words, wanted in (
        (f"owner={colleague.pk}", [theirs.pk]),
        (f"customer={mine.customer_id}&status=open", [mine.pk]),
        ("overdue=1", [mine.pk]),
        ("next=planned", [theirs.pk]),
        ("q=harb", [mine.pk]),
        ("end=none&owner=&q=", [theirs.pk]),
    ):
        assert ids(text(desk.get(f"{URL}?{words}", follow=True))) == wanted


@pytest.mark.parametrize(
    "words",
    ["status=lost", "status=open&status=accepted", "sort=amount", "page=2", "colour=red", "owner=x", "format=csv",
     "rows=lines", "column=1", "after=none.1", "column=x&after=none.1", "column=1&after=20",
     "column=1&after=2026-13-01.4"],
)  # fmt: skip
def test_words_the_board_does_not_know_are_400(desk, words):
    assert desk.get(f"{URL}?{words}").status_code == 400


def test_toolbar_filters_on_sales_that_stand_too_long(desk, salesperson, phases):
    Phase.objects.update(age_limit=10)
    long_ago = days_ago(15)
    late, waiting, fresh = (SaleFactory(owner=salesperson, phase=phases[50]) for _ in range(3))
    Sale.objects.filter(pk__in=[late.pk, waiting.pk]).update(phase_since=long_ago)
    Sale.objects.filter(pk=waiting.pk).update(next_step="Call", next_step_on=date(2100, 1, 1))
    board, filtered = text(desk.get(URL)), text(desk.get(f"{URL}?aged=1"))
    assert re.findall(r'<em data-age="(\w+)" title="([^"]+)">([^<]+)<', board) == [
        ("waiting", "15 days, limit 10", "15 / 10 d"), ("late", "15 days, limit 10", "15 / 10 d"),
    ]  # fmt: skip
    assert (len(ids(board)), ids(filtered)) == (3, [late.pk])
    assert '<input type="checkbox" name="aged" value="1">' in board
    assert '<input type="checkbox" name="aged" value="1" checked>' in filtered
    assert f'href="/sales/?aged=1&amp;status=open&amp;phase={phases[50].pk}"' in filtered


def test_toolbar_keeps_owners_it_cannot_show(desk, salesperson, colleague):
    several = text(desk.get(f"{URL}?owner={salesperson.pk}&owner={colleague.pk}"))
    assert '<select name="owner"' not in several
    assert several.count('<input type="hidden" name="owner"') == 2
    assert "Owner: " in several
    type(colleague).objects.filter(pk=colleague.pk).update(is_active=False)
    assert f'<option value="{colleague.pk}" selected>' in text(desk.get(f"{URL}?owner={colleague.pk}"))


def test_switch_carries_the_words_to_the_list(desk, salesperson):
    SaleFactory(owner=salesperson)
    page = text(desk.get(f"{URL}?owner={salesperson.pk}&q=sale"))
    assert f'href="/sales/?owner={salesperson.pk}&amp;q=sale&amp;status=open"' in page


def test_switch_of_the_list_leaves_out_what_the_board_does_not_know(desk, salesperson):
    page = text(desk.get(f"/sales/?status=lost&sort=-amount&page=1&owner={salesperson.pk}&closed_from=2020-01-01"))
    assert f'href="/sales/board/?owner={salesperson.pk}"' in page


def test_show_more_is_a_part_with_the_next_cards(desk, salesperson, phases):
    made = [SaleFactory(owner=salesperson).pk for _ in range(CARDS * 2 + 1)]
    link = re.search(r'data-hx-get="([^"]+)"[^>]*hx-target="closest li"', text(desk.get(URL)))[1].replace("&amp;", "&")
    assert link == f"{URL}?column={phases[10].pk}&after=none.{made[CARDS - 1]}"
    part = text(desk.get(link, headers=HTMX))
    assert ids(part) == made[CARDS : CARDS * 2]
    assert f"after=none.{made[CARDS * 2 - 1]}" in part
    assert part.lstrip().startswith('<li class="card"')
    page = text(desk.get(link))
    assert ids(page) == made[CARDS : CARDS * 2]
    assert ids(text(desk.get(f"{URL}?column={phases[10].pk}&after=none.{made[CARDS * 2 - 1]}"))) == made[-1:]


def test_empty_board_says_so(desk, salesperson):
    assert "No open sales" in text(desk.get(URL))
    SaleFactory(owner=salesperson)
    for typed in ("nothing", "-", "😀"):  # a text without a word too
        assert "No sales answer to this filter" in text(desk.get(URL, {"q": typed}))


@pytest.mark.parametrize("words", ["", "?q=company&overdue=1", "?customer=1", "?aged=1"])
def test_board_takes_as_many_statements_for_three_sales_as_for_sixty(
    manager, as_user, reads_only, django_assert_max_num_queries, django_assert_num_queries, words
):
    browser, company = as_user(manager), RelationFactory(pk=1)
    _fill(3, company)
    browser.get("/sales/")
    with reads_only(), django_assert_max_num_queries(8) as few:
        browser.get(URL + words)
    _fill(57, company)
    with django_assert_num_queries(len(few)):
        browser.get(URL + words)


def _fill(sales, company):
    phases = Phase.objects.all()
    for number in range(sales):
        SaleFactory(phase=phases[number % 3], owner=UserFactory(), customer=company, expected_end_date=date(2020, 1, 1))


def test_more_cards_take_few_statements(manager, as_user, phases, django_assert_max_num_queries):
    made = [SaleFactory(owner=manager) for _ in range(CARDS + 3)]
    browser, link = as_user(manager), f"{URL}?column={phases[10].pk}&after=none.{made[CARDS - 1].pk}"
    browser.get("/sales/")
    with django_assert_max_num_queries(8):
        browser.get(link)
    with django_assert_max_num_queries(4):
        browser.get(link, headers=HTMX)


def _seven_full_columns(salesperson):
    for number in range(2):
        Phase.objects.create(name=f"Extra phase {number}", position=10 + number, probability=90, colour="green")
    sales = []
    for phase in Phase.objects.all():
        sales += [
            Sale(
                subject="Warehouse dashboard, second phase", owner=salesperson, customer=RelationFactory(), phase=phase,
                probability=50, expected_revenue=Decimal("123456.78"), expected_end_date=date(2020, 1, 1),
                next_step="Call again after the holidays", next_step_on=date(2026, 3, 1),
            )
            for _ in range(CARDS + 1)
        ]  # fmt: skip
    Sale.objects.bulk_create(sales)


def test_page_of_seven_full_columns_stays_small(desk, salesperson):
    _seven_full_columns(salesperson)
    page = desk.get(f"{URL}?owner={salesperson.pk}").content
    assert len(ids(page.decode())) == 7 * CARDS
    assert len(page) < 120_000


def test_page_of_seven_full_columns_of_late_sales_stays_small(desk, salesperson):
    _seven_full_columns(salesperson)
    Phase.objects.update(age_limit=20)
    Sale.objects.update(phase_since=datetime(2026, 1, 1, tzinfo=UTC))
    page = desk.get(f"{URL}?owner={salesperson.pk}&aged=1")
    assert page.content.count(b'data-age="late"') == 7 * CARDS
    assert len(page.content) < 120_000


def test_cold_first_load_of_the_board_is_small(desk, salesperson):
    SaleFactory(owner=salesperson)
    page = desk.get(URL).content
    files = first_load(page.decode())
    assert 1 + len(files) <= 14
    assert on_the_wire(*[content for path, content in files.items() if path.endswith(".js")]) <= 28_000
    assert on_the_wire(*[content for path, content in files.items() if path.endswith(".css")]) <= 20_000
