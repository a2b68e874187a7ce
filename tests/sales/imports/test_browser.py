"""Importing in the browser: the whole way there and back, on files of our own and of other systems."""

import csv as csv_module
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO

import pytest
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from relations.models import Contact
from sales import editing
from sales.models import LossReason, Sale, SaleEvent, Source
from sales.transitions import lose, move, set_probability
from tests.factories import ContactFactory, PersonFactory, RelationFactory, SaleFactory
from tests.sales.imports.browser import Browser, csv, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def seven(salesperson, manager, phases, switch):
    """Seven sales in all states, with everything an export shows."""
    switch(own_probability=True)
    customer = RelationFactory(name="Van Dam B.V.", number="R-1")
    contact = ContactFactory(organization=customer)
    sales = [
        SaleFactory(subject=f"Loods {n}", customer=customer, owner=salesperson, expected_revenue=Decimal("1234.56") * n)
        for n in range(1, 8)
    ]
    editing.edit(
        sales[0],
        values={
            "contact": contact, "expected_end_date": date(2026, 12, 31), "source": Source.objects.first(),
            "next_step": "=Bellen", "next_step_on": date(2026, 12, 1), "start_date": date(2026, 1, 2),
        },
        version=1, by=manager,
    )  # fmt: skip
    move(sales[1], phase=phases[50], version=1, by=manager)
    set_probability(sales[2], probability=33, version=1, by=manager)
    rival = RelationFactory(name="Rivaal N.V.", number="R-2")
    lose(sales[3], reason=LossReason.objects.first(), lost_to=rival, version=1, by=manager)
    return [Sale.objects.get(pk=sale.pk) for sale in sales]


def table(content: bytes, kind: str) -> list[list]:
    """The rows of a downloaded file, as a spreadsheet opens them."""
    if kind == "xlsx":
        return [list(row) for row in load_workbook(BytesIO(content)).active.iter_rows(values_only=True)]
    text = content.decode("utf-8-sig")
    return list(csv_module.reader(StringIO(text), delimiter=";" if ";" in text.splitlines()[0] else ","))


def saved(rows: list[list], kind: str) -> bytes:
    """Saved again by the spreadsheet."""
    if kind == "xlsx":
        book, file = Workbook(), BytesIO()
        for row in rows:
            book.active.append(row)
        book.save(file)
        return file.getvalue()
    out = StringIO()
    csv_module.writer(out, delimiter=";").writerows(rows)
    return out.getvalue().encode("cp1252")


def everything() -> list:
    """Every field of every sale that is not in the trash, without its bookkeeping."""
    fields = [f.attname for f in Sale._meta.concrete_fields]
    books = {"version", "last_sequence", "updated_at", "updated_by_id", "search", "phase_since"}
    names = [name for name in fields if name not in books]
    return list(Sale.objects.untrashed().order_by("pk").values_list(*names))


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["en", "nl"])
def test_an_export_with_3_changed_and_2_new_rows_gives_3_updates_2_creations_and_0_copies(
    visitor, manager, seven, phases, language, kind
):
    manager.language = language
    manager.save()
    before = everything()
    export = table(visitor.client.get(f"{reverse('sales:list')}?sort=subject&format={kind}").content, kind)
    place = {name: export[0].index(name) for name in export[0]}
    subject, amount = (place["Onderwerp"], place["Verwachte omzet"]) if language == "nl" else (
        place["Subject"], place["Expected revenue"])  # fmt: skip
    phase = place["Fase" if language == "nl" else "Phase"]
    number = place["Nummer" if language == "nl" else "Number"]
    rows = {row[subject]: row for row in export[1:]}
    rows["Loods 1"][amount] = 99.5 if kind == "xlsx" else "99,50" if language == "nl" else "99.50"
    rows["Loods 2"][phase] = phases[75].name
    rows["Loods 5"][subject] = "Loods vijf"
    new = [list(rows["Loods 6"]), list(rows["Loods 7"])]
    for fresh, name in zip(new, ["Kraan 1", "Kraan 2"], strict=True):
        fresh[number], fresh[subject] = "", name

    assert visitor.upload(saved([*export, *new], kind), name=f"export.{kind}").status_code == 302
    visitor.check()
    counted = [verdict for verdict, _why in visitor.verdicts()]
    assert [counted.count(v) for v in ("update", "create", "unchanged", "refused")] == [3, 2, 4, 0], visitor.verdicts()
    assert everything() == before

    assert visitor.start() == visitor.verdicts()
    assert Sale.objects.count() == 9
    assert Sale.objects.get(pk=seven[0].pk).expected_revenue == Decimal("99.50")
    moved = Sale.objects.get(pk=seven[1].pk)
    assert (moved.phase, moved.probability, moved.events.last().kind) == (phases[75], 75, "moved")
    replay()

    visitor.undo()
    assert visitor.run.status == "undone"
    assert everything() == before
    assert Sale.objects.filter(trashed=True).count() == 2
    replay()

    again = Browser(visitor.client)
    again.upload(saved([*export, *new], kind), name=f"export.{kind}")
    again.check()
    counted = [verdict for verdict, _why in again.verdicts()]
    assert [counted.count(v) for v in ("update", "create", "unchanged", "refused")] == [3, 2, 4, 0]


def replay():
    """The last event of every sale says what the sale says (rule 7)."""
    for sale in Sale.objects.all():
        last = SaleEvent.objects.filter(sale=sale).order_by("sequence").last()
        assert last.state() == sale.state()
        assert [e.sequence for e in sale.events.order_by("sequence")] == list(range(1, sale.last_sequence + 1))


def test_a_file_that_is_gone_from_the_disk_is_not_found(visitor, company, shelf):
    visitor.upload(b"subject\nRoof")
    address = reverse("sales:import-file", args=[visitor.run.pk])
    assert b"".join(visitor.client.get(address)) == b"subject\nRoof"
    visitor.run.file.content.storage.delete(visitor.run.file.content.name)
    assert visitor.client.get(address).status_code == 404


def test_person_who_is_a_contact_there_already_is_refused_and_the_others_are_added(visitor, van_dam):
    ann, eve = PersonFactory(number="R8"), PersonFactory(number="R9")
    ContactFactory(organization=van_dam, person=ann, email="ann@dam.example")
    rows = [("R8", "", "new@dam.example"), ("R9", "", "a@dam.example"), ("R9", "", "b@dam.example"), ("", "Bob", "")]
    visitor.upload(
        csv(("Organisatie", "Relatienummer", "Naam", "E-mail"), *(("Van Dam", *row) for row in rows)), kind="contacts"
    )

    verdicts = [("refused", f"{ann} already is a contact person here."), *[("create", "")] * 3]
    assert visitor.check(key="email") == verdicts
    verdicts[2] = ("refused", f"{eve} already is a contact person here.")
    assert visitor.start() == verdicts
    assert sorted(str(contact.person) for contact in Contact.objects.all()) == sorted([str(ann), "Bob", str(eve)])


@pytest.mark.parametrize("kind", ["relations", "contacts"])
def test_name_of_which_a_part_is_too_long_is_refused_when_it_is_checked(visitor, van_dam, kind):
    heading = {"relations": ("Soort", "Naam"), "contacts": ("Organisatie", "Naam")}[kind]
    first = {"relations": "persoon", "contacts": "Van Dam"}[kind]
    visitor.upload(csv(heading, (first, "Ann Bos"), (first, f"{'x' * 81} Bos"), (first, f"Ann {'x' * 121}")), kind=kind)

    assert words(visitor.check()) == ["create", "refused", "refused"]
    assert words(visitor.start()) == ["create", "refused", "refused"]
