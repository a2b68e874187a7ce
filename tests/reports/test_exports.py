"""Reports as files: real numbers, the reader's own way of writing them, and nothing a spreadsheet would run."""

import io
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group, Permission
from openpyxl import load_workbook

from tests.factories import RelationFactory, SaleFactory, UserFactory
from tests.reports.conftest import TODAY

URL = "/reports/forecast/"


def lines(response):
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    text = response.content.decode("utf-8")
    assert text[0] == "\ufeff"
    return text[1:].splitlines()


def sheet(response):
    rows = load_workbook(io.BytesIO(response.content)).active.iter_rows()
    return [[cell.value for cell in row] for row in rows]


@pytest.mark.parametrize(
    ("language", "last_lines"),
    [
        (
            "en",
            [
                "Total,1000.0100,12000.0000,23000.0000,4000.0000,550.0500,40550.0600",
                '"Accepted, by closing day",,15000.00,0.00,0.00,,',
            ],
        ),
        (
            "nl",
            [
                "1000,0100;12000,0000;23000,0000;4000,0000;550,0500;40550,0600",
                ";15000,00;0,00;0,00;;",
            ],
        ),
    ],
)
def test_csv_is_written_as_the_readers_spreadsheet_expects(eleven, as_user, language, last_lines):
    user = UserFactory(role="manager", language=language)

    table = lines(as_user(user).get(URL, {"format": "csv", "months": "3"}))

    assert len(table) == 1 + 5 + 2
    assert [line[-len(wanted) :] for line, wanted in zip(table[-2:], last_lines, strict=True)] == last_lines


def test_csv_of_the_full_amount_has_cents(eleven, manager, as_user):
    table = lines(as_user(manager).get(URL, {"format": "csv", "months": "3", "basis": "full"}))

    assert table[0] == "Phase,Overdue,2026-03,2026-04,2026-05,No date,Total"
    assert table[-2] == "Total,2000.02,20000.00,50000.00,4000.00,5500.50,81500.52"
    assert table[-1] == '"Accepted, by closing day",,15000.00,0.00,0.00,,'


def test_xlsx_holds_numbers(eleven, manager, as_user):
    response = as_user(manager).get(URL, {"format": "xlsx", "months": "3"})

    table = sheet(response)
    assert response.headers["Content-Disposition"] == 'attachment; filename="forecast-2026-03-weighted-phase.xlsx"'
    assert table[0] == ["Phase", "Overdue", "2026-03", "2026-04", "2026-05", "No date", "Total"]
    assert table[-2] == ["Total", 1000.01, 12000, 23000, 4000, 550.05, 40550.06]
    assert table[-1] == ["Accepted, by closing day", None, 15000, 0, 0, None, None]


def test_files_have_all_customers(salesperson, manager, as_user):
    for number in range(52):
        SaleFactory(owner=salesperson, expected_revenue=Decimal(number), customer=RelationFactory())

    table = lines(as_user(manager).get(URL, {"format": "csv", "rows": "customer"}))

    assert len(table) == 1 + 52 + 2


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+31", "-1", "@SUM(A1)"])
def test_text_that_looks_like_a_formula_is_text_in_every_file(salesperson, manager, as_user, name):
    SaleFactory(owner=salesperson, customer=RelationFactory(name=name), expected_end_date=TODAY)
    client = as_user(manager)

    assert lines(client.get(URL, {"format": "csv", "rows": "customer"}))[1].startswith(f"'{name}")
    assert sheet(client.get(URL, {"format": "xlsx", "rows": "customer"}))[1][0] == name


@pytest.mark.parametrize("page", ["forecast", "kpis", "won-lost", "sources"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_files_need_the_right_to_export(eleven, salesperson, as_user, page, kind):
    url = f"/reports/{page}/?format={kind}"

    allowed = as_user(salesperson).get(url)
    Group.objects.get(name="salesperson").permissions.remove(Permission.objects.get(codename="export_sale"))
    refused = as_user(salesperson).get(url)

    assert (allowed.status_code, refused.status_code) == (200, 403)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_control_characters_pasted_into_a_name_do_not_break_the_file(salesperson, manager, as_user, kind):
    SaleFactory(owner=salesperson, customer=RelationFactory(name="Van\x0bDam"))
    response = as_user(manager).get(URL, {"rows": "customer", "format": kind})
    assert response.status_code == 200
    rows = sheet(response) if kind == "xlsx" else [line.split(",") for line in lines(response)]
    assert rows[1][0] == "VanDam"
