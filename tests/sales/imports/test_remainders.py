"""Undoing an import keeps what somebody used since, though the record itself is as the import left it; and says so."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from relations.models import Contact, Relation, RelationNote
from sales.imports import running
from sales.models import Sale, SaleNote
from salescrm.notes import writing
from tests.factories import ContactFactory, SaleFactory
from tests.sales.imports.browser import csv, words

pytestmark = pytest.mark.django_db


def imported(visitor, *rows, kind="sales"):
    """All these rows added."""
    visitor.upload(csv(*rows), kind=kind)
    assert words(visitor.check()) == ["create"] * (len(rows) - 1)
    visitor.start()


def remainders(visitor):
    """What undoing says of every row."""
    visitor.undo()
    return list(visitor.run.rows.order_by("line").values_list("remainder", flat=True))


def test_sale_somebody_wrote_about_is_kept_and_named(visitor, van_dam, salesperson, shelf):
    imported(visitor, ("Deal", "Klant"), *((name, "Van Dam") for name in ("Kade", "Roof", "Wall", "Pier")))
    kade, roof, wall, pier = Sale.objects.order_by("pk")
    writing.add(SaleNote(sale=kade, text="Called"), by=salesperson)
    writing.add(SaleNote(sale=wall), uploads=[SimpleUploadedFile("plan.pdf", b"%PDF-1")], by=salesperson)
    note = writing.add(SaleNote(sale=pier, text="By mistake"), by=salesperson)
    writing.remove(note, version=note.version)

    why = f"{salesperson} wrote on its timeline since, so it stays."
    assert remainders(visitor) == [why, "", why, ""]
    assert list(Sale.objects.untrashed().order_by("pk")) == [kade, wall]
    assert set(Sale.objects.filter(trashed=True)) == {roof, pier}
    page = visitor.client.get(visitor.run.get_absolute_url()).content.decode()
    assert "apart from 2 rows that somebody changed or used since" in page and "as it is before" not in page


def test_relation_somebody_used_is_kept_and_named(visitor, company, salesperson):
    imported(visitor, ("Bedrijfsnaam",), ("Kade",), ("Roof",), ("Wall",), ("Pier",), kind="relations")
    kade, roof, wall, _pier = Relation.objects.order_by("pk")
    writing.add(RelationNote(relation=kade, text="Called"), by=salesperson)
    ContactFactory(organization=roof)
    SaleFactory(customer=wall)

    assert remainders(visitor) == [
        "Kade is in use, so it stays (notes).", "Roof is in use, so it stays (contact persons).",
        "Wall is in use, so it stays (events, sales).", "",
    ]  # fmt: skip
    assert set(Relation.objects.filter(kind="organization").values_list("name", flat=True)) == {"Kade", "Roof", "Wall"}


def test_contact_person_somebody_wrote_about_keeps_the_place_to_work(visitor, van_dam, salesperson):
    imported(visitor, ("Organisatie", "Naam"), *(("Van Dam", name) for name in ("Ann", "Bob", "Cas")), kind="contacts")
    ann, bob, cas = Contact.objects.order_by("pk")
    writing.add(RelationNote(relation=ann.person, text="Called"), by=salesperson)
    SaleFactory(customer=van_dam, contact=bob)

    whys = remainders(visitor)
    assert whys[0] == "Ann is in use, so it stays (notes)."
    assert "Bob cannot be removed: 1 record names this contact person" in whys[1] and whys[2] == ""
    assert set(Contact.objects.all()) == {ann, bob}
    assert not Relation.objects.filter(pk=cas.person_id).exists()


@pytest.mark.parametrize("count", [1, 3])
def test_undoing_asks_for_the_timelines_of_all_sales_at_once(visitor, van_dam, manager, count):
    imported(visitor, ("Deal", "Klant"), *((f"Kade {n}", "Van Dam") for n in range(count)))
    run = running.undo(visitor.run, by=manager)
    with CaptureQueriesContext(connection) as queries:
        running.advance(run, by=manager)

    assert len([query for query in queries if "sales_salenote" in query["sql"]]) == 1
    assert not Sale.objects.untrashed().exists()
