"""My day: every group as the list counts it, whoever looks, in few statements."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from sales.day import groups
from sales.models import Phase, Sale
from sales.next_steps import complete_step
from salescrm.calendar import today
from salescrm.models import Team
from tests.factories import ContactFactory, LineFactory, PersonFactory, SaleFactory
from tests.moments import days_ago

HTMX = {"HX-Request": "true"}
DAY = timedelta(days=1)


@pytest.fixture
def work(salesperson, colleague, phases):
    """Sales of every kind, some of them in two groups, and others that belong to nobody's day."""
    Phase.objects.filter(pk=phases[25].pk).update(age_limit=5)
    plan = [
        ("Late", 10, "Call", -3, None), ("Late too", 50, "Mail", -1, -4), ("Now", 25, "Visit", 0, 30),
        ("Tomorrow", 75, "Write", 1, None), ("In a week", 10, "Send", 7, 60), ("Far", 50, "Wait", 8, 90),
        ("No day", 75, "Think", None, 20), ("Nothing", 10, "", None, None), ("Old", 25, "", None, -10),
    ]  # fmt: skip
    for subject, percent, step, day, end in plan:
        SaleFactory(
            subject=subject, owner=salesperson, phase=phases[percent], next_step=step,
            next_step_on=None if day is None else today() + day * DAY,
            expected_end_date=None if end is None else today() + end * DAY,
        )  # fmt: skip
    SaleFactory(subject="Theirs", owner=colleague, next_step="Call", next_step_on=today() - DAY)
    SaleFactory(subject="Trash", owner=salesperson, next_step="Call", next_step_on=today(), trashed=True)
    SaleFactory(
        subject="Won", owner=salesperson, status="accepted", closed_on=today(), follow_up="none", next_step="Call",
        next_step_on=today(),
    )  # fmt: skip
    Sale.objects.filter(subject__in=["Old", "Now", "In a week"]).update(phase_since=days_ago(6))


def subjects(page) -> dict:
    """The subjects on a day by group, in order."""
    return {group.key: [sale.subject for sale in group.sales] for group in page.context["groups"]}


MINE = {
    "late": ["Late", "Late too"],
    "today": ["Now"],
    "week": ["Tomorrow", "In a week"],
    "undated": ["No day"],
    "none": ["Old", "Nothing"],
    "overdue": ["Old", "Late too"],
    "aged": ["Now", "Old"],
}


def test_day_groups_what_is_to_be_done(desk, work, reads_only):
    with reads_only():
        page = desk.get("/sales/day/")
    assert page.status_code == 200
    assert subjects(page) == MINE
    assert "Theirs" not in page.content.decode()
    assert page.context["to_do"] == 3


@pytest.mark.parametrize("query", ["", "?team=", "?owner="])
def test_every_count_is_the_count_of_the_list_behind_it(manager, as_user, work, salesperson, query):
    team = Team.objects.create(name="North")
    team.members.add(salesperson)
    query = {"": "", "?team=": f"?team={team.pk}", "?owner=": f"?owner={salesperson.pk}"}[query]
    browser = as_user(manager)
    page = browser.get(f"/sales/day/{query}")
    by_key = {group.key: (group.count, group.url) for group in page.context["groups"]}
    listed = {key: browser.get(url).context["totals"]["count"] for key, (_count, url) in by_key.items()}
    assert {key: count for key, (count, _url) in by_key.items()} == listed
    assert sum(listed.values()) == (0 if not query else sum(map(len, MINE.values())))


def test_more_than_fifty_rows_lead_to_the_list(desk, salesperson, company):
    for number in range(52):
        SaleFactory(owner=salesperson, next_step="Call", next_step_on=today() - number * DAY - DAY)
    page = desk.get("/sales/day/")
    late = page.context["groups"][0]
    assert (late.count, len(late.sales)) == (52, groups.ROWS)
    assert "All 52 in the list" in page.content.decode()
    assert late.sales[0].next_step_on == today() - 52 * DAY


def test_figures_are_the_sums_behind_them(desk, work, salesperson):
    Sale.objects.filter(subject="Late").update(expected_end_date=today(), expected_revenue=Decimal("333.33"))
    late = Sale.objects.get(subject="Late too")
    complete_step(late, version=1, by=salesperson)
    figures = desk.get("/sales/day/").context["figures"]
    mine = Sale.objects.filter(owner=salesperson, status="open", trashed=False)
    assert (figures.open, figures.weighted) == (9, sum(sale.weighted_revenue for sale in mine))
    assert figures.done == 1
    assert desk.get(figures.month_url).context["totals"]["count"] == figures.month
    assert desk.get(figures.open_url).context["totals"]["count"] == 9


@pytest.mark.parametrize("visible", ["own", "team", "all"])
def test_salesperson_sees_the_day_of_whom_the_switch_shows(desk, work, colleague, salesperson, switch, visible):
    team = Team.objects.create(name="North")
    switch(sales_visible=visible)
    answers = {"own": 404, "team": 404, "all": 200}
    assert desk.get(f"/sales/day/?owner={colleague.pk}").status_code == answers[visible]
    assert desk.get(f"/sales/day/?team={team.pk}").status_code == answers[visible]
    team.members.add(salesperson, colleague)
    answers["team"] = 200
    assert desk.get(f"/sales/day/?owner={colleague.pk}").status_code == answers[visible]
    page = desk.get(f"/sales/day/?team={team.pk}")
    assert page.status_code == answers[visible]
    if page.status_code == 200:
        assert subjects(page)["late"] == ["Late", "Late too", "Theirs"]


@pytest.mark.parametrize("query", ["owner=x", "owner=-1", "team=1.5", "phase=1", "owner=9999999999999999999"])
def test_words_nobody_knows_are_refused(desk, company, query):
    assert desk.get(f"/sales/day/?{query}").status_code == 400


def test_day_without_sales_and_day_with_everything_done_say_so(desk, salesperson):
    assert "No open sales" in desk.get("/sales/day/").content.decode()
    SaleFactory(owner=salesperson, next_step="Call", next_step_on=today() + 30 * DAY)
    assert "All done" in desk.get("/sales/day/").content.decode()


@pytest.mark.parametrize("rows", [1, 3, 30])
@pytest.mark.parametrize(
    ("role", "visible", "count"),
    [("salesperson", "all", 8), ("salesperson", "team", 8), ("salesperson", "own", 6), ("manager", "own", 8)],
)
def test_statements_do_not_grow(request, as_user, role, visible, count, rows, switch, django_assert_num_queries):
    user = request.getfixturevalue(role)
    switch(sales_visible=visible)
    Team.objects.create(name="North").members.add(user)
    for number in range(rows):
        contact = ContactFactory(person=PersonFactory(), phone="010 123")
        sale = SaleFactory(
            owner=user, contact=contact, customer=contact.organization, next_step="Call",
            next_step_on=today() + (number % 3 - 1) * DAY, expected_end_date=today() - DAY,
        )  # fmt: skip
        LineFactory(sale=sale)
    browser = as_user(user)
    browser.get("/sales/day/")
    with django_assert_num_queries(count):
        browser.get("/sales/day/")


def test_completed_row_goes_and_the_following_step_is_offered(desk, work):
    sale = Sale.objects.get(subject="Late too")
    values = {"version": 1, "back": "/sales/day/"}
    response = desk.post(reverse("sales:step-done", args=[sale.pk]), values, headers=HTMX)
    text = response.content.decode()
    assert response.status_code == 200
    assert text.lstrip().startswith('<div id="day"')
    assert f'id="late-{sale.pk}"' not in text
    assert f'id="overdue-{sale.pk}"' in text
    assert f"/sales/{sale.pk}/change/step/?back=%2Fsales%2Fday%2F" in text
    assert "data-following" in text


def test_postponed_row_moves_to_its_group(desk, work, salesperson):
    sale = Sale.objects.get(subject="Late")
    values = {"version": 1, "back": f"/sales/day/?owner={salesperson.pk}", "ahead": "week"}
    response = desk.post(reverse("sales:postpone", args=[sale.pk]), values, headers=HTMX)
    assert subjects(response)["late"] == ["Late too"]
    assert "Late" in subjects(response)["week"]
    assert f"owner={salesperson.pk}" in response.context["back"]


def test_stale_row_says_so_and_shows_the_day_as_it_is(desk, work, colleague):
    sale = Sale.objects.get(subject="Late")
    complete_step(sale, version=1, by=colleague)
    for name, more in (("sales:step-done", {}), ("sales:postpone", {"ahead": "week"})):
        values = {"version": 1, "back": "/sales/day/", **more}
        response = desk.post(reverse(name, args=[sale.pk]), values, headers=HTMX)
        assert response.status_code in (409, 422)
        assert "“Late”" in response.content.decode()
        assert subjects(response)["late"] == ["Late too"]


def test_planned_step_is_told_to_the_day(desk, work):
    sale = Sale.objects.get(subject="Nothing")
    address = reverse("sales:change", args=[sale.pk, "step"])
    dialog = desk.get(f"{address}?back=/sales/day/", headers=HTMX).content.decode()
    assert "What is the next step of Nothing?" in dialog
    values = {"version": 1, "back": "/sales/day/", "next_step": "Call", "next_step_on": ""}
    response = desk.post(address, values, headers=HTMX)
    assert response.status_code == 204
    assert "step-planned" in response["HX-Trigger"]
    refused = desk.post(address, {**values, "version": 1, "next_step": "Mail"}, headers=HTMX)
    assert refused.status_code == 409
    assert "stored now <b>Call</b>, yours Mail" in refused.content.decode()
