"""The list as a file: all sales of the filter, nothing of others, no formulas."""

import csv
import io
from decimal import Decimal

from openpyxl import load_workbook

from tests.factories import RelationFactory, SaleFactory


def rows(response):
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


def test_csv_holds_the_whole_filter_in_its_order(as_user, salesperson, phases):
    for subject, percent, revenue in [("A", 50, "1000.01"), ("B", 75, "2000"), ("C", 10, None)]:
        SaleFactory(owner=salesperson, subject=subject, phase=phases[percent], expected_revenue=revenue)
    found = rows(as_user(salesperson).get("/sales/?status=open&sort=-amount&format=csv"))
    assert [(row["Subject"], row["Expected revenue"], row["Weighted revenue"]) for row in found] == [
        ("B", "2000.00", "1500.0000"),
        ("A", "1000.01", "500.0050"),
        ("C", "", ""),
    ]


def test_xlsx_holds_numbers_as_numbers(as_user, salesperson):
    SaleFactory(owner=salesperson, subject="=1+1", expected_revenue=Decimal("12.50"))
    response = as_user(salesperson).get("/sales/?format=xlsx")
    heading, row = load_workbook(io.BytesIO(response.content)).active.iter_rows(values_only=True)
    found = dict(zip(heading, row, strict=True))
    assert (found["Subject"], found["Expected revenue"], found["Probability"]) == ("'=1+1", 12.5, 10)


def test_export_shows_only_what_one_sees_and_needs_the_right(as_user, salesperson, colleague, switch):
    SaleFactory(owner=colleague, customer=RelationFactory(name="Secret"))
    switch(sales_visible="own")
    assert rows(as_user(salesperson).get("/sales/?format=csv")) == []
    salesperson.groups.first().permissions.filter(codename="export_sale").delete()
    assert as_user(salesperson).get("/sales/?format=csv").status_code == 403


def test_export_statements_do_not_grow(as_user, salesperson, django_assert_num_queries):
    SaleFactory.create_batch(5, owner=salesperson)
    desk = as_user(salesperson)
    with django_assert_num_queries(3):
        desk.get("/sales/?format=csv")


def test_unknown_format_is_refused(as_user, salesperson):
    assert as_user(salesperson).get("/sales/?format=pdf").status_code == 400
