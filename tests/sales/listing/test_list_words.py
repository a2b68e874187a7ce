"""What the words in the address of the list mean, alone and together, and which are none."""

from datetime import timedelta
from decimal import Decimal

import pytest

from sales.models import LossReason
from sales.transitions import lose
from salescrm.calendar import today
from tests.factories import SaleFactory


def test_list_filters_sorts_and_totals_over_the_whole_filter(desk, salesperson, phases):
    SaleFactory(owner=salesperson, subject="A", phase=phases[50], expected_revenue=Decimal("1000.01"))
    SaleFactory(owner=salesperson, subject="B", phase=phases[75], expected_revenue=Decimal("2000"))
    SaleFactory(owner=salesperson, subject="C", phase=phases[10], expected_revenue=None)
    lost = SaleFactory(owner=salesperson, subject="D", expected_revenue=Decimal("5"))
    lose(lost, reason=None, lost_to=None, version=1, by=salesperson)
    response = desk.get("/sales/?status=open&sort=-amount")
    assert [sale.subject for sale in response.context["rows"]] == ["B", "A", "C"]
    totals = response.context["totals"]
    assert totals == {
        "count": 3, "revenue": Decimal("3000.01"), "weighted": Decimal("2000.0050"), "unknown": 1, "closed": 0,
    }  # fmt: skip
    assert '<dd data-total="weighted"><data value="2000.01">' in response.text


@pytest.mark.parametrize(
    "query",
    [
        "status=won",
        "phase=x",
        "owner=-1",
        "end=soon",
        "overdue=yes",
        "end_from=2026-13-01",
        "end_from=20260320",
        "end_from=2026-W12-1",
        "sort=name",
        "page=0",
        "colour=red",
    ],
)
def test_list_refuses_unknown_or_malformed_words(desk, query):
    assert desk.get(f"/sales/?{query}").status_code == 400


def test_list_blank_words_of_a_form_count_as_absent(desk, sale):
    assert desk.get("/sales/?q=&phase=&owner=&status=open", follow=True).context["totals"]["count"] == 1


def test_list_overdue_undated_and_next_step(desk, salesperson):
    day = timedelta(days=1)
    for subject, end, step in [
        ("past", today() - day, today() - day),
        ("today", today(), today()),
        ("none", None, None),
    ]:
        next_step = "Call" if step else ""
        SaleFactory(owner=salesperson, subject=subject, expected_end_date=end, next_step=next_step, next_step_on=step)
    for query, expected in [
        ("overdue=1", ["past"]),
        ("end=none", ["none"]),
        ("next=late", ["past"]),
        ("next=today", ["today"]),
        ("next=none", ["none"]),
        ("end_from=2000-01-01", ["past", "today"]),
    ]:
        subjects = [sale.subject for sale in desk.get(f"/sales/?{query}&sort=end").context["rows"]]
        assert (query, subjects) == (query, expected)


def test_list_reason_belongs_to_the_status_beside_it(desk, salesperson, sale):
    lose(sale, reason=LossReason.objects.first(), lost_to=None, version=1, by=salesperson)
    count = desk.get(f"/sales/?status=lost&reason={LossReason.objects.first().pk}").context["totals"]["count"]
    none = desk.get("/sales/?status=lost&reason=none").context["totals"]["count"]
    assert (count, none) == (1, 0)


@pytest.mark.parametrize("count", [1, 3])
def test_list_statements_do_not_grow(desk, salesperson, count, django_assert_num_queries):
    SaleFactory.create_batch(count, owner=salesperson)
    desk.get("/sales/")
    with django_assert_num_queries(7):
        desk.get("/sales/?status=open")
