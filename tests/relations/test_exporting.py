"""Relations, contact persons, projects and invoices as files: what the list shows, for whoever may have it."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from openpyxl import load_workbook

from invoicing.models import VatRate
from relations.models import Relation
from relations.naming import apply_names
from tests.factories import (
    ContactFactory,
    InvoiceFactory,
    InvoiceLineFactory,
    PersonFactory,
    ProjectFactory,
    RelationFactory,
    ServiceFactory,
)

LISTS = ["/relations/", "/projects/", "/invoices/"]


def read(response) -> list[list[str]]:
    """The rows of a CSV answer, heading first."""
    assert response.status_code == 200
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))


def records(response) -> list[dict]:
    heading, *rows = read(response)
    return [dict(zip(heading, row, strict=True)) for row in rows]


@pytest.fixture
def seller(as_user, salesperson):
    return as_user(salesperson)


@pytest.fixture
def acme(company, manager):
    """A relation with everything filled in."""
    relation = RelationFactory(
        name="Acme B.V.", number="R7", owner=manager, email="info@acme.nl", invoice_email="bill@acme.nl",
        phone="+31 10 1234567", mobile="06-12345678", website="https://acme.nl", street="Kade 1",
        postcode="1011 AA", city="Ede", country="Nederland", coc_number="12345678", vat_number="NL123456782B90",
        iban="NL91ABNA0417164300",
        payment_days=14, language="nl", note="=HYPERLINK()", former_numbers="R3",
    )  # fmt: skip
    apply_names(relation)
    relation.save()
    return relation


def test_relations_with_every_field(seller, acme):
    (row,) = records(seller.get("/relations/?format=csv"))
    assert row == {
        "Number": "R7", "Kind": "organization", "Name": "Acme B.V.", "First name": "", "Prefix": "",
        "Family name": "", "Relation type": str(acme.relation_type), "Owner": "Mila Brand",
        "E-mail address": "info@acme.nl", "E-mail address for invoices": "bill@acme.nl", "Phone": "'+31 10 1234567",
        "Mobile phone": "06-12345678",
        "Website": "https://acme.nl", "Street and number": "Kade 1", "Postcode": "1011 AA", "City": "Ede",
        "Country": "Nederland", "KvK number": "12345678", "VAT number": "NL123456782B90",
        "IBAN": "NL91ABNA0417164300", "Payment term in days": "14", "Language": "Nederlands", "Note": "'=HYPERLINK()",
        "Active": "yes", "Former numbers": "R3", "Created on": row["Created on"],
    }  # fmt: skip


def test_relations_of_the_filter_in_its_order_without_signposts(seller, acme):
    RelationFactory(name="Bolt", city="Ede")
    RelationFactory(name="Zeta", is_active=False)
    Relation.objects.create(name="Gone", relation_type=acme.relation_type, merged_into=acme, is_active=False)

    assert [row["Name"] for row in records(seller.get("/relations/?format=csv&sort=-name"))] == ["Bolt", "Acme B.V."]
    assert [row["Name"] for row in records(seller.get("/relations/?format=csv&q=acme"))] == ["Acme B.V."]
    assert [row["Name"] for row in records(seller.get("/relations/?format=csv&active=all"))] == [
        "Acme B.V.", "Bolt", "Zeta",
    ]  # fmt: skip


def test_contacts_of_the_filter_from_either_side(seller, acme):
    person = PersonFactory(first_name="Jan", prefix="de", family_name="Vries", number="P1")
    ContactFactory(organization=acme, person=person, function="Buyer", email="jan@acme.nl", mobile="06 1")
    ContactFactory(organization=RelationFactory(name="Bolt"), person=person)

    rows = records(seller.get("/relations/?format=csv&rows=contacts&q=acme"))
    assert rows == [
        {
            "Organization": "Acme B.V.", "Number of the organization": "R7", "Person": "Jan de Vries",
            "Number of the person": "P1", "First name": "Jan", "Prefix": "de", "Family name": "Vries",
            "Function": "Buyer", "Work e-mail address": "jan@acme.nl", "Work phone": "", "Work mobile phone": "06 1",
        }
    ]  # fmt: skip
    assert len(records(seller.get("/relations/?format=csv&rows=contacts&kind=person"))) == 2


def test_projects_with_their_services(seller, acme, manager):
    project = ProjectFactory(name="Site", number="P7", customer=acme, manager=manager, start_date=date(2026, 3, 1))
    ServiceFactory(project=project, quantity=Decimal("2"), unit_price=Decimal("12.50"))
    ServiceFactory(project=project, unit_price=Decimal("7.25"))
    ProjectFactory(name="Old", status="closed")

    (row,) = records(seller.get("/projects/?format=csv"))
    assert (row["Number"], row["Project"], row["Customer"], row["Services"]) == ("P7", "Site", "Acme B.V.", "32.25")
    services = records(seller.get("/projects/?format=csv&rows=services"))
    assert [(row["Project"], row["Quantity"], row["Amount"]) for row in services] == [
        ("Site", "2.00", "25.00"), ("Site", "1.00", "7.25"),
    ]  # fmt: skip


def test_invoices_with_their_lines(seller, acme):
    invoice = InvoiceFactory(customer=acme, subject="Roof", total_excluding_vat=Decimal("30.00"))
    InvoiceLineFactory(invoice=invoice, quantity=Decimal("2"), unit_price=Decimal("15"))
    InvoiceFactory(subject="Other")

    rows = records(seller.get(f"/invoices/?format=csv&customer={acme.pk}"))
    assert [(row["Subject"], row["Customer"], row["Status"], row["Excluding VAT"]) for row in rows] == [
        ("Roof", "Acme B.V.", "draft", "30.00")
    ]
    (line,) = records(seller.get("/invoices/?format=csv&rows=lines"))
    assert (line["Description"], line["Unit price"], line["VAT"], line["Amount"]) == (
        "Design", "15.00", str(VatRate.objects.first()), "30.00",
    )  # fmt: skip


@pytest.mark.parametrize("url", LISTS)
@pytest.mark.parametrize("rows", ["", "&rows=contacts", "&rows=services", "&rows=lines"])
def test_workbooks_open_and_unknown_rows_are_refused(seller, acme, url, rows):
    response = seller.get(f"{url}?format=xlsx{rows}")
    known = {"/relations/": "contacts", "/projects/": "services", "/invoices/": "lines"}[url]
    if rows not in ("", f"&rows={known}"):
        assert response.status_code == 400
        return
    sheet = load_workbook(io.BytesIO(response.content)).active
    assert sheet.max_row >= 1
    assert response["Cache-Control"] == "no-store"


@pytest.mark.parametrize("url", LISTS)
def test_export_is_a_right_of_its_own(as_user, salesperson, acme, url):
    exports = Permission.objects.filter(codename__in=["export_relation", "export_project", "export_invoice"])
    salesperson.groups.get().permissions.remove(*exports)
    browser = as_user(salesperson)
    assert browser.get(url).status_code == 200
    assert b"format=csv" not in browser.get(url).content
    assert browser.get(url, {"format": "csv"}).status_code == 403
    assert browser.get(url, {"format": "pdf"}).status_code == 400


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("words", ["", "&rows=contacts"])
def test_number_of_statements_does_not_grow(seller, acme, count, words, django_assert_num_queries):
    for _one in range(count):
        ContactFactory(organization=RelationFactory(owner=acme.owner))
    seller.get("/relations/?format=csv")
    with django_assert_num_queries(5):
        seller.get(f"/relations/?format=csv{words}")


def test_duplicates_are_all_in_one_file(as_user, manager, acme, monkeypatch):
    monkeypatch.setattr("relations.duplicates.groups.MOST", 2)
    monkeypatch.setattr("relations.duplicates.groups.PER_PAGE", 1)
    for number in range(3):
        twin = RelationFactory(name="Twin", city=f"City {number}")
        apply_names(twin)
        twin.save()
    RelationFactory(name="Other", coc_number="12345678")
    RelationFactory(name="Alone")

    browser = as_user(manager)
    rows = records(browser.get("/relations/duplicates/list/?format=csv"))
    assert [(row["Group"], row["In common"], row["Name"], row["City"]) for row in rows] == [
        ("1", "same KvK number", "Acme B.V.", "Ede"), ("1", "same KvK number", "Other", ""),
        *(("2", "same name", "Twin", f"City {number}") for number in range(3)),
    ]  # fmt: skip
    assert b"format=xlsx" in browser.get("/relations/duplicates/list/").content
    manager.groups.get().permissions.remove(Permission.objects.get(codename="export_relation"))
    assert as_user(manager).get("/relations/duplicates/list/?format=csv").status_code == 403
    assert b"format=xlsx" not in as_user(manager).get("/relations/duplicates/list/").content
