"""The calendar other programs read: what it holds, who gets it, and how its address ends."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from sales.day.calendar_feed import MOST, renew, switch_off
from sales.editing import edit
from sales.models import CalendarFeed, Sale
from tests.factories import ContactFactory, PersonFactory, RelationFactory, SaleFactory

RUBBISH = "Line\none, two; three: “four” \\n 🎉 é " + "x" * 120


@pytest.fixture
def feed(salesperson):
    return reverse("sales:feed", args=[renew(salesperson).secret])


@pytest.fixture
def customer(company):
    return RelationFactory(name="Van Dam, & Zn.", phone="010 123", email="post@vandam.example")


@pytest.fixture
def sale(salesperson, customer, phases):
    return SaleFactory(
        owner=salesperson, subject="Warehouse", customer=customer, phase=phases[50], next_step="Call Jan",
        next_step_on=date(2030, 3, 20), expected_revenue=Decimal("1234.50"),
    )  # fmt: skip


def read(feed) -> Calendar:
    """The calendar as a program without a session reads it."""
    response = Client().get(feed)
    assert response.status_code == 200
    return Calendar.from_ical(response.content)


def events(feed) -> list:
    return list(read(feed).walk("VEVENT"))


def test_step_is_an_event_of_a_whole_day(feed, sale):
    (event,) = events(feed)
    assert str(event["summary"]) == "Call Jan: Warehouse (Van Dam, & Zn.)"
    assert (event.decoded("dtstart"), event.decoded("dtend")) == (date(2030, 3, 20), date(2030, 3, 21))
    assert str(event["description"]).replace("\xa0", " ").splitlines() == [
        "Expected revenue: € 1,234.50",
        "Phase: Proposal, 50 %",
        "Contact: 010 123, post@vandam.example",
        f"http://testserver/sales/{sale.pk}/",
    ]
    assert str(event["url"]) == f"http://testserver/sales/{sale.pk}/"
    assert event.decoded("last-modified") == event.decoded("dtstamp") == sale.updated_at.replace(microsecond=0)


def test_event_keeps_its_name_while_its_sequence_rises(feed, sale, salesperson):
    (before,) = events(feed)
    edit(sale, values={"next_step_on": date(2030, 4, 1)}, version=1, by=salesperson)
    (after,) = events(feed)
    assert before["uid"] == after["uid"]
    assert (before["sequence"], after["sequence"]) == (1, 2)
    assert after.decoded("dtstart") == date(2030, 4, 1)


def test_rubbish_survives_the_journey(feed, salesperson, customer):
    SaleFactory(
        owner=salesperson, subject=RUBBISH, customer=customer, next_step=f"{RUBBISH}\r\nEND:VEVENT",
        next_step_on=date(2030, 1, 1), contact=ContactFactory(organization=customer, person=PersonFactory()),
    )  # fmt: skip
    (event,) = events(feed)
    assert RUBBISH in str(event["summary"])
    raw = Client().get(feed).content
    assert max(len(line) for line in raw.split(b"\r\n")) <= 75
    assert raw.count(b"BEGIN:VEVENT") == raw.count(b"\r\nEND:VEVENT") == 1


def test_only_own_open_sales_with_a_day_are_in_it(feed, sale, salesperson, colleague):
    day = date(2030, 1, 1)
    SaleFactory(owner=colleague, next_step="Theirs", next_step_on=day)
    SaleFactory(owner=salesperson, next_step="No day")
    SaleFactory(owner=salesperson, next_step="Trash", next_step_on=day, trashed=True)
    SaleFactory(
        owner=salesperson, next_step="Won", next_step_on=day, status="accepted", closed_on=day, follow_up="none"
    )
    assert [str(event["summary"])[:8] for event in events(feed)] == ["Call Jan"]


@pytest.mark.parametrize("visible", ["own", "team", "all"])
def test_switch_of_visibility_keeps_own_sales_in_it(feed, sale, switch, visible):
    switch(sales_visible=visible)
    assert len(events(feed)) == 1


def test_language_is_the_users_own(feed, sale, salesperson):
    salesperson.language = "nl"
    salesperson.save()
    response = Client().get(feed, headers={"Accept-Language": "en"})
    (event,) = Calendar.from_ical(response.content).walk("VEVENT")
    assert "1.234,50" in str(event["description"])


def test_strange_revoked_and_switched_off_addresses_are_404(feed, sale, salesperson):
    strangers = [f"/sales/calendar/{text}.ics" for text in ("x", "x" * 300, "a\x00b", "%00", "é", "")]
    assert {Client().get(url).status_code for url in strangers} == {404}
    new = reverse("sales:feed", args=[renew(salesperson).secret])
    assert (Client().get(feed).status_code, Client().get(new).status_code) == (404, 200)
    switch_off(salesperson)
    assert Client().get(new).status_code == 404


def test_user_who_left_or_lost_the_right_has_no_calendar(feed, sale, salesperson):
    salesperson.groups.clear()
    assert Client().get(feed).status_code == 404
    salesperson.is_active = False
    salesperson.save()
    assert Client().get(feed).status_code == 404


def test_answer_is_private_read_only_and_sent_once(feed, sale, reads_only):
    with reads_only():
        first = Client().get(feed)
    assert first["Content-Type"] == "text/calendar; charset=utf-8"
    assert "private" in first["Cache-Control"]
    assert first["Referrer-Policy"] == "same-origin"
    assert not first.cookies
    again = Client().get(feed, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert Client().post(feed).status_code == 405
    Sale.objects.update(next_step="Write", version=2)
    assert Client().get(feed, headers={"If-None-Match": first["ETag"]}).status_code == 200


@pytest.mark.parametrize("count", [1, 30])
def test_statements_do_not_grow(feed, salesperson, customer, count, django_assert_num_queries):
    for number in range(count):
        contact = ContactFactory(organization=customer, person=PersonFactory())
        day = date(2030, 1, 1) + timedelta(days=number)
        SaleFactory(owner=salesperson, customer=customer, contact=contact, next_step="Call", next_step_on=day)
    with django_assert_num_queries(5):
        assert len(events(feed)) == count
    assert count < MOST


def test_page_makes_renews_and_ends_the_address(as_user, salesperson, reads_only):
    desk, page = as_user(salesperson), reverse("sales:calendar")
    with reads_only():
        assert "Make an address" in desk.get(page).content.decode()
    assert desk.post(page, {"action": "new"})["Location"] == page
    first = CalendarFeed.objects.get().secret
    answer = desk.get(page)
    assert f"http://testserver/sales/calendar/{first}.ics" in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    desk.post(page, {"action": "new"})
    second = CalendarFeed.objects.get().secret
    assert first != second
    assert first not in desk.get(page).content.decode()
    desk.post(page, {"action": "off"})
    assert not CalendarFeed.objects.exists()
    assert {desk.post(page, {"action": word}).status_code for word in ("", "x")} == {400}


def test_it_belongs_to_my_day(as_user, salesperson):
    page = as_user(salesperson).get(reverse("sales:calendar")).content.decode()
    assert page.count('href="/sales/day/" aria-current="page"') == 2
    assert page.count('href="/sales/?status=open" aria-current="page"') == 0


def test_nobody_sees_the_address_of_somebody_else(as_user, salesperson, colleague, feed):
    assert feed not in as_user(colleague).get(reverse("sales:calendar")).content.decode()
