"""Exports changed and new systems' files imported: what comes in, with its history, goes out again."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from relations.models import Contact, Relation
from sales.models import LossReason, Sale
from salescrm.calendar import day_of
from tests.factories import ContactFactory, PersonFactory, RelationFactory
from tests.sales.imports.browser import (
    OTHER_SYSTEM,
    Browser,
    csv,
    whys,
    words,
)
from tests.sales.imports.test_browser import saved, table

pytestmark = pytest.mark.django_db


def snapshot(model, without):
    names = [f.attname for f in model._meta.concrete_fields if f.name not in without]
    return list(model.objects.order_by("pk").values(*names))


BOOKS = {"version", "updated_at", "updated_by", "search", "name_key", "domain", "sort_key"}


@pytest.mark.parametrize("language", ["en", "nl"])
def test_export_of_relations_comes_back_with_3_changed_and_2_new(visitor, manager, language):
    manager.language = language
    manager.save()
    for n in range(1, 6):
        RelationFactory(
            name=f"Firma {n}",
            number=f"R-{n}",
            phone="+31 6",
            mobile=f"06-{n}",
            coc_number=f"1234567{n}",
            payment_days=n,
        )
    PersonFactory(number="R-6", owner=manager, language="nl", website="https://x.example/")
    before = snapshot(Relation, BOOKS)
    rows = table(visitor.client.get(f"{reverse('relations:list')}?format=csv").content, "csv")
    name = next(place for place, head in enumerate(rows[0]) if head in ("Name", "Naam"))
    city = next(place for place, head in enumerate(rows[0]) if head in ("City", "Plaats"))
    by_name = {row[name]: row for row in rows[1:]}
    for n in range(1, 4):
        by_name[f"Firma {n}"][city] = "Zwolle"
    new = [["", *by_name["Firma 4"][1:]], ["", *by_name["Firma 5"][1:]]]
    for row, fresh in zip(new, ("Nieuw B.V.", "Nieuw N.V."), strict=True):
        row[name] = fresh
        row[rows[0].index("KvK-nummer" if language == "nl" else "KvK number")] = ""
    visitor.upload(saved([*rows, *new], "csv"), kind="relations")

    assert sorted(words(visitor.check())) == ["create"] * 2 + ["unchanged"] * 3 + ["update"] * 3, visitor.verdicts()
    assert snapshot(Relation, BOOKS) == before
    visitor.start()
    assert Relation.objects.filter(city="Zwolle").count() == 3
    assert Relation.objects.filter(name__startswith="Nieuw").exclude(number="").count() == 2
    visitor.undo()
    assert snapshot(Relation, BOOKS) == before


def test_export_of_contact_persons_comes_back_changed_and_new(visitor, van_dam):
    for n in range(1, 5):
        person = PersonFactory(number=f"P-{n}", first_name="Jan", prefix="de", family_name=f"Vries{n}")
        ContactFactory(organization=van_dam, person=person, function="Inkoper", mobile=f"06-{n}")
    before = snapshot(Contact, {"version"}), snapshot(Relation, BOOKS)
    rows = table(visitor.client.get(f"{reverse('relations:list')}?format=csv&rows=contacts").content, "csv")
    function, number = rows[0].index("Function"), rows[0].index("Number of the person")
    for row in rows[1:4]:
        row[function] = "Directeur"
    new = [list(rows[1]), list(rows[2])]
    for row, family in zip(new, ("Smit", "Bos"), strict=True):
        row[number], row[2], row[rows[0].index("Family name")] = "", f"Jan de {family}", family
    visitor.upload(saved([*rows, *new], "csv"), kind="contacts")

    assert sorted(words(visitor.check())) == ["create"] * 2 + ["unchanged"] + ["update"] * 3, visitor.verdicts()
    visitor.start()
    assert Contact.objects.filter(function="Directeur").count() == 5
    assert Relation.objects.filter(family_name="Smit").get().number != ""
    visitor.undo()
    assert (snapshot(Contact, {"version"}), snapshot(Relation, BOOKS)) == before


def test_sales_of_another_system_keep_their_history(visitor, manager, van_dam, phases):
    reason = LossReason.objects.first()
    visitor.upload(
        csv(
            OTHER_SYSTEM,
            ("A1", "Kraan", "Van Dam", "Won", "11-03-17", "1.000", "25-10-16", ""),
            ("A2", "Loods", "van dam", "Lost", "12-03-17", "", "", reason.name),
            ("A3", "Kade", "Van Dam", "Engaging", "", "12,50", "", ""),
            ("A4", "Gang", "Van Dam", "Won", "", "5", "", ""),
            ("A5", "Gang", "Onbekend", "Won", "11-03-17", "5", "", ""),
            ("A1", "Nog eens", "Van Dam", "Won", "11-03-17", "5", "", ""),
        ),
    )  # fmt: skip
    assert visitor.columns().url.endswith("words/")
    assert visitor.words(Engaging=str(phases[50].pk)).status_code == 302
    visitor.go()
    verdicts = visitor.verdicts()
    assert words(verdicts) == ["create", "create", "create", "refused", "refused", "refused"]
    assert [why.split(".")[0] for why in whys(verdicts)[3:]] == [
        "It is closed, but without a closing day", "“Onbekend” is not a relation yet",
        "The same record stands on line 2 already",
    ]  # fmt: skip
    visitor.start()

    won, lost, opened = Sale.objects.order_by("external_reference")
    created, accepted = won.events.all()
    assert (won.status, won.closed_on, won.follow_up, won.expected_revenue) == (
        "accepted", date(2017, 3, 11), "none", Decimal(1000),
    )  # fmt: skip
    assert (day_of(created.at), day_of(accepted.at), accepted.by) == (date(2016, 10, 25), date(2017, 3, 11), manager)
    assert (lost.status, lost.loss_reason, lost.expected_revenue) == ("lost", reason, None)
    assert (opened.phase, opened.probability, opened.owner) == (phases[50], 50, manager)

    again = Browser(visitor.client)
    again.upload(csv(OTHER_SYSTEM, ("A3", "Kade", "Van Dam", "Won", "13-03-17", "12,50", "", "")))
    assert again.proposed()["column-3"] == "phase"
    assert words(again.check()) == ["update"]
    again.start()
    opened.refresh_from_db()
    assert (opened.status, opened.closed_on, opened.phase) == ("accepted", date(2017, 3, 13), phases[50])
    again.undo()
    opened.refresh_from_db()
    assert (opened.status, opened.closed_on, opened.follow_up) == ("open", None, "")
    visitor.undo()
    assert list(Sale.objects.untrashed().values_list("external_reference", flat=True)) == [
        "A3"
    ]  # it has been changed since
    assert Sale.objects.filter(trashed=True, external_reference="").count() == 2
