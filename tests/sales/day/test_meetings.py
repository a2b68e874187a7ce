"""Meetings that lie ahead: on My day, in the calendar, beside the next step; they are no next step themselves."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from sales.day.calendar_feed import renew
from sales.day.groups import ROWS
from sales.models import Sale, SaleNote
from sales.notes import coming_meetings, meetings_ahead
from sales.trashing import trash
from salescrm.notes.writing import add
from tests.factories import RelationFactory, SaleFactory

HTMX = {"HX-Request": "true"}
HOUR = timedelta(hours=1)


@pytest.fixture
def now():
    return timezone.now().replace(microsecond=0)


@pytest.fixture
def sale(salesperson):
    return SaleFactory(owner=salesperson, subject="Warehouse", customer=RelationFactory(name="Van Dam"))


@pytest.fixture
def plan(salesperson, now):
    """Write a note on the timeline of a sale, so many hours from now."""

    def write(sale, hours, text, kind="meeting"):
        return add(SaleNote(sale=sale, kind=kind, text=text, at=now + hours * HOUR), by=salesperson)

    return write


@pytest.fixture
def planned(sale, colleague, plan):
    """Two meetings ahead on one sale, one on that of a colleague; others have begun or are no meetings."""
    theirs = SaleFactory(owner=colleague, subject="Theirs", customer=sale.customer)
    plan(sale, 48, "Show <b>it</b>")
    plan(sale, 2, "Drink coffee")
    plan(sale, -2, "Met them")
    plan(sale, -1, "Called", kind="call")
    plan(theirs, 3, "Sign")
    return theirs


def days_meetings(page):
    return [meeting.text for meeting in page.context["meetings"]]


def test_meetings_ahead_come_in_their_order_whoever_reads_them(planned, sale):
    ahead = coming_meetings(Sale.objects.all())
    assert [note.text for note in ahead] == ["Drink coffee", "Sign", "Show <b>it</b>"]
    assert [note.text for note in meetings_ahead(sale.notes.all())] == ["Drink coffee", "Show <b>it</b>"]


def test_day_shows_the_meetings_of_its_sales(as_user, salesperson, colleague, planned, sale):
    desk = as_user(salesperson)
    page = desk.get("/sales/day/")
    assert days_meetings(page) == ["Drink coffee", "Show <b>it</b>"]
    panel = page.content.decode().partition("data-meetings")[2].partition("</section>")[0]
    assert f'href="/sales/{sale.pk}/"' in panel
    assert "Show &lt;b&gt;it&lt;/b&gt;" in panel
    assert days_meetings(desk.get(f"/sales/day/?owner={colleague.pk}")) == ["Sign"]
    trash(sale, version=1, by=salesperson)
    assert days_meetings(desk.get("/sales/day/")) == []


def test_day_counts_all_meetings_also_those_it_does_not_show(as_user, salesperson, sale, plan):
    for number in range(ROWS + 2):
        plan(sale, number + 1, f"Meeting {number}")
    page = as_user(salesperson).get("/sales/day/")
    assert days_meetings(page) == [f"Meeting {number}" for number in range(ROWS)]
    head = page.content.decode().partition("data-meetings")[2].partition("</header>")[0]
    assert f">{ROWS + 2}</span>" in head


def test_meeting_is_no_next_step(as_user, salesperson, planned, sale):
    desk = as_user(salesperson)
    groups = {group.key: group.count for group in desk.get("/sales/day/").context["groups"]}
    assert (groups["none"], groups["undated"]) == (1, 0)
    assert desk.get(f"/sales/?next=none&owner={salesperson.pk}").context["totals"]["count"] == 1


def read(salesperson):
    address = reverse("sales:feed", args=[renew(salesperson).secret])
    return list(Calendar.from_ical(Client().get(address).content).walk("VEVENT"))


def test_calendar_holds_own_meetings_with_their_hour(salesperson, planned, sale, now):
    events = read(salesperson)
    meetings = [(str(event["summary"]), event.decoded("dtstart"), event.decoded("dtend")) for event in events]
    begin = [now + hours * HOUR for hours in (-2, 2, 48)]
    assert meetings == [("Meeting: Warehouse (Van Dam)", at, at + HOUR) for at in begin]
    assert str(events[1]["description"]).splitlines() == ["Drink coffee", f"http://testserver/sales/{sale.pk}/"]
    assert len({str(event["uid"]) for event in events}) == 3


def test_calendar_keeps_the_meetings_of_the_past_year(salesperson, sale, plan, monkeypatch):
    for days, text in ((-368, "Long ago"), (-364, "A year ago"), (-1, "Yesterday"), (1, "Tomorrow")):
        plan(sale, 24 * days, text)
    descriptions = [str(event["description"]).splitlines()[0] for event in read(salesperson)]
    assert descriptions == ["A year ago", "Yesterday", "Tomorrow"]
    monkeypatch.setattr("sales.day.calendar_feed.MOST", 2)
    assert [str(event["description"]).splitlines()[0] for event in read(salesperson)] == ["Yesterday", "Tomorrow"]


def test_sale_shows_its_meetings_beside_the_next_step(as_user, salesperson, planned, sale, django_assert_num_queries):
    desk = as_user(salesperson)
    desk.get(f"/sales/{sale.pk}/")
    with django_assert_num_queries(8):  # as with any note: the notes, and their files
        page = desk.get(f"/sales/{sale.pk}/").content.decode()
    box = page.partition('id="meetings"')[2].partition("</section>")[0]
    assert box.count("<p>") == box.count("Meeting on <time") == 2
    assert box.index("Drink coffee") < box.index("Show &lt;b&gt;it&lt;/b&gt;")
    assert "data-hx-preserve" not in box


def test_move_leaves_the_meetings_on_the_page_alone(as_user, salesperson, planned, sale, phases):
    answer = as_user(salesperson).post(f"/sales/{sale.pk}/move/", {"phase": phases[50].pk, "version": 1}, headers=HTMX)
    assert '<div id="meetings" data-hx-preserve></div>' in answer.content.decode()


@pytest.mark.parametrize(("query", "again"), [("", False), ("?noted=1", True), ("?form=1", True)])
def test_what_was_noted_reads_the_meetings_again(as_user, salesperson, sale, query, again):
    part = as_user(salesperson).get(f"/sales/{sale.pk}/history/{query}", headers=HTMX).content.decode()
    assert ('data-hx-target="#meetings"' in part) == again
