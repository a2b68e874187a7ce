"""The page of the forecast: the eleven sales to the cent, for every role, on every choice (rules 15 to 19)."""

from decimal import Decimal

import pytest
from django.http import QueryDict

from sales.listing.filters import SaleFilter
from sales.models import Sale, Source
from salescrm.models import Organisation
from tests.factories import RelationFactory, SaleFactory, UserFactory
from tests.reports.conftest import TODAY

URL = "/reports/forecast/"
MONTHS = [f"2026-{month:02}" for month in range(3, 13)] + ["2027-01", "2027-02"]
WEIGHTED = {
    "overdue": "1000.01",
    "2026-03": "12000.00",
    "2026-04": "23000.00",
    "2026-05": "4000.00",
    "none": "550.05",
    "total": "40550.06",
}
FULL = {
    "overdue": "2000.02",
    "2026-03": "20000.00",
    "2026-04": "50000.00",
    "2026-05": "4000.00",
    "none": "5500.50",
    "total": "81500.52",
}


@pytest.mark.parametrize("role", ["salesperson", "manager", "administrator"])
@pytest.mark.parametrize("visible", Organisation.SalesVisible.values)
@pytest.mark.parametrize("rows", ["phase", "owner", "source", "customer"])
@pytest.mark.parametrize(("basis", "expected"), [("weighted", WEIGHTED), ("full", FULL)])
def test_forecast_of_the_eleven_sales(request, eleven, switch, as_user, read, role, visible, rows, basis, expected):
    switch(sales_visible=visible)

    page = read(as_user(request.getfixturevalue(role)).get(URL, {"basis": basis, "rows": rows}))

    assert page.columns() == ["overdue", *MONTHS, "none", "total"]
    assert page.line("total") == expected
    assert page.line("accepted") == {"2026-03": "15000.00"}


def test_forecast_shows_a_salesperson_with_own_sales_nothing_of_others(eleven, colleague, switch, as_user, read):
    switch(sales_visible="own")
    SaleFactory(owner=colleague, expected_revenue=Decimal("333.30"), expected_end_date=TODAY)

    page = read(as_user(colleague).get(URL, {"basis": "full"}))

    assert page.line("total") == {"2026-03": "333.30", "total": "333.30"}
    assert page.line("accepted") == {}


def test_forecast_rows_are_the_phases(eleven, phases, manager, as_user, read):
    page = read(as_user(manager).get(URL))

    lines = {percent: page.line(str(phase.pk)) for percent, phase in phases.items()}
    assert lines == {
        10: {"none": "550.05", "total": "550.05"},
        25: {"2026-04": "5000.00", "total": "5000.00"},
        50: {"overdue": "1000.01", "2026-03": "6000.00", "total": "7000.01"},
        75: {"2026-03": "6000.00", "2026-04": "18000.00", "total": "24000.00"},
        100: {"2026-05": "4000.00", "total": "4000.00"},
    }


def test_total_is_the_rounded_exact_sum_not_the_sum_of_rounded_cells(salesperson, phases, manager, as_user, read):
    for percent in (25, 50, 75):
        SaleFactory(owner=salesperson, phase=phases[percent], expected_revenue=Decimal("0.01"), expected_end_date=TODAY)

    page = read(as_user(manager).get(URL))

    cells = [page.line(str(phases[percent].pk)).get("2026-03") for percent in (25, 50, 75)]
    assert cells == [None, "0.01", "0.01"]
    assert page.line("total") == {"2026-03": "0.02", "total": "0.02"}


@pytest.mark.parametrize(
    ("start", "title", "overdue"),
    [("2026-01", "Overdue", None), ("2026-03", "Overdue", "1000.01"), ("2026-04", "Earlier", "13000.01")],
)
def test_first_column_is_overdue_until_the_range_starts_later(eleven, manager, as_user, read, start, title, overdue):
    page = read(as_user(manager).get(URL, {"from": start}))

    head = next(th for th in page.tree.iter("th") if th.get("data-column") == "overdue")
    assert "".join(head.itertext()).strip() == title
    assert page.line("total").get("overdue") == overdue


def test_later_appears_only_when_something_lies_after_the_range(eleven, manager, as_user, read):
    client = as_user(manager)

    short, long = (read(client.get(URL, {"months": months})) for months in ("2", "3"))

    assert short.columns() == ["overdue", "2026-03", "2026-04", "later", "none", "total"]
    assert short.line("total")["later"] == "4000.00"
    assert long.columns() == ["overdue", "2026-03", "2026-04", "2026-05", "none", "total"]


def test_past_day_inside_a_shown_month_stays_there_and_is_flagged(salesperson, phases, manager, as_user, read):
    for day in (1, 14, 15, 20):
        SaleFactory(
            owner=salesperson,
            phase=phases[50],
            expected_revenue=Decimal(100 * day),
            expected_end_date=TODAY.replace(day=day),
        )

    page = read(as_user(manager).get(URL))

    assert page.line("total") == {"2026-03": "2500.00", "total": "2500.00"}
    flags = [link for link in page.tree.iter("a") if link.get("class") == "past"]
    assert [flag.get("href") for flag in flags] == ["/sales/?status=open&end_from=2026-03-01&end_to=2026-03-14"]
    assert flags[0].get("title") == "2 sales worth € 750.00 have an expected end date that has passed"


def test_unknown_revenue_counts_as_nothing_and_is_shown(eleven, salesperson, manager, as_user, read):
    SaleFactory.create_batch(2, owner=salesperson, expected_revenue=None, expected_end_date=TODAY)

    page = read(as_user(manager).get(URL))

    link = next(link for link in page.tree.iter("a") if link.get("data-unknown"))
    assert (link.get("data-unknown"), link.get("href")) == ("2", "/sales/?status=open&revenue=none")
    assert page.line("total") == WEIGHTED
    assert "The total equals the weighted sum of the 11 open sales you can see." in page.text


def test_largest_customers_have_a_row_and_the_rest_is_other(salesperson, phases, manager, as_user, read):
    for number in range(1, 53):
        SaleFactory(
            owner=salesperson,
            phase=phases[100],
            expected_revenue=Decimal(number),
            expected_end_date=TODAY,
            customer=RelationFactory(name=f"Company {number:02}"),
        )

    page = read(as_user(manager).get(URL, {"rows": "customer"}))

    rows = [row.get("data-row") for row in page.tree.iter("tr") if row.get("data-row")]
    assert len(rows) == 50 + 3
    assert rows[50:] == ["other", "total", "accepted"]
    assert page.line("other") == {"2026-03": "3.00", "total": "3.00"}
    assert page.line("total")["total"] == str(Decimal(sum(range(1, 53))).quantize(Decimal("0.01")))


def drilled(url, *, user):
    """What the list behind a figure adds up to: weighted and full."""
    path, _question, query = url.partition("?")
    assert path == "/sales/"
    totals = SaleFilter.parse(QueryDict(query)).apply(Sale.objects.visible_to(user), today=TODAY).totals()
    return {"weighted": totals["weighted"], "full": totals["revenue"]}


@pytest.mark.parametrize("basis", ["weighted", "full"])
@pytest.mark.parametrize("rows", ["phase", "owner", "source", "customer"])
@pytest.mark.parametrize("role", ["salesperson", "manager"])
def test_every_figure_leads_to_the_list_that_adds_up_to_it(
    request, eleven, colleague, switch, as_user, read, role, rows, basis
):
    switch(sales_visible="own")
    user = request.getfixturevalue(role)
    SaleFactory(owner=colleague, expected_revenue=Decimal("77.77"), expected_end_date=TODAY.replace(year=2029))
    SaleFactory(expected_revenue=None, expected_end_date=TODAY)

    cells = read(as_user(user).get(URL, {"basis": basis, "rows": rows})).cells()

    assert len(cells) > 25
    for (row, column), (amount, url) in cells.items():
        exact = drilled(url, user=user)["full" if row == "accepted" else basis]
        assert (row, column, (exact + Decimal("0.00001")).quantize(Decimal("0.01"))) == (row, column, amount)


def test_other_customers_lead_to_their_list(salesperson, phases, manager, as_user, read):
    for number in range(1, 53):
        SaleFactory(owner=salesperson, expected_revenue=Decimal(number), customer=RelationFactory())

    amount, url = read(as_user(manager).get(URL, {"rows": "customer", "basis": "full"})).cells()["other", "none"]

    assert (amount, drilled(url, user=manager)["full"]) == (Decimal("3.00"), Decimal("3.00"))


@pytest.mark.parametrize(
    "query",
    [
        "from=2026", "from=2026-13", "from=9999-01", "from=march", "months=0", "months=37", "months=-1", "months=x",
        "months=1.5", "basis=half", "rows=colour", "format=pdf", "basis=full&basis=weighted", "colour=teal",
    ],
)  # fmt: skip
def test_unknown_or_malformed_words_are_refused(manager, as_user, query):
    assert as_user(manager).get(f"{URL}?{query}").status_code == 400


def test_months_reach_from_1_to_36(eleven, manager, as_user, read):
    client = as_user(manager)

    assert len(read(client.get(URL, {"months": "1"})).columns()) == 1 + 4
    assert len(read(client.get(URL, {"months": "36"})).columns()) == 36 + 3


def test_choices_of_the_toolbar_keep_the_others(eleven, manager, as_user, read):
    page = read(as_user(manager).get(URL, {"from": "2026-01", "months": "6", "basis": "full", "rows": "owner"}))

    links = {"".join(a.itertext()): a.get("href") for a in page.tree.iter("a") if "data-hx-get" in a.attrib}
    assert links["Weighted"] == "?from=2026-01&months=6&basis=weighted&rows=owner"
    assert links["Customer"] == "?from=2026-01&months=6&basis=full&rows=customer"


def test_part_is_the_report_alone(eleven, manager, as_user, read):
    client = as_user(manager)

    whole = client.get(URL)
    part = client.get(URL, headers={"HX-Request": "true"})

    assert "<h1" in whole.text
    assert part.text.strip().startswith('<div id="report">')
    assert "<h1" not in part.text
    assert read(whole).line("total") == read(part).line("total") == WEIGHTED


def test_retired_phase_in_use_keeps_its_row(eleven, phases, manager, as_user, read):
    for percent in (25, 10):
        phases[percent].is_active = False
        phases[percent].save()
    Sale.objects.filter(subject="S4").update(phase=phases[50])

    page = read(as_user(manager).get(URL))

    rows = [row.get("data-row") for row in page.tree.iter("tr") if row.get("data-row")]
    assert rows == [*[str(phases[percent].pk) for percent in (25, 50, 75, 100)], "total", "accepted"]


@pytest.mark.parametrize("count", [1, 10, 1000])
@pytest.mark.parametrize(("rows", "statements"), [("phase", 5), ("owner", 5), ("source", 5), ("customer", 6)])
def test_forecast_costs_the_same_for_any_number_of_sales(
    company, phases, as_user, switch, reads_only, django_assert_num_queries, count, rows, statements
):
    switch(sales_visible="own")
    owner = UserFactory(role="salesperson")
    customers, source = RelationFactory.create_batch(min(count, 60)), Source.objects.first()
    Sale.objects.bulk_create(
        Sale(
            subject="Many",
            owner=owner,
            customer=customers[number % len(customers)],
            phase=phases[50],
            probability=50,
            source=source,
            expected_revenue=number,
            expected_end_date=TODAY,
        )
        for number in range(count)
    )
    client = as_user(owner)

    with django_assert_num_queries(statements), reads_only():
        response = client.get(URL, {"rows": rows})

    assert response.status_code == 200


def test_forecast_refuses_whoever_may_not_see_sales(company, as_user):
    assert as_user(UserFactory()).get(URL).status_code == 403
