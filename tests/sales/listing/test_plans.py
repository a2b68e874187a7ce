"""With a hundred thousand sales, list and board read the indexes made for them, and no more than they show."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from reports import start
from sales.board.cards import (
    CardPlace,
    columns,
    following,
    heads,
)
from sales.imports.deciding import Decision
from sales.imports.of_relations import RelationImporter
from sales.imports.of_sales import SaleImporter
from sales.listing.filters import SaleFilter, list_state
from sales.models import ImportRow, ImportRun, Phase, Sale, SaleEvent
from sales.search.results import find
from salescrm.calendar import today
from salescrm.models import User

pytestmark = [pytest.mark.xdist_group("many sales"), pytest.mark.usefixtures("many_sales")]


def plans(read, table: str = "sales_sale") -> list[str]:
    """The plans of the statements over sales, or over another table, that `read` runs."""
    with CaptureQueriesContext(connection) as captured:
        read()
    with connection.cursor() as cursor:
        all_plans = []
        for query in captured.captured_queries:
            if table in query["sql"]:
                cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, BUFFERS OFF, COSTS OFF) {query['sql']}")
                all_plans.append("\n".join(line for (line,) in cursor.fetchall()))
    return all_plans


def most_rows(plan: str) -> int:
    """The most rows that any part of it gave, over all its rounds."""
    rounds = re.findall(r"actual rows=([\d.]+) loops=(\d+)", plan)
    return max(round(float(rows) * int(loops)) for rows, loops in rounds)


@pytest.fixture
def manager_of_many(many_sales):
    """Somebody who sees all of them; not stored, because the tests of many only read."""
    return User(email="all@example.com", is_superuser=True)


def filtered(words: str):
    """The sales that a query string asks for, unsorted, and the filter."""
    sale_filter = SaleFilter.parse(QueryDict(words))
    return sale_filter, sale_filter.apply(Sale.objects.untrashed(), today=today())


# The board


def test_first_cards_of_every_column_come_from_the_board_index():
    first, sums, cards = plans(lambda: columns(Sale.objects.untrashed(), Phase.objects.all(), today=today()))

    assert "Index Only Scan using sale_board" in first or "Index Scan using sale_board" in first
    assert most_rows(first) <= 21 * 5
    assert "Index Only Scan using sale_forecast" in sums
    assert "sales_sale_pkey" in cards
    assert most_rows(cards) <= 20 * 5
    for plan in (first, sums, cards):
        assert "Seq Scan on sales_sale" not in plan


@pytest.mark.parametrize("place", [CardPlace(date(2020, 1, 1), 5), CardPlace(None, 12)])
def test_more_cards_of_a_column_come_from_the_board_index(place):
    (plan,) = plans(lambda: following(Sale.objects.untrashed(), Phase.objects.first(), place, today=today()))

    assert "sale_board" in plan
    assert "Sort" not in plan
    assert most_rows(plan) <= 21


def test_sums_of_an_owner_come_from_the_forecast_index_too():
    owner = Sale.objects.values_list("owner", flat=True).first()
    (plan,) = plans(lambda: heads(Sale.objects.filter(owner=owner), Phase.objects.all()))

    assert "sale_forecast" in plan or "sale_owner" in plan
    assert "Seq Scan on sales_sale" not in plan


def test_first_cards_of_aged_sales_read_their_columns_only_as_far_as_needed():
    first, _sums, _cards = plans(lambda: columns(Sale.objects.aged(today()), Phase.objects.all(), today=today()))

    assert "sale_board" in first
    assert "Seq Scan on sales_sale" not in first
    assert most_rows(first) < 2000


# The list


@pytest.mark.parametrize(
    ("words", "index"),
    [
        ("status=open", "sale_open_recent"),
        ("", "sale_recent"),
        ("status=open&sort=updated", "sale_open_recent"),
    ],
)
def test_a_page_of_the_list_comes_from_the_index_of_its_order(words, index):
    sale_filter, sales = filtered(words)
    (plan,) = plans(lambda: list(list_state(QueryDict(words)).ordered(sales.for_list())[:50]))

    assert index in plan
    assert "Sort" not in plan
    assert most_rows(plan) <= 50


def test_totals_of_open_sales_come_from_the_forecast_index_alone():
    (plan,) = plans(filtered("status=open")[1].totals)

    assert "Index Only Scan using sale_forecast" in plan
    assert "Heap Fetches: 0" in plan


@pytest.mark.parametrize(
    ("words", "index"),
    [
        ("status=open&q=company+1234", "relation_search"),
        ("status=open&customer=77", "sale_customer"),
        ("status=open&overdue=1", "sale_forecast"),
        ("closed_from=2026-01-01&closed_to=2026-01-03", "sale_closed"),
    ],
)
def test_a_narrow_filter_reads_an_index_and_not_all_sales(words, index):
    sale_filter, sales = filtered(words)
    (totals,) = plans(sales.totals)

    assert index in totals
    assert "Seq Scan on sales_sale" not in totals


def test_words_are_looked_up_in_the_index_of_words():
    (plan,) = plans(lambda: Sale.objects.search("4321").totals())

    assert "sale_search" in plan
    assert "relation_search" in plan
    assert "Seq Scan on sales_sale" not in plan


@pytest.mark.parametrize("text", ["4321 renewal", "company renewal", "jansen pilot 17"])
def test_words_of_a_sale_and_of_its_customer_are_looked_up_in_the_index_of_each(text):
    (plan,) = plans(lambda: Sale.objects.search(text).totals())

    assert "sale_search" in plan
    assert "relation_search" in plan
    assert "Seq Scan on sales_sale" not in plan


@pytest.mark.parametrize(
    "text", ["4321 renewal", "company renewal", "jansen pilot", "company 17 audit", "zzzz company"]
)
def test_a_search_of_several_words_reads_so_many_rows_and_no_more(manager_of_many, text):
    read = plans(lambda: find(text, manager_of_many), '"relations_relation"')

    assert len(read) == 7  # the relations that hold a word, the five kinds, and what was said of them
    for plan in read:
        assert "Seq Scan on relations_relation " not in plan
        assert "Seq Scan on relations_contact" not in plan
        assert "Seq Scan on sales_sale " not in plan
        assert most_rows("\n".join(line for line in plan.splitlines() if "Bitmap Index Scan" not in line)) <= 2000


@pytest.mark.parametrize("words", ["q=4321", "status=open&q=4321", "q=4321&sort=-amount"])
def test_few_rows_found_by_a_word_are_not_looked_for_along_an_order(words):
    sale_filter, sales = filtered(words)
    (plan,) = plans(lambda: list(list_state(QueryDict(words)).ordered(sales.find_then_sort().for_list())[:50]))

    assert "sale_search" in plan
    assert "sale_recent" not in plan
    assert "sale_open_recent" not in plan


# The start page


def test_news_of_the_week_reads_the_events_of_the_week_alone():
    day = today()
    week = SaleEvent.objects.filter(at__date__gt=day - timedelta(days=7)).count()
    counts, latest = plans(lambda: start.news(Sale.objects.untrashed(), today=day), "sales_saleevent")

    assert "event_news" in counts
    for plan in (counts, latest):
        assert "Seq Scan on sales_saleevent" not in plan
        assert "Seq Scan on sales_sale " not in plan
    assert 0 < most_rows(counts) <= week
    assert most_rows(latest) <= start.NEWS


def test_month_of_the_start_page_comes_from_two_indexes_alone():
    (plan,) = plans(lambda: start.month(Sale.objects.untrashed(), today=today(), words={}))

    assert "Index Only Scan using sale_forecast" in plan
    assert "Index Only Scan using sale_closed" in plan
    assert re.findall(r"Heap Fetches: (\d+)", plan) == ["0", "0"]


def test_own_month_and_steps_come_from_indexes_alone_and_only_what_is_shown_is_read():
    owner = Sale.objects.values_list("owner", flat=True).first()
    mine = Sale.objects.untrashed().filter(owner=owner)
    month, order, rows = plans(
        lambda: (start.month(mine, today=today(), words={}), start.steps(mine, today=today(), words={}))
    )

    assert "Index Only Scan using sale_steps" in order
    for plan in (month, order):
        assert "Seq Scan on sales_sale" not in plan
        assert set(re.findall(r"Heap Fetches: (\d+)", plan)) == {"0"}
    assert "relations_relation" not in order
    assert 0 < most_rows(rows) <= start.PER_STEP * len(start.STEPS)


# Imports


def test_many_references_of_a_file_are_found_by_their_index(manager):
    importer = SaleImporter(ImportRun(kind="sales", key="external_reference", mapping={}), by=manager)
    decisions = [Decision(ImportRow(), values={"external_reference": f"REF-{n}"}) for n in range(200)]
    by_reference = [plan for plan in plans(lambda: importer.look_up(decisions)) if "REF-199" in plan]

    assert len(by_reference) == 1
    assert "sale_external_reference_is_unique" in by_reference[0]


@pytest.mark.parametrize(
    ("column", "index"), [("number", "number_is_unique"), ("coc_number", "coc_number"), ("email", "email")]
)
def test_many_relations_of_a_file_are_found_by_an_index(manager, column, index):
    importer = RelationImporter(ImportRun(kind="relations", key=column, mapping={}), by=manager)
    decisions = [Decision(ImportRow(), values={column: f"REF-{n}"}) for n in range(200)]
    look_ups = plans(lambda: importer.look_up(decisions), '"relations_relation"')

    assert any(f"relation_{index}" in plan and "REF-199" in plan for plan in look_ups)
    assert not any("Seq Scan on relations_relation " in plan for plan in look_ups)
