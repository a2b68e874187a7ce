"""Merging two relations: everything follows, nothing is lost, and nothing ends at the signpost."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from invoicing.drafting import draft_invoice
from invoicing.issuing import issue
from invoicing.lines import Line
from invoicing.models import Invoice, VatRate
from projects.models import Project
from relations.choosing import suggestions
from relations.contacts.writing import add_contact
from relations.directory.filters import RelationFilter
from relations.merging import choices
from relations.models import Contact, Relation, RelationNote, RelationType
from relations.saving import create_relation, edit_relation, set_active
from sales.customers.merging import LostToItself, merge, what_moves
from sales.editing import create
from sales.models import Phase, Sale, SaleEvent
from sales.models.desk import SavedView
from salescrm.calendar import today
from salescrm.models import Organisation
from tests.factories import (
    ContactFactory,
    InvoiceFactory,
    PersonFactory,
    ProjectFactory,
    RelationFactory,
    SaleFactory,
)


@pytest.fixture
def add(company, manager):
    """Make an organization the way the forms do, with a number."""

    def make(name, kind="organization", **values):
        values = {"name": name, "relation_type": RelationType.objects.proposed(), **values}
        return create_relation(kind=kind, values=values, by=manager, token=None)

    return make


@pytest.fixture
def pair(add):
    """Acme, which stays, and its twin."""
    return add("Acme B.V.", city="Ede"), add("Acme", city="Delft", phone="010 1234567", note="Calls on Mondays")


def merged(pair, by, taken=()):
    survivor, other = (Relation.objects.get(pk=relation.pk) for relation in pair)
    return merge(survivor, other, taken=taken, version=survivor.version, other_version=other.version, by=by)


def test_everything_that_names_the_other_names_the_kept_one(pair, manager):
    survivor, other = pair
    contact = ContactFactory(organization=other)
    open_sale = SaleFactory(customer=other, contact=contact)
    lost = SaleFactory(customer=other, status="lost", closed_on=date(2026, 1, 5))
    trashed = SaleFactory(customer=other, trashed=True)
    rival = SaleFactory(status="lost", closed_on=date(2026, 1, 5), lost_to=other)
    project, invoice = ProjectFactory(customer=other, contact=contact), InvoiceFactory(customer=other, contact=contact)
    note = RelationNote.objects.create(relation=other, text="Called", by=manager)

    merged(pair, manager)

    assert {sale.customer for sale in Sale.objects.filter(pk__in=[open_sale.pk, lost.pk, trashed.pk])} == {survivor}
    assert Sale.objects.get(pk=rival.pk).lost_to == survivor
    assert {project.__class__.objects.get(pk=project.pk).customer, Invoice.objects.get(pk=invoice.pk).customer} == {
        survivor
    }
    assert RelationNote.objects.get(pk=note.pk).relation == survivor
    contact.refresh_from_db()
    assert contact.organization == survivor
    assert Sale.objects.get(pk=open_sale.pk).contact == contact
    assert what_moves(other) == dict.fromkeys(what_moves(other), 0)


def test_every_sale_gets_one_event_and_the_old_ones_keep_saying_what_was_true(pair, manager):
    survivor, other = pair
    mine = SaleFactory(customer=survivor)
    theirs = SaleFactory(customer=other)
    rival = SaleFactory(status="lost", closed_on=date(2026, 1, 5), lost_to=other)

    merged(pair, manager)

    events = SaleEvent.objects.order_by("sale_id", "sequence").values_list("sale", "kind", "customer", "lost_to", "by")
    assert list(events) == [
        (mine.pk, "created", survivor.pk, None, mine.owner_id),
        (theirs.pk, "created", other.pk, None, theirs.owner_id),
        (theirs.pk, "changed", survivor.pk, None, manager.pk),
        (rival.pk, "lost", rival.customer_id, other.pk, rival.owner_id),
        (rival.pk, "corrected", rival.customer_id, survivor.pk, manager.pk),
    ]
    assert list(Sale.objects.order_by("pk").values_list("version", flat=True)) == [1, 2, 2]


def test_values_are_kept_unless_chosen_and_nothing_is_lost(pair, manager):
    survivor, other = pair
    assert [(choice.key, choice.survivor, choice.other, choice.proposed) for choice in choices(survivor, other)] == [
        ("name", "Acme B.V.", "Acme", "kept"),
        ("phone", "", "010 1234567", "other"),
        ("address", "Ede", "Delft", "kept"),
    ]

    merged(pair, manager, taken={"phone"})

    survivor.refresh_from_db()
    assert (survivor.name, survivor.city, survivor.phone, survivor.note) == (
        "Acme B.V.",
        "Ede",
        "010 1234567",
        "Calls on Mondays",
    )
    written = RelationNote.objects.get(relation=survivor)
    assert written.by == manager
    assert written.text == (
        f"Acme ({other.number}) was merged into this relation.\nNot taken over:\nName: Acme\nAddress: Delft"
    )


def test_the_note_is_in_the_language_of_the_organisation_whoever_merges(pair, manager):
    survivor, other = pair
    with translation.override("nl"):
        merged(pair, manager)
    assert RelationNote.objects.get(relation=survivor).text.endswith(
        "was merged into this relation.\nNot taken over:\nName: Acme\nPhone: 010 1234567\nAddress: Delft"
    )

    survivor, other = RelationFactory(name="Bos B.V."), RelationFactory(name="Bos")
    Organisation.objects.update(language="nl")
    with translation.override("en"):
        merged((survivor, other), manager)
    text = RelationNote.objects.get(relation=survivor).text
    with translation.override("nl"):
        assert _("%(relation)s was merged into this relation.") % {"relation": "Bos"} in text
    assert "was merged" not in text and "Naam: Bos" in text


def test_signpost_is_found_nowhere_and_its_number_finds_the_kept_one(pair, manager):
    survivor, other = pair
    merged(pair, manager)

    other.refresh_from_db()
    assert (other.merged_into, other.is_active, other.search) == (survivor, False, "")
    assert suggestions(Relation.objects.active(), other.number) == [survivor]
    for query in ("", "acme", other.number):
        assert list(RelationFilter(q=query, active="all").for_list()) == [survivor]
    assert Relation.objects.get(pk=survivor.pk).former_numbers == other.number


def test_a_chain_of_merges_leads_to_the_last_one(add, manager):
    first, second, third = add("Acme"), add("Acme B.V."), add("Acme N.V.")
    merged((second, first), manager)
    merged((third, second), manager)

    third.refresh_from_db()
    assert set(Relation.objects.filter(merged_into=third)) == {first, second}
    assert third.former_numbers == f"{second.number} {first.number}"
    assert suggestions(Relation.objects.active(), first.number) == [third]


def test_contact_persons_of_both_are_one_with_the_details_of_both(pair, manager):
    survivor, other = pair
    person = PersonFactory()
    stays = ContactFactory(organization=survivor, person=person, function="Buyer")
    goes = ContactFactory(organization=other, person=person, function="Director", email="jan@acme.nl")
    sale = SaleFactory(customer=other, contact=goes)
    project, invoice = ProjectFactory(customer=other, contact=goes), InvoiceFactory(customer=other, contact=goes)

    merged(pair, manager)

    contact = Contact.objects.get()
    assert (contact, contact.function, contact.email) == (stays, "Buyer", "jan@acme.nl")
    assert Sale.objects.get(pk=sale.pk).contact == stays
    assert Project.objects.get(pk=project.pk).contact == stays
    assert Invoice.objects.get(pk=invoice.pk).contact == stays


def test_persons_bring_their_positions(add, manager, switch):
    switch(sales_to_persons=True)
    names = {"first_name": "Jan", "prefix": "de", "family_name": "Vries"}
    survivor, other = add("", kind="person", **names), add("", kind="person", **(names | {"prefix": "van"}))
    both, alone = RelationFactory(), RelationFactory()
    stays = ContactFactory(organization=both, person=survivor)
    goes, moves = ContactFactory(organization=both, person=other), ContactFactory(organization=alone, person=other)
    bought, called = SaleFactory(customer=other), SaleFactory(customer=both, contact=goes)

    merged((survivor, other), manager, taken={"person_name"})

    assert set(Contact.objects.filter(person=survivor)) == {stays, moves}
    called.refresh_from_db()
    assert (called.contact, called.version, called.events.count()) == (stays, 2, 1)
    assert Sale.objects.get(pk=bought.pk).customer == survivor
    assert str(Relation.objects.get(pk=survivor.pk)) == "Jan van Vries"


def test_saved_views_follow(pair, manager):
    survivor, other = pair
    view = SavedView.objects.create(owner=manager, name="Theirs", query=f"status=open&customer={other.pk}&customer=1")
    plain = SavedView.objects.create(owner=manager, name="Big", query=f"amount_from={other.pk}")

    merged(pair, manager)

    view.refresh_from_db()
    plain.refresh_from_db()
    assert view.query == f"status=open&customer={survivor.pk}&customer=1"
    assert plain.query == f"amount_from={other.pk}"


def test_sent_twice_the_second_time_changes_nothing(pair, manager):
    survivor, other = pair
    merged(pair, manager)
    again = merge(survivor, other, taken=[], version=1, other_version=1, by=manager)
    assert (again, again.version, RelationNote.objects.count()) == (survivor, 2, 1)


def test_a_deactivated_twin_brings_an_active_one_back(pair, manager):
    survivor, other = pair
    Relation.objects.filter(pk=survivor.pk).update(is_active=False)
    merged(pair, manager)
    assert Relation.objects.get(pk=survivor.pk).is_active


def refused(survivor, other, by, **changes) -> str:
    values = {"taken": [], "version": survivor.version, "other_version": other.version, **changes}
    with pytest.raises(ValidationError) as caught:
        merge(survivor, other, by=by, **values)
    assert not Relation.objects.filter(merged_into=survivor.pk).exists()
    return caught.value.code


def test_merge_refuses_what_makes_no_sense(pair, add, manager):
    survivor, other = pair
    person, third = PersonFactory(), add("Third")
    assert refused(survivor, survivor, manager) == "itself"
    assert refused(survivor, person, manager) == "kind"
    assert refused(survivor, other, manager, version=9) == "stale"
    assert refused(survivor, other, manager, other_version=9) == "stale"
    merged((third, other), manager)
    other.refresh_from_db()
    assert refused(survivor, other, manager) == "merged"
    assert refused(other, survivor, manager) == "merged"


def test_merge_refuses_a_contact_person_of_itself(pair, manager):
    survivor, other = pair
    Contact.objects.create(organization=survivor, person=other)
    assert refused(survivor, other, manager) == "contact"


@pytest.mark.parametrize("turned", [False, True])
def test_merge_refuses_a_sale_lost_to_its_own_customer_and_names_it(pair, manager, turned):
    customer, rival = reversed(pair) if turned else pair
    sale = SaleFactory(subject="Roof", customer=customer, status="lost", closed_on=date(2026, 1, 5), lost_to=rival)
    with pytest.raises(LostToItself, match="“Roof”") as caught:
        merged(pair, manager)
    assert caught.value.sales == [sale]
    assert Relation.objects.filter(merged_into=None).count() == 2


def test_nothing_new_for_a_merged_relation(pair, manager, salesperson):
    survivor, other = pair
    merged(pair, manager)
    values = {"subject": "Roof", "customer": other, "owner": manager, "phase": Phase.objects.first(), "contact": None}
    with pytest.raises(ValidationError, match="has been merged into another one"):
        create(values=values | {"source": None}, by=manager, token=None)
    person = PersonFactory()
    token = "6a1f5a52-6a0e-4f0b-9f3a-6a1f5a526a0e"
    with pytest.raises(ValidationError, match="has been merged into another one"):
        add_contact(other, person=person, values={}, by=manager, token=token)
    with pytest.raises(ValidationError, match="merged into Acme B.V."):
        edit_relation(other, values={"city": "Goes"}, version=2, by=manager)
    with pytest.raises(ValidationError, match="merged into Acme B.V."):
        set_active(other, active=True, version=2, by=manager)
    for model, values in [
        (
            Sale,
            {"customer": other, "owner": manager, "phase": Phase.objects.first(), "probability": 10, "subject": "x"},
        ),
        (Project, {"customer": other, "manager": manager, "name": "x"}),
        (Invoice, {"customer": other, "owner": manager, "subject": "x"}),
        (Contact, {"organization": other, "person": person}),
        (RelationNote, {"relation": other, "by": manager}),
    ]:
        with pytest.raises(DatabaseError, match="gets nothing new"), transaction.atomic():
            model.objects.create(**values)


@pytest.fixture
def issued(pair, manager):
    """An issued invoice of the twin."""
    Organisation.objects.update(
        name="Us", street="Kade 1", postcode="1011 AA", city="Amsterdam", iban="NL91ABNA0417164300",
        coc_number="12345678", vat_number="NL123456782B90", email="post@us.example",
    )  # fmt: skip
    other = pair[1]
    Relation.objects.filter(pk=other.pk).update(street="Weg 1", postcode="1234 AB", city="Ede")
    other.refresh_from_db()
    line = Line("Design", Decimal("1"), Decimal("500"), VatRate.objects.first())
    contact = ContactFactory(organization=other)
    with transaction.atomic():
        draft = draft_invoice(
            customer=other, contact=contact, subject="Roof", lines=[line], by=manager, supplied_from=today()
        )
    return issue(draft, on=today(), version=1, by=manager)


def test_issued_invoice_follows_and_its_document_stays(pair, issued, manager):
    document = issued.document
    ContactFactory(organization=pair[0], person=issued.contact.person)

    merged(pair, manager)

    now = Invoice.objects.get(pk=issued.pk)
    assert (now.customer, now.contact.organization, now.document) == (pair[0], pair[0], document)
    assert now.document["customer"]["name"] == "Acme"


@pytest.mark.parametrize("change", ["customer", "contact", "no contact", "customer of somebody else", "number"])
def test_issued_invoice_goes_nowhere_else(pair, issued, manager, change):
    third = RelationFactory()
    values = {
        "customer": {"customer": pair[0]},
        "contact": {"contact": ContactFactory(organization=issued.customer)},
        "no contact": {"contact": None},
        "customer of somebody else": {"customer": third, "contact": ContactFactory(organization=third)},
        "number": {"number": "X"},
    }[change]
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        Invoice.objects.filter(pk=issued.pk).update(**values)


def test_issued_invoice_goes_nowhere_else_after_a_merge(pair, issued, manager):
    merged(pair, manager)
    for values in ({"customer": RelationFactory()}, {"customer": pair[1]}, {"contact": None}):
        with pytest.raises(DatabaseError, match="never changes|gets nothing new"), transaction.atomic():
            Invoice.objects.filter(pk=issued.pk).update(**values)


def test_merging_knows_everything_that_names_relations_and_contacts():
    """Whoever adds a key to a relation or contact teaches sales/merging.py about it, and this test."""
    known = {
        Relation: {
            "relations.Contact.organization", "relations.Contact.person", "relations.Relation.merged_into",
            "relations.RelationNote.relation", "relations.Apart.first", "relations.Apart.second",
            "projects.Project.customer", "invoicing.Invoice.customer",
            "sales.Sale.customer", "sales.Sale.lost_to",
            "sales.SaleEvent.customer", "sales.SaleEvent.lost_to",  # history keeps saying what was true
        },
        Contact: {"sales.Sale.contact", "projects.Project.contact", "invoicing.Invoice.contact"},
    }  # fmt: skip
    for model, names in known.items():
        keys = [
            field for field in model._meta.get_fields(include_hidden=True) if field.auto_created and field.is_relation
        ]
        assert {f"{field.related_model._meta.label}.{field.field.name}" for field in keys} == names


def test_what_moves_is_counted(pair, manager):
    other = pair[1]
    for status in ("open", "accepted", "accepted", "lost"):
        closed = {} if status == "open" else {"closed_on": date(2026, 1, 5)}
        SaleFactory(customer=other, status=status, follow_up="none" if status == "accepted" else "", **closed)
    SaleFactory(customer=other, trashed=True)
    SaleFactory(status="lost", closed_on=date(2026, 1, 5), lost_to=other)
    ContactFactory(organization=other)
    assert what_moves(other) == {
        "open": 1, "accepted": 2, "lost": 1, "trash": 1, "lost_to": 1, "contacts": 1, "projects": 0, "invoices": 0,
        "notes": 0,
    }  # fmt: skip


def test_the_triggers_are_there(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgname LIKE '%%_of_kept' ORDER BY 1")
        assert [name for (name,) in cursor.fetchall()] == [
            "invoicing_invoice_is_of_kept", "projects_project_is_of_kept", "relations_contact_is_of_kept",
            "relations_note_is_of_kept", "sales_sale_is_of_kept",
        ]  # fmt: skip
