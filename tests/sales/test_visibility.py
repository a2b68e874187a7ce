"""Own, team or all: nothing of a sale out of sight leaks, neither its name nor its amount nor that it exists."""

import io
from decimal import Decimal

import openpyxl
import pytest
from django.urls import reverse

from relations.models import Relation
from relations.naming import apply_names
from sales.models import Sale
from salescrm import recent
from salescrm.calendar import today
from salescrm.models import Team
from tests.factories import InvoiceFactory, ProjectFactory, RelationFactory, SaleFactory

LEVELS = {"all": {"Mine", "Mates", "Hidden"}, "team": {"Mine", "Mates"}, "own": {"Mine"}}
WORTH = {"Mine": Decimal("1000"), "Mates": Decimal("20300"), "Hidden": Decimal("407000")}
DIGITS = {"Mine": "1,000", "Mates": "20,300", "Hidden": "407,000"}


@pytest.fixture
def customer(company):
    relation = RelationFactory(name="Van Dam")
    apply_names(relation)
    relation.save()
    return relation


@pytest.fixture
def sales(customer, salesperson, colleague, manager, phases):
    """One sale of the salesperson, one of a teammate and one of somebody outside the team, all for one customer."""
    Team.objects.create(name="North").members.add(salesperson, colleague)
    project, invoice = ProjectFactory(customer=customer), InvoiceFactory(customer=customer)
    owners = {"Mine": salesperson, "Mates": colleague, "Hidden": manager}
    made = {
        name: SaleFactory(
            subject=f"{name} roof", owner=owner, customer=customer, phase=phases[50], expected_revenue=WORTH[name],
            expected_end_date=today(), next_step=f"Call {name}", next_step_on=today(),
        )
        for name, owner in owners.items()
    }  # fmt: skip
    Sale.objects.update(project=project, invoice=invoice)
    return made


@pytest.fixture(params=LEVELS)
def seen(request, switch):
    """The level, as the names of the sales one may see at it."""
    switch(sales_visible=request.param)
    return LEVELS[request.param]


def leaks(text: str, seen: set[str]) -> list[str]:
    """What of the sales out of sight stands in a page: names, amounts and next steps."""
    hidden = set(WORTH) - seen
    return [sign for name in hidden for sign in (f"{name} roof", DIGITS[name], f"Call {name}") if sign in text]


PAGES = [
    "/sales/", "/sales/?status=open", "/sales/?q=roof", "/sales/?sort=-amount", "/sales/board/", "/sales/board/?q=van",
    "/sales/day/", "/", "/reports/", "/reports/forecast/", "/reports/forecast/?basis=full&rows=owner",
    "/reports/forecast/?rows=customer&basis=full", "/reports/kpis/", "/reports/won-lost/", "/reports/sources/",
    "/search/?q=roof", "/search/?q=van+dam", "/search/suggest/?q=roof", "/sales/filters/",
]  # fmt: skip


@pytest.mark.parametrize("address", PAGES)
def test_no_page_shows_what_is_out_of_sight(desk, sales, seen, address):
    answer = desk.get(address)
    assert answer.status_code == 200
    assert leaks(answer.content.decode(), seen) == []


@pytest.mark.parametrize("address", ["/sales/?status=open", "/search/?q=roof", "/search/?q=van+dam"])
def test_what_is_in_sight_is_there(desk, sales, seen, address):
    text = desk.get(address).content.decode()
    assert {name for name in WORTH if f"{name} roof" in text} == seen


def test_totals_count_what_is_seen(desk, sales, seen):
    totals = desk.get("/sales/?status=open").context["totals"]
    assert (totals["count"], totals["revenue"]) == (len(seen), sum(WORTH[name] for name in seen))
    assert totals["weighted"] == sum(WORTH[name] for name in seen) / 2


@pytest.mark.parametrize("rows", ["phase", "owner", "source", "customer"])
def test_the_forecast_adds_up_what_is_seen(desk, sales, seen, rows):
    text = desk.get(f"/reports/forecast/?basis=full&rows={rows}").content.decode()
    total = sum(WORTH[name] for name in seen)
    assert f"{total:,.0f}" in text
    others = {sum(WORTH[name] for name in other) for other in LEVELS.values()} - {total}
    assert [f"{other:,.0f}" for other in others if f"{other:,.0f}" in text and other > total] == []


@pytest.mark.parametrize("name", ["of-relation", "of-project", "of-invoice"])
def test_panels_show_what_is_seen(desk, sales, seen, customer, name):
    record = {"of-relation": customer, "of-project": sales["Mine"], "of-invoice": sales["Mine"]}[name]
    if name != "of-relation":
        record = getattr(Sale.objects.get(pk=record.pk), name.removeprefix("of-"))
    for headers in ({}, {"HX-Request": "true"}):
        answer = desk.get(reverse(f"sales:{name}", args=[record.pk]), headers=headers)
        assert leaks(answer.content.decode(), seen) == []
        assert answer.context["totals"]["count"] == len(seen)


@pytest.mark.parametrize("page", ["relations", "projects", "invoices"])
def test_records_of_others_stay_visible_but_not_their_sales(desk, sales, seen, customer, page):
    sale = Sale.objects.get(pk=sales["Mine"].pk)
    record = {"relations": customer, "projects": sale.project, "invoices": sale.invoice}[page]
    answer = desk.get(record.get_absolute_url())
    assert answer.status_code == 200
    assert leaks(answer.content.decode(), seen) == []


@pytest.mark.parametrize("format_", ["csv", "xlsx"])
def test_exports_hold_what_is_seen(desk, sales, seen, format_):
    answer = desk.get(f"/sales/?format={format_}")
    content = b"".join(answer) if answer.streaming else answer.content
    if format_ == "csv":
        text = content.decode("utf-8-sig")
    else:
        rows = openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)
        text = "\n".join(str(row) for row in rows)
    assert {name for name in WORTH if f"{name} roof" in text} == seen


DEEDS = ["detail", "history", "edit", "lines", "where", "probability", "accept", "lose"]


@pytest.mark.parametrize("name", DEEDS)
def test_a_sale_out_of_sight_is_not_found(desk, sales, seen, name):
    statuses = {key: desk.get(reverse(f"sales:{name}", args=[sale.pk])).status_code for key, sale in sales.items()}
    assert {key for key, status in statuses.items() if status != 404} == seen


@pytest.mark.parametrize("name", ["move", "undo", "take-total", "edit", "accept", "lose"])
def test_a_sale_out_of_sight_is_not_changed(desk, sales, seen, phases, name):
    values = {"version": 1, "phase": phases[75].pk, "subject": "Stolen"}
    for key in set(WORTH) - seen:
        answer = desk.post(reverse(f"sales:{name}", args=[sales[key].pk]), values)
        assert (answer.status_code, Sale.objects.get(pk=sales[key].pk).version) == (404, 1)


def test_what_was_opened_lately_is_looked_up_with_todays_rights(desk, sales, switch):
    for sale in sales.values():
        desk.get(sale.get_absolute_url())
    assert recent.COOKIE in desk.cookies
    for level, seen in LEVELS.items():
        switch(sales_visible=level)
        titles = {hit.title.split()[0] for hit in desk.get("/search/").context["recent"]}
        assert titles == seen


def test_a_sale_is_not_found_by_its_number_either(desk, sales, seen):
    ids = set()
    for name, sale in sales.items():
        groups = desk.get("/search/", {"q": f"#{sale.pk}"}).context["groups"]
        ids |= {name for group in groups if group.kind == "sale" for hit in group.hits if hit.pk == sale.pk}
    assert ids == seen


def test_managers_see_all_whatever_the_switch_says(as_user, manager, administrator, sales, seen):
    for user in (manager, administrator):
        assert as_user(user).get("/sales/?status=open").context["totals"]["count"] == 3


def test_a_user_without_a_team_sees_their_own_only(as_user, salesperson, sales, switch):
    Team.objects.all().delete()
    switch(sales_visible="team")
    assert as_user(salesperson).get("/sales/?status=open").context["totals"]["count"] == 1


def test_a_teammate_gone_from_the_team_is_out_of_sight_at_once(desk, colleague, sales, switch):
    switch(sales_visible="team")
    assert desk.get(sales["Mates"].get_absolute_url()).status_code == 200
    colleague.teams.clear()
    assert desk.get(sales["Mates"].get_absolute_url()).status_code == 404
    assert Relation.objects.count() == 1
