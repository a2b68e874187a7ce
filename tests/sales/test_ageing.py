"""How long a sale stands in its phase, when that is too long, and that badge and filter never disagree about it."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.template.loader import render_to_string
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from sales.ageing import Age, age
from sales.board.cards import cards
from sales.models import Phase, Sale
from salescrm.models import Organisation
from tests.factories import SaleFactory

pytestmark = pytest.mark.usefixtures("company")
TODAY = date(2026, 3, 30)  # the clock went forward the day before
NOON = time(12, tzinfo=ZoneInfo("Europe/Amsterdam"))
LATER, EARLIER = TODAY + timedelta(days=1), TODAY - timedelta(days=1)


def stands(days, *, limit=10, next_on=None, phase="Proposal"):
    """An unsaved open sale that came into its phase this many days ago."""
    since = datetime.combine(TODAY - timedelta(days=days), NOON)
    return Sale(phase=Phase(name=phase, age_limit=limit), phase_since=since, next_step_on=next_on)


# When is a sale late?


@pytest.mark.parametrize(("days", "late"), [(0, False), (9, False), (10, False), (11, True), (400, True)])
def test_a_sale_is_late_strictly_after_its_limit(days, late):
    assert age(stands(days), TODAY).late == late


@pytest.mark.parametrize(("next_on", "late"), [(None, True), (EARLIER, True), (TODAY, True), (LATER, False)])
def test_only_a_next_step_on_a_later_day_pauses(next_on, late):
    assert age(stands(11, next_on=next_on), TODAY).late == late


def test_a_phase_without_a_limit_makes_nothing_late():
    assert not age(stands(4000, limit=None), TODAY).late


def test_a_closed_or_trashed_sale_has_no_age():
    closed, trashed = stands(11), stands(11)
    closed.status, trashed.trashed = "lost", True
    assert age(closed, TODAY) is None
    assert age(trashed, TODAY) is None


def test_a_sale_that_comes_into_its_phase_later_today_has_stood_there_no_day():
    assert age(stands(-1), TODAY).days == 0


# Which day is it there?


@pytest.mark.parametrize(
    ("zone", "since", "days"),
    [
        ("Europe/Amsterdam", datetime(2026, 3, 28, 22, 59, tzinfo=UTC), 2),  # winter: 23:59 on the 28th
        ("Europe/Amsterdam", datetime(2026, 3, 28, 23, 0, tzinfo=UTC), 1),  # 0:00 on the 29th
        ("Europe/Amsterdam", datetime(2026, 3, 29, 21, 59, tzinfo=UTC), 1),  # summer: 23:59 on the 29th
        ("Europe/Amsterdam", datetime(2026, 3, 29, 22, 0, tzinfo=UTC), 0),
        ("America/New_York", datetime(2026, 3, 29, 22, 0, tzinfo=UTC), 1),
        ("Pacific/Auckland", datetime(2026, 3, 29, 11, 0, tzinfo=UTC), 0),
    ],
)
def test_days_are_counted_in_the_time_zone_of_the_organisation(company, zone, since, days):
    Organisation.objects.update(time_zone=zone)
    Organisation.forget()
    sale = SaleFactory(phase_since=since)
    Phase.objects.update(age_limit=0)
    assert age(sale, TODAY).days == days
    assert Sale.objects.aged(TODAY).exists() == (days > 0)


# In words


@pytest.mark.parametrize(
    ("sale", "reason"),
    [
        (stands(14), "14 days in Proposal, the limit is 10"),
        (stands(1, limit=None), "1 day in Proposal"),
        (stands(0), "0 days in Proposal, the limit is 10"),
        (stands(14, limit=None), "14 days in Proposal"),
        (stands(3, next_on=LATER), "3 days in Proposal, the limit is 10"),
        (stands(14, next_on=LATER), "14 days in Proposal (limit 10), waiting for the next step on 31 Mar 2026"),
        (stands(14, phase="50 % & more"), "14 days in 50 % & more, the limit is 10"),
    ],
)
def test_the_reason_is_a_sentence(company, sale, reason):
    assert age(sale, TODAY).reason == reason


def badge(sale, **context):
    return render_to_string("sales/_age_badge.html", {"sale": sale, "today": TODAY, **context})


def test_the_badge_says_how_long_and_why(company):
    at_limit = badge(stands(14))
    assert 'data-age="late"' in at_limit
    assert 'title="14 days in Proposal, the limit is 10"' in at_limit
    assert "14 days, limit 10" in at_limit
    assert "14 days in Proposal, the limit is 10</span>" in badge(stands(14), whole=True)


@pytest.mark.parametrize("sale", [stands(10), stands(14, next_on=LATER), stands(99, limit=None)])
def test_a_sale_that_is_not_late_has_no_badge_but_tells_its_days_on_its_own_page(company, sale):
    assert badge(sale).strip() == ""
    assert str(age(sale, TODAY).days) in badge(sale, whole=True)
    assert 'data-tone="bad"' not in badge(sale, whole=True)


def test_the_name_of_a_phase_is_escaped(company):
    assert "<b>" not in badge(stands(14, phase="<b>")) + badge(stands(14, phase="<b>"), whole=True)


def test_age_is_told_in_the_language_of_the_reader(company):
    assert Age(3, "x").text == "3 days"
    with translation.override("nl"):
        assert Age(3, "x").text == "3 dagen"


# Filter, badge and card say the same of every sale

ZONES = ("Europe/Amsterdam", "UTC", "America/St_Johns", "Pacific/Chatham", "Pacific/Kiritimati", "America/Sao_Paulo")
CLOCKS_CHANGE = [date(2026, 3, 29), date(2026, 10, 25), date(2026, 4, 5), date(2026, 3, 8), date(2026, 12, 31)]


@st.composite
def lives(draw):
    """A day to look at, and a sale that has come somewhere near its limit, often within minutes of midnight."""
    today = draw(st.sampled_from(CLOCKS_CHANGE)) + timedelta(days=draw(st.integers(-3, 400)))
    limit = draw(st.none() | st.integers(0, 40))
    ago = (limit or 0) + draw(st.integers(-2, 3))
    near = draw(st.sampled_from([0, 12, 24])) * 3600 + draw(st.integers(-7300, 7300))
    zone = draw(st.sampled_from(ZONES))
    midnight = datetime.combine(today - timedelta(days=ago), time(), ZoneInfo(zone)).astimezone(UTC)
    next_on = draw(st.none() | st.integers(-2, 2).map(lambda days: today + timedelta(days=days)))
    state = draw(st.sampled_from(["open", "open", "open", "accepted", "lost"]))
    return zone, today, limit, midnight + timedelta(seconds=near), next_on, state, draw(st.booleans())


@settings(max_examples=300)
@given(life=lives())
def test_filter_badge_and_card_agree_about_every_sale(company, salesperson, life):
    zone, today, limit, since, next_on, state, trashed = life
    Organisation.objects.update(time_zone=zone)
    Organisation.forget()
    phase = Phase.objects.order_by("position").first()
    Phase.objects.filter(pk=phase.pk).update(age_limit=limit)
    sale = Sale.objects.first() or SaleFactory(owner=salesperson)
    Sale.objects.filter(pk=sale.pk).update(
        phase_since=since, next_step_on=next_on, status=state, trashed=trashed,
        closed_on=None if state == "open" else today, follow_up="none" if state == "accepted" else "",
    )  # fmt: skip

    filtered = Sale.objects.aged(today).exists()
    aged = age(Sale.objects.select_related("phase").get(pk=sale.pk), today)
    on_the_board = [card.age.late for card in cards(Sale.objects.open().untrashed(), today=today)]

    assert (aged is not None) == (state == "open" and not trashed)
    assert filtered == (aged is not None and aged.late)
    assert on_the_board == ([aged.late] if aged else [])
