"""Relations, contact persons and sales imported, looked at row by row, and taken back as far as nobody touched them."""

import threading
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.urls import reverse

from relations.models import Contact, Relation
from relations.saving import edit_relation
from sales import editing
from sales.importing import running
from sales.importing.runs import ImportRow
from sales.merging import merge
from sales.models import LossReason, Sale, SaleEvent
from sales.transitions import lose, move
from sales.trash import restore, trash
from salescrm.calendar import day_of
from tests.factories import ContactFactory, PersonFactory, RelationFactory, SaleFactory
from tests.sales.importing_browser import Browser, csv, whys, words
from tests.sales.test_import_browser import saved, table

pytestmark = pytest.mark.django_db


def snapshot(model, without):
    names = [f.attname for f in model._meta.concrete_fields if f.name not in without]
    return list(model.objects.order_by("pk").values(*names))


BOOKS = {"version", "updated_at", "updated_by", "search", "search_text", "name_key", "domain", "sort_key"}


@pytest.mark.parametrize("language", ["en", "nl"])
def test_export_of_relations_comes_back_with_3_changed_and_2_new(visitor, manager, language):
    manager.language = language
    manager.save()
    for n in range(1, 6):
        RelationFactory(name=f"Firma {n}", number=f"R-{n}", phone="+31 6", coc_number=f"1234567{n}", payment_days=n)
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
        ContactFactory(organization=van_dam, person=person, function="Inkoper")
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


def test_every_way_a_relation_is_refused_is_said(visitor, van_dam):
    RelationFactory(name="Dubbel")
    RelationFactory(name="Dubbel")
    RelationFactory(name="Met nummer", coc_number="12345678")
    visitor.upload(
        csv(
            ("Bedrijfsnaam", "KvK", "E-mail", "Soort"),
            ("Dubbel", "", "", ""), ("Nieuw", "123", "", ""), ("Nieuw 2", "", "geen adres", ""),
            ("Van Dam", "", "", "organisatie"), ("van dam", "", "", ""), ("Van Dam B.V.", "", "", ""),
            ("Anders", "1234 5678", "", ""), ("Jan Smit", "", "", "persoon"), ("", "", "a@b.nl", ""),
        ),
        kind="relations",
    )  # fmt: skip
    found = visitor.check(key="name")

    assert words(found) == [
        "refused", "refused", "refused", "unchanged", "refused", "create", "refused", "create", "refused",
    ]  # fmt: skip
    assert [
        part for part, why in zip(
            ["2 records fit", "KvK: ", "E-mail: ", "line 5 already", "looks like Met nummer", "no name"],
            [why for why in whys(found) if why], strict=True,
        ) if part in why
    ] == ["2 records fit", "KvK: ", "E-mail: ", "line 5 already", "looks like Met nummer", "no name"]  # fmt: skip


def test_number_of_a_merged_relation_finds_the_one_that_was_kept(visitor, van_dam):
    RelationFactory(name="Oud", number="R-9", is_active=False, merged_into=van_dam)
    visitor.upload(csv(("Nummer", "Plaats"), ("R-9", "Gouda")), kind="relations")

    assert words(visitor.check(create=None)) == ["update"]
    visitor.start()
    van_dam.refresh_from_db()
    assert van_dam.city == "Gouda"


def test_what_somebody_changed_or_used_since_is_kept_and_named(visitor, manager, van_dam):
    visitor.upload(
        csv(("Bedrijfsnaam", "Plaats", "Telefoon"), ("Van Dam", "Gouda", "015"), ("Nieuw 1", "", ""),
            ("Nieuw 2", "", ""),
            ("Nieuw 3", "", "")), kind="relations",
    )  # fmt: skip
    visitor.check()
    visitor.start()
    van_dam.refresh_from_db()
    edit_relation(van_dam, values={"city": "Breda"}, version=van_dam.version, by=manager)
    SaleFactory(customer=Relation.objects.get(name="Nieuw 1"))
    changed = Relation.objects.get(name="Nieuw 2")
    edit_relation(changed, values={"city": "Breda"}, version=1, by=manager)

    visitor.undo()
    van_dam.refresh_from_db()
    assert (van_dam.city, van_dam.phone) == ("Breda", "")
    assert set(Relation.objects.values_list("name", flat=True)) == {"Van Dam", "Nieuw 1", "Nieuw 2"}
    assert list(visitor.run.rows.order_by("line").values_list("is_undone", flat=True)) == [False, False, False, True]
    page = visitor.client.get(f"{visitor.run.get_absolute_url()}?verdict=kept").content.decode()
    assert page.count('class="why"') == 3 and "3 rows that somebody changed or used since" in page
    visitor.post("import-undo")
    visitor.run.refresh_from_db()
    assert visitor.run.status == "undone"


SALES_HEAD = ("Referentie", "Deal", "Klant", "Stage", "Close date", "Bedrag", "Start", "Reden verloren")


def test_sales_of_another_system_keep_their_history(visitor, manager, van_dam, phases):
    reason = LossReason.objects.first()
    visitor.upload(
        csv(
            SALES_HEAD,
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
    found = visitor.verdicts()
    assert words(found) == ["create", "create", "create", "refused", "refused", "refused"]
    assert [why.split(".")[0] for why in whys(found)[3:]] == [
        "It is closed, but without a closing day", "“Onbekend” is not a relation yet",
        "The same record stands on line 2 already",
    ]  # fmt: skip
    visitor.start()

    won, lost, opened = Sale.objects.order_by("external_reference")
    created, accepted = won.events.in_order()
    assert (won.status, won.closed_on, won.follow_up, won.expected_revenue) == (
        "accepted", date(2017, 3, 11), "none", Decimal(1000),
    )  # fmt: skip
    assert (day_of(created.at), day_of(accepted.at), accepted.by) == (date(2016, 10, 25), date(2017, 3, 11), manager)
    assert (lost.status, lost.loss_reason, lost.expected_revenue) == ("lost", reason, None)
    assert (opened.phase, opened.probability, opened.owner) == (phases[50], 50, manager)

    again = Browser(visitor.client)
    again.upload(csv(SALES_HEAD, ("A3", "Kade", "Van Dam", "Won", "13-03-17", "12,50", "", "")))
    assert again.proposed()["column-3"] == "phase"
    assert words(again.check()) == ["update"]
    again.start()
    opened.refresh_from_db()
    assert (opened.status, opened.closed_on, opened.phase) == ("accepted", date(2017, 3, 13), phases[50])
    again.undo()
    opened.refresh_from_db()
    assert (opened.status, opened.closed_on, opened.follow_up) == ("open", None, "")
    visitor.undo()
    assert list(Sale.objects.kept().values_list("external_reference", flat=True)) == ["A3"]  # it has been changed since
    assert Sale.objects.filter(trashed=True, external_reference="").count() == 2


def test_sales_that_cannot_be_changed_are_refused_with_the_reason(visitor, manager, van_dam, phases):
    lost, again, gone, person = (SaleFactory(customer=van_dam) for _time in range(4))
    for sale in (lost, again):
        lose(sale, reason=None, lost_to=None, version=1, by=manager)
    trash(gone, version=1, by=manager)
    PersonFactory(first_name="Piet", prefix="", family_name="Pers", number="R-7")
    phases[75].is_active = False
    phases[75].save()
    visitor.upload(
        csv(
            ("Nummer", "Onderwerp", "Klant", "Fase", "Status", "Verwachte omzet"),
            (lost.pk, "", "", "", "", 5), (again.pk, "", "", "", "open", ""), (gone.pk, "x", "", "", "", ""),
            (person.pk, "", "Piet Pers", "", "", ""), (999999, "", "", "", "", ""),
            ("", "x", "Van Dam", "Negotiation", "", ""),
            ("", "y", "Van Dam", "Nergens", "", ""), ("", "", "Van Dam", "", "", ""), ("", "z", "", "", "", ""),
        ),
    )  # fmt: skip
    found = visitor.check()

    assert words(found) == ["refused"] * 9
    parts = [
        "closed, so this stays", "Reopen it first", "in the trash", "Sales to persons are switched off",
        "no sale with the number", "retired", "“Nergens” is unknown here", "no subject", "no customer",
    ]  # fmt: skip
    assert [part for part, why in zip(parts, whys(found), strict=True) if part in why] == parts, whys(found)
    rejected = table(visitor.client.get(reverse("sales:import-refused", args=[visitor.run.pk])).content, "csv")
    assert len(rejected) == 10 and rejected[0][-1] == "Reason of refusal" and rejected[3][:2] == [str(gone.pk), "x"]
    assert visitor.post("import-start").status_code == 302


def test_what_changed_between_preview_and_run_is_left_out_and_the_rest_goes_on(visitor, manager, van_dam):
    sales = [SaleFactory(customer=van_dam) for _time in range(3)]
    visitor.upload(csv(("Nummer", "Verwachte omzet"), *((sale.pk, 7) for sale in sales)))
    assert words(visitor.check(create=None)) == ["update"] * 3
    editing.edit(sales[1], values={"subject": "Anders"}, version=1, by=manager)

    assert words(visitor.start()) == ["update", "refused", "update"]
    assert [sale.expected_revenue for sale in Sale.objects.order_by("pk")] == [7, 1000, 7]


def test_undo_gives_phase_and_own_probability_back_exactly_unless_somebody_moved_it_since(
    visitor, manager, van_dam, phases, switch
):
    switch(own_probability=True)
    first, second = SaleFactory(customer=van_dam), SaleFactory(customer=van_dam)
    Sale.objects.filter(pk=first.pk).update(probability=33, probability_by_hand=True)
    since, subject = first.events.get().at, second.subject
    rows = [(sale.pk, "Proposal", "Anders") for sale in (first, second)]
    visitor.upload(csv(("Number", "Phase", "Subject"), *rows))
    visitor.check(create=None)
    visitor.start()
    second.refresh_from_db()
    move(second, phase=phases[75], version=second.version, by=manager)
    visitor.undo()

    back, kept = Sale.objects.get(pk=first.pk), Sale.objects.get(pk=second.pk)
    assert (back.phase, back.probability, back.probability_by_hand, back.subject) == (
        phases[10], 33, True, first.subject,
    )  # fmt: skip
    assert (back.phase_since, back.events.in_order().last().kind) == (since, "undone")
    assert (kept.phase, kept.subject) == (phases[75], subject)
    assert "phase" in visitor.run.rows.get(target=kept.pk).kept


def test_interrupted_run_goes_on_or_back_from_where_it_was(visitor, manager, van_dam, monkeypatch):
    monkeypatch.setattr(running, "SLICE", 2)
    visitor.upload(csv(("Deal", "Klant"), *((f"S{n}", "Van Dam") for n in range(5))))
    visitor.check()
    visitor.post("import-start")
    running.advance(visitor.run, by=manager)
    assert Sale.objects.count() == 2
    page = visitor.client.get(visitor.run.get_absolute_url()).content.decode()
    assert '<progress value="2" max="5"' in page and "Go on" in page and "paused" in page
    running.advance(visitor.run, by=manager)
    visitor.undo()
    assert (Sale.objects.count(), Sale.objects.kept().count()) == (4, 0)


@pytest.mark.django_db(transaction=True)
def test_two_tabs_never_do_a_slice_twice(visitor, manager, van_dam, monkeypatch):
    monkeypatch.setattr(running, "SLICE", 3)
    visitor.upload(csv(("Deal", "Klant"), *((f"S{n}", "Van Dam") for n in range(20))))
    visitor.check()
    visitor.post("import-start")
    visitor.run.refresh_from_db()

    def tab():
        run = visitor.run
        while run.is_at_work:
            run = running.advance(run, by=manager)
        connection.close()

    tabs = [threading.Thread(target=tab) for _time in range(3)]
    for thread in tabs:
        thread.start()
    for thread in tabs:
        thread.join()
    assert sorted(Sale.objects.values_list("subject", flat=True)) == sorted(f"S{n}" for n in range(20))
    assert SaleEvent.objects.count() == 20
    assert ImportRow.objects.filter(is_done=True).count() == 20


def test_changed_by_somebody_else_meanwhile_shows_how_it_stands(visitor, van_dam):
    visitor.upload(csv(("Deal", "Klant"), ("Kraan", "Van Dam")))
    visitor.check()
    response = visitor.client.post(reverse("sales:import-start", args=[visitor.run.pk]), {"version": 1}, follow=True)
    assert "Somebody went on with this import" in response.content.decode()
    assert Sale.objects.count() == 0


def test_undo_follows_the_former_customer_and_competitor_to_what_they_were_merged_into(
    visitor, van_dam, salesperson, manager
):
    rival, kept = RelationFactory(name="Rivaal", number="R-2"), RelationFactory(name="Van Dam Groep", number="R-3")
    RelationFactory(name="De Boer", number="R-4")
    RelationFactory(name="Ander", number="R-5")
    moved = SaleFactory(customer=van_dam, owner=salesperson)
    missed = lose(SaleFactory(owner=salesperson), reason=None, lost_to=rival, version=1, by=salesperson)
    rows = csv(["number", "customer", "lost to"], [moved.pk, "De Boer", ""], [missed.pk, missed.customer, "Ander"])
    visitor.upload(rows)
    assert words(visitor.check()) == ["update", "update"]
    visitor.start()
    for other in (van_dam, rival):
        kept.refresh_from_db()
        merge(kept, other, taken=[], version=kept.version, other_version=1, by=manager)
    visitor.undo()
    assert list(visitor.run.rows.values_list("kept", flat=True)) == ["", ""]
    assert Sale.objects.get(pk=moved.pk).customer == kept
    assert Sale.objects.get(pk=missed.pk).lost_to == kept


def test_undo_keeps_the_contact_person_when_the_former_one_was_removed(visitor, van_dam, salesperson):
    former, now = ContactFactory(organization=van_dam), ContactFactory(organization=van_dam)
    sale = SaleFactory(customer=van_dam, contact=former, owner=salesperson, subject="Roof")
    visitor.upload(csv(["number", "subject", "contact person"], [sale.pk, "Wall", now.person.name]))
    assert words(visitor.check()) == ["update"]
    visitor.start()
    former.delete()
    visitor.undo()
    sale.refresh_from_db()
    assert (sale.subject, sale.contact) == ("Roof", now)
    assert visitor.run.rows.get().kept == "Changed since, so it stays: contact person."


def test_sale_of_an_import_that_was_undone_is_known_again_once_it_is_restored(visitor, van_dam, manager):
    content = csv(SALES_HEAD, *((f"A{n}", f"Kade {n}", "Van Dam", "Won", "11-03-17", 5, "", "") for n in (1, 2)))
    for _time in range(2):
        visitor.upload(content)
        assert words(visitor.check()) == ["create", "create"]
        visitor.start()
        visitor.undo()
    first, second, late, _other = Sale.objects.order_by("pk")
    for sale in (first, second, late):
        restore(sale, version=sale.version, by=manager)

    references = [sale.external_reference for sale in Sale.objects.order_by("pk")]
    assert references == ["A1", "A2", "", ""]  # the first that is restored has it
    visitor.upload(content)
    assert words(visitor.check()) == ["unchanged", "unchanged"]
