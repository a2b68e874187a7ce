"""Day, trash, timelines and board as files: what their pages show, for whoever may have it, and nothing of others."""

import csv
import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from openpyxl import load_workbook

from relations.models import RelationNote
from sales.models import SaleNote
from sales.transitions import move
from sales.trashing import trash
from salescrm.calendar import organisation_zone, today
from salescrm.notes.writing import add
from tests.factories import ProjectFactory, RelationFactory, SaleFactory

pytestmark = pytest.mark.django_db


def records(response) -> list[dict]:
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


@pytest.fixture
def seller(as_user, salesperson):
    return as_user(salesperson)


@pytest.fixture
def sale(salesperson):
    """A sale of a project, with a call and a move in its history."""
    customer = RelationFactory(name="Van Dam")
    sale = SaleFactory(
        owner=salesperson, customer=customer, subject="Roof", project=ProjectFactory(customer=customer, name="Site"),
        expected_revenue=Decimal("800"),
    )  # fmt: skip
    add(SaleNote(sale=sale, kind="call", text="=Asked\nfor a price"), by=salesperson)
    return sale


def pages(sale):
    return {
        "day": "/sales/day/", "trash": "/sales/trash/", "history": f"/sales/{sale.pk}/history/",
        "relation": f"/sales/timeline-of-relation/{sale.customer_id}/",
        "project": f"/sales/timeline-of-project/{sale.project_id}/",
    }  # fmt: skip


def test_day_holds_every_group_in_its_order(seller, salesperson, colleague):
    SaleFactory(owner=salesperson, subject="Soon", next_step="Call", next_step_on=today() + timedelta(days=2))
    SaleFactory(owner=salesperson, subject="Late", next_step="Call", next_step_on=today() - timedelta(days=2))
    SaleFactory(owner=salesperson, subject="Both", expected_end_date=today() - timedelta(days=1))
    SaleFactory(owner=colleague, subject="Not mine")
    table = records(seller.get("/sales/day/?format=csv"))
    assert [(row["Group"], row["Subject"]) for row in table] == [
        ("Late", "Late"), ("The next seven days", "Soon"), ("Without a next step", "Both"),
        ("Expected end date has passed", "Both"),
    ]  # fmt: skip
    theirs = records(seller.get(f"/sales/day/?owner={colleague.pk}&format=csv"))
    assert [row["Subject"] for row in theirs] == ["Not mine"]
    assert seller.get("/sales/day/?page=2&format=csv").status_code == 400


def test_day_holds_more_than_its_page_shows(seller, salesperson, monkeypatch):
    monkeypatch.setattr("sales.day.groups.ROWS", 2)
    SaleFactory.create_batch(3, owner=salesperson)
    assert len(records(seller.get("/sales/day/?format=csv"))) == 3


def test_trash_says_since_when_and_by_whom(as_user, manager, sale, salesperson):
    sale.project = None
    sale.save(update_fields=["project"])
    gone = trash(sale, version=sale.version, by=manager)
    SaleFactory(owner=salesperson, subject="Here")
    manager.name = ""
    manager.save(update_fields=["name"])
    (row,) = records(as_user(manager).get("/sales/trash/?format=csv"))
    assert (row["In the trash since"], row["By"], row["Subject"], row["Number"], row["Expected revenue"]) == (
        today().isoformat(), manager.email, "Roof", str(gone.pk), "800.00",
    )  # fmt: skip


def test_history_of_a_sale_holds_notes_and_changes(seller, sale, salesperson, phases):
    move(sale, phase=phases[50], version=sale.version, by=salesperson)
    url = pages(sale)["history"]
    table = records(seller.get(f"{url}?format=csv"))
    assert [(row["What"], row["Text"], row["By"]) for row in table[:2]] == [
        ("Moved to Proposal, 50 %", "", "Sanne de Wit"), ("Call", "'=Asked\nfor a price", "Sanne de Wit"),
    ]  # fmt: skip
    assert table[2]["What"].startswith("Created in")
    at = sale.notes.get().at.astimezone(organisation_zone())
    assert table[1]["When"] == f"{at:%Y-%m-%d %H:%M}"
    assert [row["What"] for row in records(seller.get(f"{url}?format=csv&only=notes"))] == ["Call"]
    assert len(records(seller.get(f"{url}?format=csv&only=changes"))) == 2


@pytest.mark.parametrize("about", ["relation", "project"])
def test_timeline_holds_all_pages_of_what_one_may_see(seller, sale, salesperson, colleague, switch, about, monkeypatch):
    monkeypatch.setattr("sales.timeline.views.PAGE", 1)
    SaleFactory(owner=colleague, customer=sale.customer, project=sale.project, subject="Secret")
    add(RelationNote(relation=sale.customer, kind="note", text="Nice people"), by=salesperson)
    url = pages(sale)[about]
    assert "Secret" in " ".join(row["About"] for row in records(seller.get(f"{url}?format=csv")))
    switch(sales_visible="own")
    table = records(seller.get(f"{url}?format=csv"))
    assert "Secret" not in " ".join(row["About"] for row in table)
    assert len(table) == {"relation": 4, "project": 3}[about]


@pytest.mark.parametrize("page", ["day", "history", "relation", "project", "trash"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_every_page_of_the_desk_is_a_file_of_its_own_right(as_user, manager, sale, page, kind):
    browser, url = as_user(manager), pages(sale)[page]
    response = browser.get(f"{url}?format={kind}")
    assert (response.status_code, response["Cache-Control"]) == (200, "no-store")
    assert f'.{kind}"' in response["Content-Disposition"]
    if kind == "xlsx":
        assert load_workbook(io.BytesIO(response.content)).active.max_row >= 1
    assert browser.get(f"{url}?format=pdf").status_code == 400
    manager.groups.get().permissions.remove(Permission.objects.get(codename="export_sale"))
    assert as_user(manager).get(f"{url}?format={kind}").status_code == 403
    assert b"format=csv" not in as_user(manager).get(url).content


def test_timeline_of_a_relation_needs_the_right_to_export_relations_too(seller, sale, salesperson):
    salesperson.groups.get().permissions.remove(Permission.objects.get(codename="export_relation"))
    assert seller.get(f"{pages(sale)['relation']}?format=csv").status_code == 403
    assert seller.get(f"{pages(sale)['project']}?format=csv").status_code == 200


def test_pages_link_to_their_files(seller, as_user, manager, sale):
    for page in ("day", "history", "relation", "project"):
        url = pages(sale)[page]
        content = seller.get(url).content.decode()
        assert "format=csv" in content and "format=xlsx" in content
    assert "format=csv" not in as_user(manager).get("/sales/trash/").content.decode()


def test_board_links_to_the_file_of_exactly_its_sales(seller, sale, salesperson, colleague):
    SaleFactory(owner=colleague, subject="Other")
    SaleFactory(owner=salesperson, subject="Mine too")
    page = seller.get(f"/sales/board/?owner={salesperson.pk}").content.decode()
    href = f"/sales/?owner={salesperson.pk}&amp;status=open&amp;format=csv"
    assert f'href="{href}"' in page
    table = records(seller.get(href.replace("&amp;", "&")))
    assert {row["Subject"] for row in table} == {"Roof", "Mine too"}


@pytest.mark.parametrize("count", [1, 3])
def test_statements_do_not_grow(seller, sale, salesperson, count, django_assert_num_queries):
    for number in range(count):
        add(SaleNote(sale=sale, kind="call", text=f"Call {number}"), by=salesperson)
        SaleFactory(owner=salesperson)
    for page, statements in {"day": 9, "history": 7, "relation": 12}.items():
        seller.get(f"{pages(sale)[page]}?format=csv")
        with django_assert_num_queries(statements):
            seller.get(f"{pages(sale)[page]}?format=csv")
