"""Completing a next step: it moves to the timeline, and the following one is asked."""

import re
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.urls import reverse

from sales.models import Sale, SaleNote
from sales.next_steps import complete_step, postpone
from sales.refusals import Refused, Stale
from sales.transitions import lose
from sales.trashing import trash
from salescrm.calendar import today
from tests.factories import SaleFactory

HTMX = {"HX-Request": "true"}


@pytest.fixture
def sale(salesperson):
    return SaleFactory(owner=salesperson, subject="Warehouse", next_step="Call Jan", next_step_on=today())


def step(sale) -> tuple:
    """What is planned, as the database holds it, and the version."""
    return Sale.objects.values_list("next_step", "next_step_on", "version").get(pk=sale.pk)


def notes(sale) -> list:
    """The steps done on the timeline of the sale."""
    return list(SaleNote.objects.filter(sale=sale, kind="step").values_list("text", "by__name"))


def test_completed_step_moves_to_the_timeline_without_an_event(sale, salesperson):
    done = complete_step(sale, version=1, by=salesperson)
    assert (done.next_step, done.next_step_on, done.version) == ("", None, 2)
    assert step(sale) == ("", None, 2)
    assert notes(sale) == [("Call Jan", "Sanne de Wit")]
    assert list(sale.events.values_list("kind", flat=True)) == ["created"]


def test_step_with_a_day_and_no_words_can_be_completed(salesperson):
    sale = SaleFactory(owner=salesperson, next_step_on=today())
    complete_step(sale, version=1, by=salesperson)
    assert step(sale) == ("", None, 2)
    assert len(notes(sale)) == 1


def test_completing_twice_is_one_note(sale, salesperson):
    for _click in range(2):
        complete_step(sale, version=1, by=salesperson)
    assert (step(sale), len(notes(sale))) == (("", None, 2), 1)


def test_completing_what_a_colleague_changed_is_stale(sale, salesperson, colleague):
    complete_step(sale, version=1, by=colleague)
    with pytest.raises(Stale):
        complete_step(sale, version=1, by=salesperson)
    assert len(notes(sale)) == 1


@pytest.mark.parametrize(
    ("why", "spoil"),
    [
        ("closed", lambda sale, by: lose(sale, reason=None, lost_to=None, version=1, by=by)),
        ("trashed", lambda sale, by: trash(sale, version=1, by=by)),
        ("no_step", lambda sale, by: complete_step(sale, version=1, by=by)),
    ],
)
def test_completing_is_refused(sale, salesperson, why, spoil):
    spoil(sale, salesperson)
    before = step(sale), notes(sale)
    with pytest.raises(Refused) as refused:
        complete_step(sale, version=2, by=salesperson)
    assert refused.value.code == why
    assert (step(sale), notes(sale)) == before


def test_postponing_keeps_the_words(sale, salesperson):
    postpone(sale, to=today() + timedelta(days=7), version=1, by=salesperson)
    assert step(sale) == ("Call Jan", today() + timedelta(days=7), 2)


def test_postponing_nothing_or_a_closed_sale_is_refused(sale, salesperson):
    with pytest.raises(Refused):
        postpone(SaleFactory(owner=salesperson), to=today(), version=1, by=salesperson)
    closed = lose(sale, reason=None, lost_to=None, version=1, by=salesperson)
    with pytest.raises(Refused):
        postpone(closed, to=today(), version=2, by=salesperson)


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_moment_are_one_note(sale, salesperson):
    ready, failures = Barrier(2), []

    def click():
        try:
            ready.wait(5)
            complete_step(Sale(pk=sale.pk), version=1, by=salesperson)
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    clicks = [Thread(target=click) for _click in range(2)]
    for thread in clicks:
        thread.start()
    for thread in clicks:
        thread.join(20)
    assert (failures, step(sale), len(notes(sale))) == ([], ("", None, 2), 1)


def test_sale_page_asks_for_the_following_step_in_place(desk, sale):
    response = desk.post(reverse("sales:step-done", args=[sale.pk]), {"version": 1}, headers=HTMX)
    text = response.content.decode()
    assert response.status_code == 200
    assert 'data-change-form="step"' in text
    assert "Done: Call Jan" in text
    assert "What is the next step?" in text
    assert 'name="version" value="2"' in text


def test_without_script_the_following_step_is_asked_on_the_page(desk, sale):
    response = desk.post(reverse("sales:step-done", args=[sale.pk]), {"version": 1}, follow=True)
    assert response.redirect_chain == [(f"/sales/{sale.pk}/change/step/", 302)]
    assert 'data-change-form="step"' in response.content.decode()
    assert "No next step" in response.content.decode()


def test_stale_click_on_the_sale_page_says_who_was_first(desk, sale, colleague):
    postpone(sale, to=today() + timedelta(days=1), version=1, by=colleague)
    response = desk.post(reverse("sales:step-done", args=[sale.pk]), {"version": 1}, headers=HTMX)
    assert response.status_code == 409
    assert "Bram Bakker changed this sale" in response.content.decode()
    assert notes(sale) == []


@pytest.mark.parametrize("back", ["/", "/sales/day/?owner=1", "/sales/board/", "/sales/?status=open"])
def test_completing_elsewhere_asks_and_leads_back(desk, sale, salesperson, back):
    back = back.replace("owner=1", f"owner={salesperson.pk}")
    answer = desk.post(reverse("sales:step-done", args=[sale.pk]), {"version": 1, "back": back})
    page = desk.get(answer["Location"])
    assert page.status_code == 200
    values = {"version": 2, "back": back, "next_step": "Write", "ahead": "tomorrow"}
    stored = desk.post(reverse("sales:change", args=[sale.pk, "step"]), values)
    assert (stored.status_code, stored["Location"]) == (302, back)
    assert step(sale) == ("Write", today() + timedelta(days=1), 3)


def test_start_page_asks_for_the_following_step_in_its_dialog(desk, sale):
    answer = desk.post(
        reverse("sales:step-done", args=[sale.pk]), {"version": 1, "back": "/"}, headers=HTMX, follow=True
    )
    part = answer.content.decode().lstrip()
    assert answer.redirect_chain == [(f"/sales/{sale.pk}/change/step/?back=%2F", 302)]
    assert part.startswith('<div class="dialog')
    assert "What is the next step of" in part


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_stale_click_on_the_start_page_says_so_in_its_dialog(desk, sale, colleague, headers):
    postpone(sale, to=today() + timedelta(days=1), version=1, by=colleague)
    values = {"version": 1, "back": "/"}
    refused = desk.post(reverse("sales:step-done", args=[sale.pk]), values, headers=headers)
    page = refused.content.decode()
    assert refused.status_code == 409
    assert "Bram Bakker changed this sale" in page
    assert '<a class="button" href="/" data-cancel>' in page
    assert page.lstrip().startswith('<div class="dialog') == bool(headers)
    assert notes(sale) == []


@pytest.mark.parametrize("back", ["", "/"])
def test_empty_answer_is_asked_what_it_means_where_nothing_is_planned(desk, sale, salesperson, back):
    complete_step(sale, version=1, by=salesperson)
    values = {"version": 2, "next_step": "", "next_step_on": "", **({"back": back} if back else {})}
    answer = desk.post(reverse("sales:change", args=[sale.pk, "step"]), values, headers=HTMX)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Say what the next step is, or choose “No next step”." in page
    assert re.search(">No next step</(a|button)>", page)
    nothing = desk.post(reverse("sales:change", args=[sale.pk, "step"]), values | {"nothing": "1"})
    assert nothing.status_code == 302
    assert step(sale) == ("", None, 2)


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example/sales/day/", "/accounts/logout/", "/nowhere"]
)
@pytest.mark.parametrize("name", ["sales:step-done", "sales:postpone"])
def test_strange_way_back_is_refused(desk, sale, name, back):
    response = desk.post(reverse(name, args=[sale.pk]), {"version": 1, "back": back, "ahead": "week"})
    assert response.status_code == 400
    assert step(sale) == ("Call Jan", today(), 1)


@pytest.mark.parametrize("values", [{}, {"version": 1}, {"version": 1, "ahead": "someday"}, {"ahead": "week"}])
def test_postponing_to_no_known_day_is_refused(desk, sale, values):
    assert desk.post(reverse("sales:postpone", args=[sale.pk]), values).status_code == 400


def test_colleague_who_may_not_see_the_sale_gets_404(as_user, colleague, sale, switch):
    switch(sales_visible="own")
    for name in ("sales:step-done", "sales:postpone"):
        assert as_user(colleague).post(reverse(name, args=[sale.pk]), {"version": 1}).status_code == 404


def test_start_page_ticks_off_too(desk, sale):
    SaleFactory(owner=sale.owner, subject="Nothing planned")
    text = desk.get("/").content.decode()
    assert text.count("data-step-done") == 1
    assert 'name="back" value="/"' in text
    assert reverse("sales:step-done", args=[sale.pk]) in text
