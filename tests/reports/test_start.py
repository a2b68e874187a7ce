"""The start page of each role, and the page that lists the reports."""

import random
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from reports.start import DAY, news
from sales.history import event_of
from sales.models import Sale, SaleEvent
from sales.transitions import lose, move, undo
from sales.trashing import restore, trash
from salescrm.calendar import organisation_zone, today
from tests.factories import RelationFactory, SaleFactory, UserFactory
from tests.reports.conftest import TODAY


def figures(page):
    amounts = {}
    for tile in page.tree.iter("a"):
        if tile.get("data-figure"):
            amounts[tile.get("data-figure")] = next(tile.iter("data")).get("value")
    return amounts


def test_salesperson_sees_own_month_and_steps(eleven, colleague, salesperson, as_user, read):
    SaleFactory(owner=colleague, expected_revenue=Decimal("99999"), expected_end_date=TODAY)
    steps = {"S1": (-1, "Call"), "S2": (0, "Call"), "S3": (0, "Mail"), "S4": (9, "Visit")}
    for subject, (days, step) in steps.items():
        Sale.objects.filter(subject=subject).update(next_step=step, next_step_on=TODAY + timedelta(days=days))

    page = read(as_user(salesperson).get("/"))

    assert figures(page) == {
        "accepted": "15000.00",
        "forecast": "12000.00",
        "pipeline": "40550.06",
        "overdue": "1000.01",
    }
    groups = {
        section.get("data-step"): sorted("".join(link.itertext()) for link in section.iter("b"))
        for section in page.tree.iter("section")
        if section.get("data-step")
    }
    assert groups == {
        "late": ["S1"],
        "today": ["S2", "S3"],
        "planned": ["S4"],
        "none": ["S10", "S11", "S5", "S6", "S7"],
    }


@pytest.mark.parametrize("role", ["manager", "administrator"])
def test_manager_sees_the_month_of_everybody(request, eleven, colleague, as_user, read, role):
    SaleFactory(owner=colleague, expected_revenue=Decimal("100"), probability=50, expected_end_date=TODAY)

    page = read(as_user(request.getfixturevalue(role)).get("/"))

    assert figures(page) == {
        "accepted": "15000.00",
        "forecast": "12050.00",
        "pipeline": "40600.06",
        "overdue": "1000.01",
        "undated": "550.05",
    }


@pytest.fixture
def late(salesperson, phases):
    """Open sales with days before this month, in it and after it, and what must not count among them."""
    for percent, revenue, end, status in [
        (50, "1000.01", date(2025, 12, 31), "open"), (25, "800", date(2026, 2, 28), "open"),
        (75, "400", date(2026, 3, 1), "open"), (10, "333.33", date(2026, 3, 14), "open"),
        (50, None, TODAY - DAY, "open"),
        (50, "2000", TODAY, "open"), (50, "700", date(2026, 4, 1), "open"), (50, "900", None, "open"),
        (50, "5000", date(2026, 3, 2), "accepted"),
    ]:  # fmt: skip
        SaleFactory(
            owner=salesperson, phase=phases[percent], expected_revenue=revenue and Decimal(revenue), status=status,
            expected_end_date=end, closed_on=None if status == "open" else TODAY,
            follow_up="none" if status == "accepted" else "",
        )  # fmt: skip


def asides(page) -> list[str]:
    """What the tiles say of days that have passed, spaces evened."""
    return [
        " ".join("".join(element.itertext()).split())
        for element in page.tree.iter("small")
        if element.get("data-past") is not None
    ]


def test_tiles_my_day_list_and_forecast_agree_on_what_is_late(late, manager, as_user, read):
    """Before March 500.005 + 200, in March 300 + 33.333 and one unknown: 1,033.338 of five sales."""
    browser = as_user(manager)
    start, forecast = read(browser.get("/")), read(browser.get("/reports/forecast/"))

    month = browser.get("/").context["month"]
    assert (month.overdue.count, month.overdue.amount) == (5, Decimal("1033.3380"))
    assert (month.past.count, month.past.amount) == (3, Decimal("333.3330"))
    assert (month.forecast.count, month.forecast.amount) == (4, Decimal("1333.3330"))
    assert figures(start)["overdue"] == "1033.34"
    assert asides(start) == ["of which 3 overdue", "of which € 333.33 in Mar 26"]

    report = browser.get("/reports/forecast/").context["report"]
    assert (report.late.count, report.late.amount) == (5, month.overdue.amount)
    assert [cell.amount for cell in report.totals[:2]] == [Decimal("700.0050"), month.forecast.amount]
    assert report.columns[1].past.amount == month.past.amount
    assert [link.get("href") for link in forecast.tree.iter("a") if link.get("data-late") == "5"] == [report.late.url]

    for figure in (month.overdue, month.past, report.late, report.columns[1].past):
        totals = browser.get(figure.url).context["totals"]
        assert (totals["count"], totals["weighted"]) == (figure.count, figure.amount)


def test_my_day_flags_the_same_days_of_this_month(late, salesperson, as_user, read):
    browser = as_user(salesperson)
    page = read(browser.get("/sales/day/"))

    assert asides(page) == ["of which 3 overdue"]
    assert browser.get("/sales/day/").context["figures"].month == browser.get("/").context["month"].forecast.count
    assert asides(read(browser.get("/"))) == ["of which 3 overdue", "of which € 333.33 in Mar 26"]


@pytest.mark.parametrize(
    ("query", "count"),
    [("?from=2026-01", 5), ("?from=2025-01&months=15", 5), ("?from=2026-04", 0), ("?from=2025-12&months=1", 0)],
)
def test_forecast_counts_what_is_late_where_it_shows_this_month(late, manager, as_user, query, count):
    assert as_user(manager).get(f"/reports/forecast/{query}").context["report"].late.count == count


def test_manager_sees_what_changed_this_week(salesperson, phases, manager, settings, as_user, read):
    settings.TODAY = None
    forward, back, gone = SaleFactory.create_batch(3, owner=salesperson, phase=phases[50])
    move(forward, phase=phases[75], version=1, by=salesperson)
    move(back, phase=phases[10], version=1, by=salesperson)
    lose(gone, reason=None, lost_to=None, version=1, by=salesperson)

    page = read(as_user(manager).get("/"))

    counts = {}
    for group in page.tree.iter("div"):
        if group.get("data-kind"):
            counts[group.get("data-kind")] = "".join(next(group.iter("dd")).itertext()).split()[0]
    assert counts == {"created": "3", "forward": "1", "back": "1", "accepted": "0", "lost": "1", "reopened": "0"}
    assert today() == timezone.localdate()


def test_week_counts_where_it_took_a_sale_and_not_how_often_it_moved(salesperson, phases, manager, settings, as_user):
    settings.TODAY = None
    names = ["Undone", "To and fro", "Twice", "Down", "Undone after"]
    undone, fro, twice, down, after = [
        SaleFactory(subject=name, owner=salesperson, phase=phases[25], expected_revenue=Decimal("100"))
        for name in names
    ]
    for sale, steps in [(fro, [75, 25]), (twice, [50, 75]), (down, [50, 10]), (undone, [100]), (after, [50, 75])]:
        for version, step in enumerate(steps, 1):
            move(sale, phase=phases[step], version=version, by=salesperson)
    undo(undone, version=2, by=salesperson)
    undo(after, version=3, by=salesperson)

    page = as_user(manager).get("/")

    news = page.context["news"]
    counts = {key: (figure.count, figure.amount) for key, figure in news.counts.items() if figure}
    assert counts == {"created": (5, 500), "forward": (2, 200), "back": (1, 100)}
    assert [(event.sale.subject, event.what) for event in news.latest] == [
        ("Undone after", "forward"), ("Down", "back"), ("Twice", "forward"), ("To and fro", "created"),
        ("Undone", "created"),
    ]  # fmt: skip


def test_move_of_this_week_is_compared_with_the_week_before(salesperson, phases, settings):
    """Moved to Negotiation last week and back to Proposal this one: that is back, wherever it was created."""
    settings.TODAY = None
    sale = Sale.objects.create(
        subject="Old", customer=RelationFactory(), owner=salesperson, phase=phases[10], probability=10
    )
    for sequence, (kind, days, percent) in enumerate([("created", 20, 10), ("moved", 8, 75), ("moved", 2, 50)], 1):
        sale.phase, sale.last_sequence = phases[percent], sequence
        event_of(sale, kind=kind, by=salesperson, at=timezone.now() - timedelta(days=days)).save(force_insert=True)

    week = news(Sale.objects.all(), today=timezone.localdate())

    assert {key: figure.count for key, figure in week.counts.items() if figure} == {"back": 1}


def week_as_it_is_meant(since: date) -> dict[str, tuple[int, Decimal]]:
    """What the news counts beside closings, read event by event: what no faster statement may change."""
    began, counts = datetime.combine(since, time.min, organisation_zone()), {}
    for sale in Sale.objects.filter(trashed=False):
        events = list(sale.events.order_by("sequence").select_related("phase"))
        moves = [event for event in events if event.kind in ("moved", "undone")]
        start = ([event for event in events if event.at < began][-1:] or events[:1])[0].phase.position
        for event in events:
            what = event.kind
            if event in moves:
                what = "forward" if event.phase.position > start else "back" if event.phase.position < start else ""
            counts_in_week = event == moves[-1] and what if event in moves else what in ("created", "reopened")
            if counts_in_week and event.at >= began:
                count, amount = counts.get(what, (0, Decimal(0)))
                counts[what] = (count + 1, amount + (event.expected_revenue or 0))
    return counts


def test_week_of_a_messy_history_is_counted_as_it_is_meant(salesperson, phases, settings):
    settings.TODAY = None
    draw, now, events, customer = random.Random(8), timezone.now(), [], RelationFactory()
    for number in range(150):
        sale = Sale.objects.create(
            subject=f"M{number}", customer=customer, owner=salesperson, phase=phases[10], probability=10,
            trashed=number % 10 == 0,
        )  # fmt: skip
        days = sorted((draw.choice([1, 3, 5, 9, 20, 40]) for _event in range(draw.randint(1, 9))), reverse=True)
        for sequence, ago in enumerate(days, 1):
            kind = "created" if sequence == 1 else draw.choice(["moved", "moved", "undone", "reopened", "changed"])
            if kind in ("moved", "undone"):
                sale.phase = draw.choice(list(phases.values()))
            sale.expected_revenue = draw.choice([None, Decimal("0.55"), Decimal(number)])
            sale.last_sequence = sequence
            at = now - timedelta(days=ago) + timedelta(seconds=sequence)
            events.append(event_of(sale, kind=kind, by=salesperson, at=at))
    SaleEvent.objects.bulk_create(events)

    week = news(Sale.objects.untrashed(), today=timezone.localdate())

    counts = {key: (figure.count, figure.amount) for key, figure in week.counts.items() if figure}
    assert counts == week_as_it_is_meant(week.since)
    assert {"created", "forward", "back", "reopened"} == counts.keys()
    assert min(count for count, _amount in counts.values()) > 5
    assert len({event.sale_id for event in week.latest}) == len(week.latest) == 10
    assert [event.at for event in week.latest] == sorted((event.at for event in week.latest), reverse=True)


def test_what_was_trashed_and_restored_is_no_news(salesperson, manager, settings, as_user):
    settings.TODAY = None
    sale = SaleFactory(owner=salesperson)
    sale = restore(trash(sale, version=1, by=manager), version=2, by=manager)

    latest = as_user(manager).get("/").context["news"].latest
    assert [event.kind for event in latest] == ["created"]


def test_start_of_somebody_new_is_empty(company, salesperson, manager, as_user):
    assert "No open sales" in as_user(salesperson).get("/").text
    assert "No sales yet" in as_user(manager).get("/").text


@pytest.mark.parametrize("count", [1, 3, 30])
@pytest.mark.parametrize(("role", "statements"), [("salesperson", 5), ("manager", 6)])
def test_start_costs_the_same_for_any_number_of_sales(
    company, as_user, reads_only, django_assert_num_queries, role, statements, count
):
    user = UserFactory(role=role)
    SaleFactory.create_batch(count, owner=user, next_step_on=TODAY)
    client = as_user(user)

    with django_assert_num_queries(statements), reads_only():
        assert client.get("/").status_code == 200


def test_index_names_every_report(eleven, manager, as_user):
    text = as_user(manager).get("/reports/").text

    for page in ("forecast", "kpis", "won-lost", "sources"):
        assert f'href="/reports/{page}/"' in text
    assert '<data value="40550.06">' in text


@pytest.mark.parametrize("url", ["/", "/reports/", "/reports/kpis/", "/reports/won-lost/", "/reports/sources/"])
def test_reports_refuse_whoever_may_not_see_sales(company, as_user, url):
    assert as_user(UserFactory()).get(url).status_code == 403
