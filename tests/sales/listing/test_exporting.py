"""The list as a file: all sales of the filter, nothing of others, no formulas."""

import csv
import io
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from sales.listing import exporting
from sales.models import Sale
from salescrm.calendar import today
from salescrm.exports import downloads
from tests.factories import LineFactory, RelationFactory, SaleFactory
from tests.sales.test_concurrency import together


def rows(response):
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


def test_csv_holds_the_whole_filter_in_its_order(as_user, salesperson, phases):
    for subject, percent, revenue in [("A", 50, "1000.01"), ("B", 75, "2000"), ("C", 10, None)]:
        SaleFactory(owner=salesperson, subject=subject, phase=phases[percent], expected_revenue=revenue)
    table = rows(as_user(salesperson).get("/sales/?status=open&sort=-amount&format=csv"))
    assert [(row["Subject"], row["Expected revenue"], row["Weighted revenue"]) for row in table] == [
        ("B", "2000.00", "1500.0000"),
        ("A", "1000.01", "500.0050"),
        ("C", "", ""),
    ]


def test_xlsx_holds_numbers_as_numbers(as_user, salesperson):
    SaleFactory(owner=salesperson, subject="=1+1", expected_revenue=Decimal("12.50"))
    response = as_user(salesperson).get("/sales/?format=xlsx")
    heading, row = load_workbook(io.BytesIO(response.content)).active.iter_rows(values_only=True)
    values = dict(zip(heading, row, strict=True))
    assert (values["Subject"], values["Expected revenue"], values["Probability"]) == ("=1+1", 12.5, 10)


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


def test_export_tells_everything_a_user_may_see(as_user, salesperson):
    sale = SaleFactory(owner=salesperson, subject="A", note="First line\nand; more", external_reference="X-1")
    (row,) = rows(as_user(salesperson).get("/sales/?format=csv"))
    assert list(row) == [
        "Number", "Subject", "Customer", "Customer number", "Contact person", "Owner", "Status", "Phase", "Probability",
        "Probability by hand", "Expected revenue", "Weighted revenue", "Start date", "Expected end date", "Source",
        "Next step", "Date of the next step", "Closed on", "Reason accepted", "Reason lost", "Lost to competitor",
        "Explanation of the loss", "Reference in another system", "Note", "In its phase since", "Created",
        "Last changed",
    ]  # fmt: skip
    day = today().isoformat()
    assert (row["Number"], row["Note"], row["Reference in another system"]) == (str(sale.pk), sale.note, "X-1")
    assert [row[name] for name in ("In its phase since", "Created", "Last changed")] == [day, day, day]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_export_is_exactly_the_filter_whatever_columns_or_page_are_shown(as_user, salesperson, colleague, kind):
    for owner, revenue in ((salesperson, "100"), (salesperson, "300"), (colleague, "500"), (salesperson, "700")):
        SaleFactory(owner=owner, subject=revenue, expected_revenue=Decimal(revenue))
    query = f"owner={salesperson.pk}&amount_from=200&sort=amount&columns=owner&page=7&view=1"
    response = as_user(salesperson).get(f"/sales/?{query}&format={kind}")
    assert f'filename="sales.{kind}"' in response["Content-Disposition"]
    if kind == "csv":
        subjects = [row["Subject"] for row in rows(response)]
    else:
        sheet = load_workbook(io.BytesIO(response.content)).active
        subjects = [row[1] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert subjects == ["300", "700"]


@pytest.mark.parametrize("count", [1, 3])
def test_lines_of_the_filter_and_nothing_of_others(
    as_user, salesperson, colleague, switch, count, django_assert_num_queries
):
    for number in range(count):
        sale = SaleFactory(owner=salesperson, subject=f"Roof {number}", customer=RelationFactory(name="Van Dam"))
        LineFactory(sale=sale, description="Survey", quantity=Decimal("2"), unit_price=Decimal("12.50"))
    LineFactory(sale=SaleFactory(owner=salesperson, subject="Wall"))
    LineFactory(sale=SaleFactory(owner=colleague, subject="Roof of others"))
    switch(sales_visible="own")
    desk = as_user(salesperson)
    assert "rows=lines" in desk.get("/sales/?q=Roof").content.decode()
    desk.get("/sales/?q=Roof&format=csv&rows=lines")
    with django_assert_num_queries(3):
        table = rows(desk.get("/sales/?q=Roof&format=csv&rows=lines"))
    assert [row["Subject"] for row in table] == [f"Roof {number}" for number in reversed(range(count))]
    assert table[0] == {
        "Number": str(sale.pk), "Subject": sale.subject, "Customer": "Van Dam", "Description": "Survey",
        "Quantity": "2.00", "Unit price": "12.50", "VAT": str(sale.lines.get().vat_rate),
        "Billing method": sale.lines.get().get_billing_method_display(), "Amount": "25.00",
    }  # fmt: skip
    assert desk.get("/sales/?rows=notes").status_code == 400


@pytest.mark.django_db(transaction=True)
def test_file_of_several_statements_is_of_one_moment(rf, salesperson):
    SaleFactory(owner=salesperson)

    def rows():
        for _time in range(2):
            yield [Sale.objects.count()]
            together(lambda: SaleFactory(owner=salesperson))

    response = downloads.respond(rf.get("/"), downloads.Table("sales", ["Sales"], rows()), "csv")
    assert response.content.decode("utf-8-sig").split() == ["Sales", "1", "1"]
    assert Sale.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_export_is_of_one_moment_and_holds_up_nobody(salesperson, company, monkeypatch):
    """Somebody changes and adds sales while the first rows are being written."""
    monkeypatch.setattr(downloads, "CHUNK", 1)
    for subject in "ABC":
        SaleFactory(owner=salesperson, subject=subject)
    rows = iter(exporting.table(Sale.objects.order_by("pk")).rows)
    subjects = [next(rows)[1]]

    def change():
        Sale.objects.filter(subject__in="BC").update(subject="Changed")
        SaleFactory(owner=salesperson, subject="D")

    together(change)
    subjects += [row[1] for row in rows]
    assert subjects == ["A", "B", "C"]
    assert Sale.objects.filter(subject="Changed").count() == 2
