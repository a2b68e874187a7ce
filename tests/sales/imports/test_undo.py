"""An import taken back as far as nobody touched what it brought, changed or led to."""

import pytest

from relations.models import Relation
from relations.saving import edit_relation
from sales.customers.merging import merge
from sales.models import Sale
from sales.transitions import lose, move
from sales.trashing import restore
from tests.factories import ContactFactory, RelationFactory, SaleFactory
from tests.sales.imports.browser import OTHER_SYSTEM, csv, words

pytestmark = pytest.mark.django_db


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


def test_undo_gives_phase_and_own_probability_back_exactly_unless_somebody_moved_it_since(
    visitor, manager, van_dam, phases, switch
):
    switch(own_probability=True)
    first, second = SaleFactory(customer=van_dam), SaleFactory(customer=van_dam)
    Sale.objects.filter(pk=first.pk).update(probability=33, probability_by_hand=True)
    since, subject = first.events.get().at, second.subject
    rows = [(sale.pk, "Proposal", "Anders", "Van Dam") for sale in (first, second)]
    visitor.upload(csv(("Number", "Phase", "Subject", "Customer"), *rows))
    visitor.check(create=None)
    visitor.start()
    second.refresh_from_db()
    move(second, phase=phases[75], version=second.version, by=manager)
    visitor.undo()

    back, stays = Sale.objects.get(pk=first.pk), Sale.objects.get(pk=second.pk)
    assert (back.phase, back.probability, back.probability_by_hand, back.subject) == (
        phases[10], 33, True, first.subject,
    )  # fmt: skip
    assert (back.phase_since, back.events.last().kind) == (since, "undone")
    assert (stays.phase, stays.subject) == (phases[75], subject)
    assert "phase" in visitor.run.rows.get(target=stays.pk).remainder


def test_undone_visit_with_a_percentage_of_its_own_is_no_stay(visitor, van_dam, switch):
    switch(own_probability=True)
    sale = SaleFactory(customer=van_dam)
    visitor.upload(csv(("Number", "Phase", "Probability", "Probability by hand"), (sale.pk, "Proposal", "66", "yes")))
    visitor.check(create=None)
    visitor.start()
    visitor.undo()
    back = Sale.objects.get(pk=sale.pk)
    assert (back.phase, back.phase_since) == (sale.phase, sale.events.first().at)
    assert list(back.events.values_list("kind", flat=True)) == ["created", "moved", "changed", "undone"]


def test_undo_follows_the_former_customer_and_competitor_to_what_they_were_merged_into(
    visitor, van_dam, salesperson, manager
):
    rival, survivor = RelationFactory(name="Rivaal", number="R-2"), RelationFactory(name="Van Dam Groep", number="R-3")
    RelationFactory(name="De Boer", number="R-4")
    RelationFactory(name="Ander", number="R-5")
    moved = SaleFactory(customer=van_dam, owner=salesperson)
    missed = lose(SaleFactory(owner=salesperson), reason=None, lost_to=rival, version=1, by=salesperson)
    rows = [[moved.pk, moved.subject, "De Boer", ""], [missed.pk, "", missed.customer, "Ander"]]
    visitor.upload(csv(["number", "subject", "customer", "lost to"], *rows))
    assert words(visitor.check()) == ["update", "update"]
    visitor.start()
    for other in (van_dam, rival):
        survivor.refresh_from_db()
        merge(survivor, other, taken=[], version=survivor.version, other_version=1, by=manager)
    visitor.undo()
    assert list(visitor.run.rows.values_list("remainder", flat=True)) == ["", ""]
    assert Sale.objects.get(pk=moved.pk).customer == survivor
    assert Sale.objects.get(pk=missed.pk).lost_to == survivor


def test_undo_keeps_the_contact_person_when_the_former_one_was_removed(visitor, van_dam, salesperson):
    former, now = ContactFactory(organization=van_dam), ContactFactory(organization=van_dam)
    sale = SaleFactory(customer=van_dam, contact=former, owner=salesperson, subject="Roof")
    visitor.upload(
        csv(["number", "subject", "customer", "contact person"], [sale.pk, "Wall", "Van Dam", now.person.name])
    )
    assert words(visitor.check()) == ["update"]
    visitor.start()
    former.delete()
    visitor.undo()
    sale.refresh_from_db()
    assert (sale.subject, sale.contact) == ("Roof", now)
    assert visitor.run.rows.get().remainder == "Changed since, so it stays: contact person."


def test_sale_of_an_import_that_was_undone_is_known_again_once_it_is_restored(visitor, van_dam, manager):
    content = csv(OTHER_SYSTEM, *((f"A{n}", f"Kade {n}", "Van Dam", "Won", "11-03-17", 5, "", "") for n in (1, 2)))
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
