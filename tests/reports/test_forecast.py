"""The forecast without a browser: identities that hold for any sales, and the plan of its one statement."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.forecast import BASES, ROWS, Scope, forecast
from reports.start import month as month_figures
from sales.models import Sale, Source
from tests.factories import RelationFactory, UserFactory
from tests.reports.conftest import TODAY

DAYS = st.none() | st.dates(min_value=date(2025, 6, 1), max_value=date(2028, 6, 30))
AMOUNTS = st.none() | st.decimals(min_value=0, max_value=99999, places=2)
SALES = st.lists(
    st.tuples(AMOUNTS, st.integers(0, 100), DAYS, st.sampled_from(["open", "open", "accepted", "lost"]), DAYS),
    max_size=14,
)
MONTHS = st.dates(min_value=date(2025, 9, 1), max_value=date(2027, 1, 1)).map(lambda day: day.replace(day=1))


@pytest.fixture
def world(phases):
    return {
        "phases": list(phases.values()),
        "owners": UserFactory.create_batch(3, role="salesperson"),
        "customers": RelationFactory.create_batch(4),
        "sources": [*Source.objects.all()[:2], None],
    }


def fill(world, sales):
    """Replace all sales by these."""
    Sale.objects.all().delete()
    for number, (revenue, probability, end, status, closed) in enumerate(sales):
        pick = {name: rows[number % len(rows)] for name, rows in world.items()}
        Sale.objects.create(
            subject=f"Sale {number}",
            phase=pick["phases"],
            owner=pick["owners"],
            customer=pick["customers"],
            source=pick["sources"],
            expected_revenue=revenue,
            probability=probability,
            expected_end_date=end,
            status=status,
            closed_on=None if status == "open" else closed or TODAY,
            follow_up="none" if status == "accepted" else "",
        )


def exact(sale, basis):
    """The exact amount of one sale, computed apart from the database."""
    revenue = sale.expected_revenue or Decimal(0)
    return revenue if basis == "full" else revenue * sale.probability / 100


def expected_columns(sales, scope):
    """The amounts per column, computed sale by sale."""
    last = scope.first + timedelta(days=31 * (scope.months - 1))
    months = {f"{scope.first + timedelta(days=31 * n):%Y-%m}" for n in range(scope.months)}
    sums = defaultdict(Decimal)
    for sale in sales:
        end = sale.expected_end_date
        key = "none" if end is None else f"{end:%Y-%m}"
        if end and key < f"{scope.first:%Y-%m}":
            key = "overdue"
        elif end and key not in months:
            assert end > last
            key = "later"
        sums[key] += exact(sale, scope.basis)
    return sums


@settings(max_examples=40)
@given(
    sales=SALES, first=MONTHS, months=st.integers(1, 12), basis=st.sampled_from(list(BASES)),
    rows=st.sampled_from(list(ROWS)), largest=st.sampled_from([2, 50, None]),
)  # fmt: skip
def test_forecast_adds_up_whatever_the_sales(world, sales, first, months, basis, rows, largest):
    fill(world, sales)
    scope = Scope(first, months, basis, rows)

    report = forecast(Sale.objects.all(), scope=scope, today=TODAY, largest=largest)

    open_sales = list(Sale.objects.filter(status="open"))
    columns = {column.key: cell.amount for column, cell in zip(report.columns, report.totals, strict=True)}
    wanted = expected_columns(open_sales, scope)
    assert columns == {key: wanted.get(key, Decimal(0)) for key in columns}
    assert ("later" in columns) == ("later" in wanted)
    assert report.total.amount == sum(columns.values()) == sum(exact(sale, basis) for sale in open_sales)
    assert report.total.count == len(open_sales)
    assert report.total.amount == sum(row.total.amount for row in report.rows)
    for number, cell in enumerate(report.totals):
        assert cell.amount == sum(row.cells[number].amount for row in report.rows)
    assert report.unknown.count == sum(sale.expected_revenue is None for sale in open_sales)


@settings(max_examples=25)
@given(sales=SALES, first=MONTHS, months=st.integers(1, 12))
def test_accepted_sales_stand_in_the_month_they_were_closed(world, sales, first, months):
    fill(world, sales)

    report = forecast(Sale.objects.all(), scope=Scope(first, months), today=TODAY)

    sums = defaultdict(Decimal)
    for sale in Sale.objects.filter(status="accepted"):
        sums[f"{sale.closed_on:%Y-%m}"] += sale.expected_revenue or Decimal(0)
    accepted = {column.key: cell for column, cell in zip(report.columns, report.accepted, strict=True)}
    assert {key: cell and cell.amount for key, cell in accepted.items()} == {
        key: sums[key] if key[0] == "2" else None for key in accepted
    }


@settings(max_examples=20)
@given(sales=SALES)
def test_the_month_on_the_start_page_is_the_month_of_the_forecast(world, sales):
    fill(world, sales)

    report = forecast(Sale.objects.all(), scope=Scope(date(2026, 3, 1), 1), today=TODAY)
    month = month_figures(Sale.objects.all(), today=TODAY, words={})

    march = next(number for number, column in enumerate(report.columns) if column.month)
    assert month.forecast.amount == report.totals[march].amount
    assert month.accepted.amount == report.accepted[march].amount
    assert month.pipeline.amount == report.total.amount
    assert month.undated.amount == report.totals[-1].amount


MANY = """
    INSERT INTO sales_sale (
        subject, phase_id, status, probability, probability_by_hand, expected_revenue, expected_end_date, owner_id,
        customer_id, closed_on, follow_up, next_step, note, external_reference, version, last_sequence, created_at,
        updated_at
    )
    SELECT 'Sale ' || n, %(phase)s, status, (n %% 101), false, n %% 50000, date '2026-01-01' + n %% 500, %(owner)s,
        %(customer)s, CASE WHEN status = 'open' THEN NULL ELSE date '2025-01-01' + n %% 400 END,
        CASE WHEN status = 'accepted' THEN 'none' ELSE '' END, '', '', '', 1, 0, now(), now() - n * interval '1 second'
    FROM generate_series(1, 100000) n,
        LATERAL (SELECT (ARRAY['open', 'accepted', 'lost', 'open'])[1 + n %% 4]) chosen(status)
"""


@pytest.mark.django_db(transaction=True)
@pytest.mark.xdist_group("many sales")
def test_forecast_of_100_000_sales_is_answered_from_its_index_alone(salesperson, phases):
    values = {"phase": phases[50].pk, "owner": salesperson.pk, "customer": RelationFactory().pk}
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO on")  # VACUUM passes over rows whose commit is not flushed yet
        cursor.execute(MANY, values)
        cursor.execute("RESET synchronous_commit")
        cursor.execute("VACUUM ANALYZE sales_sale")
        plans = [plan for rows in ROWS for plan in _plans(rows)]

    for plan in plans:
        assert "Index Only Scan using sale_forecast on sales_sale" in plan
        assert "Seq Scan on sales_sale" not in plan


def _plans(rows):
    """The plans of the statements over open sales that one forecast runs."""
    statements = []

    def note(execute, sql, params, many, context):
        if "sales_sale" in sql and "closed_on" not in sql:
            statements.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        forecast(Sale.objects.untrashed(), scope=Scope(date(2026, 3, 1), rows=rows), today=TODAY)
    assert len(statements) == (2 if rows == "customer" else 1)
    with connection.cursor() as cursor:
        for sql, params in statements:
            cursor.execute(f"EXPLAIN {sql}", params)
            yield "\n".join(line for (line,) in cursor.fetchall())
