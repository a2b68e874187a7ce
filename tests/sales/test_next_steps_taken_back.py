"""Undo of a next step that was ticked off or put off by mistake."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse

from sales.editing import edit
from sales.models import SaleNote
from sales.next_steps import complete_step, postpone, take_back
from sales.refusals import Refused, Stale
from sales.transitions import lose
from salescrm.calendar import today
from tests.factories import SaleFactory
from tests.sales.test_next_steps import HTMX, notes, step

FROM = [("", HTMX), ("/sales/day/", HTMX), ("/sales/day/", {}), ("/", {})]  # the page, with and without scripts


@pytest.fixture
def sale(salesperson):
    return SaleFactory(owner=salesperson, subject="Warehouse", next_step="Call Jan", next_step_on=today())


def test_taking_back_a_tick_plans_it_again_and_clears_the_timeline(sale, salesperson):
    was = {"step": sale.next_step, "day": sale.next_step_on}
    complete_step(sale, version=1, by=salesperson)
    for _click in range(2):
        take_back(sale, **was, version=2, by=salesperson)
    assert (step(sale), notes(sale)) == (("Call Jan", today(), 3), [])
    assert list(sale.events.values_list("kind", flat=True)) == ["created"]


def test_taking_back_a_postponement_leaves_the_timeline_alone(sale, salesperson):
    complete_step(sale, version=1, by=salesperson)
    take_back(sale, step="Call Jan", day=today(), version=2, by=salesperson)
    complete_step(sale, version=3, by=salesperson)
    sale.refresh_from_db()
    edit(sale, values={"next_step": "Visit", "next_step_on": today()}, version=4, by=salesperson)
    sale.refresh_from_db()
    postpone(sale, to=today() + timedelta(days=7), version=5, by=salesperson)
    take_back(sale, step="Visit", day=today(), version=6, by=salesperson)
    assert (step(sale), len(notes(sale))) == (("Visit", today(), 7), 1)


def test_note_of_a_tick_that_was_changed_since_stays_when_it_is_taken_back(sale, salesperson):
    complete_step(sale, version=1, by=salesperson)
    SaleNote.objects.filter(sale=sale).update(text="Called Jan, will order", version=2)
    take_back(sale, step="Call Jan", day=None, version=2, by=salesperson)
    assert (step(sale), len(notes(sale))) == (("Call Jan", None, 3), 1)


def test_taking_back_is_refused_when_the_sale_went_on(sale, salesperson, colleague):
    complete_step(sale, version=1, by=salesperson)
    with pytest.raises(Stale):
        take_back(sale, step="Call Jan", day=None, version=1, by=colleague)
    sale.refresh_from_db()
    lose(sale, reason=None, lost_to=None, version=2, by=salesperson)
    with pytest.raises(Refused):
        take_back(sale, step="Call Jan", day=None, version=3, by=salesperson)
    assert (step(sale), len(notes(sale))) == (("", None, 3), 1)


def button(page: str) -> dict:
    """What the button Undo on this page sends."""
    form = re.search(r'<form [^>]*action="[^"]*/step-back/".*?</form>', page, re.DOTALL)[0]
    assert "Undo" in form
    return {name: unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form)}


@pytest.mark.parametrize(("back", "headers"), FROM)
@pytest.mark.parametrize(("deed", "more"), [("step-done", {}), ("postpone", {"ahead": "week"})])
def test_every_page_offers_to_undo_a_misclick(desk, sale, back, headers, deed, more):
    planned = step(sale)[:2]
    response = desk.post(
        reverse(f"sales:{deed}", args=[sale.pk]), {"version": 1, "back": back, **more}, headers=headers
    )
    if response.status_code == 302:
        response = desk.get("/")
    response = desk.post(reverse("sales:step-back", args=[sale.pk]), button(response.content.decode()))
    assert response["Location"] == (back or sale.get_absolute_url())
    assert (step(sale), notes(sale)) == ((*planned, 3), [])
    assert "The next step of “Warehouse” is back as it was." in desk.get(response["Location"]).content.decode()


@pytest.mark.parametrize(("back", "headers"), FROM)
@pytest.mark.parametrize(("deed", "more"), [("step-done", {}), ("postpone", {"ahead": "week"})])
def test_second_click_changes_nothing_and_offers_no_undo_of_it(desk, sale, back, headers, deed, more):
    values = {"version": 1, "back": back, **more}
    for _click in range(2):
        desk.get("/")  # what the first one told is read
        response = desk.post(reverse(f"sales:{deed}", args=[sale.pk]), values, headers=headers)
    assert step(sale)[2] == 2
    page = response if response.status_code == 200 else desk.get("/")
    text = page.content.decode()
    assert page.status_code == 200
    assert "/step-back/" not in text
    assert ("is planned for" if more else "Done") in text


@pytest.mark.parametrize("values", [{}, {"next_step": "x" * 201}, {"next_step_on": "soon"}])
def test_undo_that_brings_no_step_is_refused(desk, sale, values):
    assert desk.post(reverse("sales:step-back", args=[sale.pk]), {"version": 1, **values}).status_code == 400
    assert step(sale)[2] == 1


def test_stale_undo_says_who_was_first(desk, sale, colleague):
    complete_step(sale, version=1, by=colleague)
    response = desk.post(reverse("sales:step-back", args=[sale.pk]), {"version": 1, "next_step": "Call Jan"})
    assert response.status_code == 409
    assert str(colleague) in response.content.decode()
