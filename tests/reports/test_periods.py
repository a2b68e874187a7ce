"""KPIs, won and lost, sources: what was closed in a period, and that every figure leads to its list."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.http import QueryDict

from reports.kpis import Figures, kpis
from reports.periods import Period, Question, presets
from reports.sources import sources
from reports.won_lost import won_lost
from sales.listing.filters import SaleFilter
from sales.models import AcceptReason, LossReason, Sale, Source
from tests.factories import RelationFactory, SaleFactory
from tests.reports.conftest import TODAY

PAGES = ["kpis", "won-lost", "sources"]
MARCH = Question(Period(date(2026, 3, 1), date(2026, 3, 31)))


def ask(text=""):
    return Question.parse(QueryDict(text), TODAY)


def drilled(url, user):
    filtered = SaleFilter.parse(QueryDict(url.partition("?")[2]))
    return filtered.apply(Sale.objects.visible_to(user), today=TODAY).totals()


@pytest.fixture
def closed(salesperson, colleague, phases):
    """Seven closed sales in March, two in February, one open."""
    website, network = Source.objects.all()[:2]
    reasons, losses = AcceptReason.objects.all(), LossReason.objects.all()
    rival = RelationFactory(name="Rival")

    def won(amount, day, percent=50, **values):
        return SaleFactory(
            status="accepted", follow_up="none", closed_on=day, phase=phases[percent],
            expected_revenue=amount and Decimal(amount), **{"owner": salesperson, "source": website, **values},
        )  # fmt: skip

    def lost(amount, day, percent=25, **values):
        return SaleFactory(
            status="lost", closed_on=day, phase=phases[percent], expected_revenue=amount and Decimal(amount),
            **{"owner": salesperson, "source": website, **values},
        )  # fmt: skip

    won("1000.00", date(2026, 3, 1), start_date=date(2026, 2, 19), accept_reason=reasons[0])
    won("3000.00", date(2026, 3, 31), start_date=date(2026, 3, 11), accept_reason=reasons[0], percent=75)
    won("500.50", date(2026, 3, 10), start_date=date(2026, 3, 6), source=network, owner=colleague)
    won(None, date(2026, 3, 10), start_date=date(2026, 1, 10), source=None)
    lost("2000.00", date(2026, 3, 5), loss_reason=losses[0], lost_to=rival)
    lost(None, date(2026, 3, 6), loss_reason=losses[0], lost_to=rival, percent=50)
    lost("250.00", date(2026, 3, 7), source=network, owner=colleague)
    won("700.00", date(2026, 2, 28), start_date=date(2026, 2, 1))
    lost("100.00", date(2026, 2, 1))
    SaleFactory(owner=salesperson, expected_revenue=Decimal("9000.00"), phase=phases[75], source=website)


def test_kpis_of_a_month_against_the_one_before(closed):
    report = kpis(Sale.objects.all(), MARCH)

    now, before = report.now, report.before
    assert (now.won, now.lost, now.won_value, now.lost_value) == (4, 3, Decimal("4500.50"), Decimal("2250.00"))
    assert (now.won_unknown, now.lost_unknown) == (1, 1)
    assert now.win_rate == Decimal(400) / 7
    assert now.value_rate == Decimal("4500.50") * 100 / Decimal("6750.50")
    assert now.average == Decimal("4500.50") / 3
    assert now.days_to_close == 15  # of 4, 10, 20 and 59 days
    assert (before.period, before.won, before.lost) == (Period(date(2026, 1, 29), date(2026, 2, 28)), 1, 1)
    assert (report.pipeline["count"], report.pipeline["weighted"]) == (1, Decimal("6750.0000"))


def test_days_to_close_begin_with_the_first_event_when_the_start_is_unknown(closed):
    Sale.objects.update(start_date=None)
    Sale.objects.filter(status="accepted").update(closed_on=TODAY.replace(year=2030))

    report = kpis(Sale.objects.all(), Question(Period(date(2030, 3, 1), date(2030, 3, 31))))

    created = Sale.objects.first().created_at.date()
    assert abs(report.now.days_to_close - (date(2030, 3, 15) - created).days) <= 1


@pytest.mark.parametrize(
    ("days", "expected"),
    [([-30], 0), ([-30, -1], 0), ([-5, 4], 2), ([0, 1], 1), ([1, 2], 2), ([2, 3], 3), ([3, 3, 4, 9], 4), ([7], 7)],
)
def test_days_to_close_are_never_negative_and_their_middle_is_rounded_half_up(salesperson, days, expected):
    day = date(2026, 3, 10)
    for took in days:
        SaleFactory(
            owner=salesperson, status="accepted", follow_up="none", closed_on=day, start_date=day - timedelta(days=took)
        )
    report = kpis(Sale.objects.all(), MARCH)
    assert (report.now.days_to_close, report.lines[0].days_to_close) == (expected, expected)


def test_closing_before_anybody_wrote_the_sale_down_took_no_days(salesperson):
    SaleFactory(owner=salesperson, status="accepted", follow_up="none", closed_on=date(2020, 3, 10))
    march = Question(Period(date(2020, 3, 1), date(2020, 3, 31)))
    assert kpis(Sale.objects.all(), march).now.days_to_close == 0


@pytest.mark.parametrize(("days", "expected"), [("2.5", 3), ("-2.5", -3), ("-0.4", 0), ("-1.2", -1), ("0.5", 1)])
def test_days_are_rounded_half_up_on_either_side_of_zero(days, expected):
    fields = dict.fromkeys(Figures.__dataclass_fields__)
    assert Figures(**fields | {"days": timedelta(days=float(days))}).days_to_close == expected


def test_kpis_of_nothing_are_unknown_not_zero(company):
    report = kpis(Sale.objects.all(), ask())

    assert (report.now.win_rate, report.now.average, report.now.days_to_close) == (None, None, None)
    assert len(report.lines) == 13


def test_kpis_of_long_periods_are_shown_per_year(closed):
    report = kpis(Sale.objects.all(), ask("from=2022-06-15&to=2026-03-31"))

    assert report.per_year
    assert [(line.period.first, line.won) for line in report.lines] == [
        (date(2022, 6, 15), 0),
        (date(2023, 1, 1), 0),
        (date(2024, 1, 1), 0),
        (date(2025, 1, 1), 0),
        (date(2026, 1, 1), 5),
    ]


def test_won_and_lost_by_reason_and_phase_at_closing(closed, phases):
    report = won_lost(Sale.objects.all(), MARCH)

    def counts(matrix):
        return {
            row.label: {phase.probability: cell.count for phase, cell in zip(matrix.phases, row.cells, strict=True)}
            for row in matrix.rows
        }

    nothing = dict.fromkeys((10, 25, 50, 75, 100), 0)
    assert counts(report.accepted) == {
        "Price": nothing | {50: 1, 75: 1},
        "No reason given": nothing | {50: 2},
    }
    assert counts(report.lost) == {"Too expensive": nothing | {25: 1, 50: 1}, "No reason given": nothing | {25: 1}}
    assert (report.lost.total.count, report.lost.total.amount, report.lost.total.unknown) == (3, Decimal("2250.00"), 1)
    assert [(row.label, row.total.count, row.total.amount) for row in report.competitors] == [
        ("Rival", 2, Decimal("2000.00")),
        ("No competitor noted", 1, Decimal("250.00")),
    ]


def test_sources_with_too_few_closed_sales_are_never_first(closed):
    for day in (1, 2, 3):
        SaleFactory(status="lost", closed_on=date(2026, 3, day), source=Source.objects.first())

    report = sources(Sale.objects.all(), MARCH)

    assert [(line.label, line.all, line.open, line.won, line.lost, line.too_few) for line in report.lines] == [
        ("Website", 10, 1, 2, 5, False),
        ("No source", 1, 0, 1, 0, True),
        ("Recommendation", 2, 0, 1, 1, True),
    ]
    assert report.lines[0].win_rate == Decimal(200) / 7
    assert (report.total.won, report.total.revenue) == (4, Decimal("4500.50"))


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("query", ["", "from=2026-03-01&to=2026-03-31", "owner={owner}", "source=none&source={source}"])
def test_figures_lead_to_lists_that_count_the_same(closed, salesperson, manager, as_user, read, page, query):
    query = query.format(owner=salesperson.pk, source=Source.objects.first().pk)

    answer = read(as_user(manager).get(f"/reports/{page}/?{query}"))

    checked = 0
    for row in answer.tree.iter("tr"):
        for cell in row.iter("td"):
            link, data = next(cell.iter("a"), None), next(cell.iter("data"), None)
            if link is None:
                continue
            totals = drilled(link.get("href"), manager)
            text = (link.text or "").strip()
            column = cell.get("data-column")
            if text.isdigit() and column not in ("days", "win-rate"):
                assert int(text) == totals["count"]
                checked += 1
            if data is not None and column != "average":
                assert Decimal(data.get("value")) == totals["revenue"]
                checked += 1
    assert checked > 5


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    "query", ["from=2026", "from=2026-02-30", "to=1066-01-01", "owner=x", "source=-1", "colour=teal", "format=pdf"]
)
def test_unknown_or_malformed_words_are_refused(manager, as_user, page, query):
    assert as_user(manager).get(f"/reports/{page}/?{query}").status_code == 400


def test_question_reads_its_words():
    assert ask("from=2026-03-31&to=2026-03-01&owner=4&owner=5&source=none") == Question(
        MARCH.period, owner=(4, 5), source=(None,)
    )
    assert ask().period == Period(date(2025, 3, 16), TODAY)


def test_presets_are_the_periods_they_say():
    assert presets(date(2024, 2, 29)) == {
        "last-12-months": Period(date(2023, 3, 1), date(2024, 2, 29)),
        "this-quarter": Period(date(2024, 1, 1), date(2024, 2, 29)),
        "this-year": Period(date(2024, 1, 1), date(2024, 2, 29)),
        "last-year": Period(date(2023, 1, 1), date(2023, 12, 31)),
    }


@pytest.mark.parametrize("page", PAGES)
def test_part_is_the_report_alone(closed, manager, as_user, page):
    client = as_user(manager)

    whole = client.get(f"/reports/{page}/")
    part = client.get(f"/reports/{page}/", headers={"HX-Request": "true"})

    assert "<h1" in whole.text
    assert part.text.strip().startswith('<div id="report">')
    assert "<h1" not in part.text


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_every_report_is_a_file_too(closed, manager, as_user, page, kind):
    response = as_user(manager).get(f"/reports/{page}/?format={kind}")

    assert response.headers["Content-Disposition"].endswith(f'.{kind}"')
    assert len(response.content) > 100


@pytest.mark.parametrize("page", PAGES)
def test_reports_show_a_salesperson_with_own_sales_nothing_of_others(closed, colleague, switch, as_user, read, page):
    switch(sales_visible="own")

    answer = read(as_user(colleague).get(f"/reports/{page}/?from=2026-03-01&to=2026-03-31"))

    assert "500.50" in [data.get("value") for data in answer.tree.iter("data")]
    assert "3000.00" not in [data.get("value") for data in answer.tree.iter("data")]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("count", [1, 3, 30])
def test_reports_cost_the_same_for_any_number_of_sales(
    company, phases, salesperson, as_user, reads_only, django_assert_max_num_queries, page, count
):
    SaleFactory.create_batch(count, owner=salesperson, status="lost", closed_on=TODAY)
    client = as_user(salesperson)

    with django_assert_max_num_queries(11), reads_only():
        assert client.get(f"/reports/{page}/").status_code == 200
