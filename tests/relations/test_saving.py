"""Writing relations and contact persons, without HTTP."""

import threading
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from relations.contacts.writing import add_contact, edit_contact, remove_contact
from relations.models import Contact, Relation, RelationType
from relations.saving import create_relation, edit_relation, set_active
from salescrm.numbering import Counter
from salescrm.versions import Stale
from tests.factories import ContactFactory, PersonFactory, RelationFactory, SaleFactory


def organization(by, token=None, **values):
    values = {"name": "Acme", "relation_type": RelationType.objects.proposed()} | values
    return create_relation(kind="organization", values=values, by=by, token=token)


def test_create_gives_number_names_and_compact_numbers(salesperson):
    relation = organization(
        salesperson, coc_number="12 34.56 78", vat_number="1234.56.782.b90", iban="nl91 abna 0417 1643 00"
    )

    relation.refresh_from_db()
    assert (relation.number, relation.sort_key, relation.version, relation.updated_by) == (
        "0001",
        "acme",
        1,
        salesperson,
    )
    assert (relation.coc_number, relation.vat_number, relation.iban) == (
        "12345678", "NL123456782B90", "NL91ABNA0417164300",
    )  # fmt: skip
    assert relation.printed_iban == "NL91 ABNA 0417 1643 00"


def test_create_twice_with_one_token_gives_the_first_and_spends_no_number(salesperson):
    token = uuid4()
    first = organization(salesperson, token=token)

    assert organization(salesperson, token=token, name="Other") == first
    assert [str(relation) for relation in Relation.objects.all()] == ["Acme"]
    assert Counter.objects.get(kind="relation").last == 1


@pytest.mark.django_db(transaction=True)
def test_create_in_parallel_with_one_token_makes_one_relation(salesperson):
    token, made = uuid4(), []

    def submit():
        made.append(organization(salesperson, token=token).pk)
        connection.close()

    threads = [threading.Thread(target=submit) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert made == [Relation.objects.get().pk] * 4


def test_create_refuses_a_retired_type(salesperson):
    RelationType.objects.filter(name="Supplier").update(is_active=False)

    with pytest.raises(ValidationError) as refused:
        organization(salesperson, relation_type=RelationType.objects.get(name="Supplier"))

    assert refused.value.message_dict == {"relation_type": ["This relation type is retired. Choose another one."]}


def test_edit_renames_and_raises_the_version(salesperson, colleague):
    relation = organization(salesperson)

    edited = edit_relation(relation, values={"name": "Zorg & Zo", "city": "Ede"}, version=1, by=colleague)

    edited.refresh_from_db()
    assert (edited.name, edited.sort_key, edited.version, edited.updated_by) == ("Zorg & Zo", "zorg & zo", 2, colleague)
    assert list(Relation.objects.search("ede zorg")) == [edited]
    assert list(Relation.objects.search("acme")) == []


def test_edit_refuses_a_stale_version_and_names_who(salesperson, colleague):
    relation = organization(salesperson)
    edit_relation(relation, values={"city": "Ede"}, version=1, by=colleague)

    with pytest.raises(Stale) as refused:
        edit_relation(relation, values={"city": "Delft"}, version=1, by=salesperson)

    assert refused.value.message == (
        "Bram Bakker changed this relation after you opened it. Nothing of yours was stored."
    )
    assert (refused.value.current.city, refused.value.current.version) == ("Ede", 2)


def test_edit_sent_twice_changes_once(salesperson):
    relation = organization(salesperson)
    for _time in range(2):
        edited = edit_relation(relation, values={"city": "Ede"}, version=1, by=salesperson)

    assert (edited.city, edited.version) == ("Ede", 2)


def test_edit_keeps_a_type_that_was_retired_since(salesperson):
    relation = organization(salesperson)
    RelationType.objects.filter(pk=relation.relation_type_id).update(is_active=False)
    relation.refresh_from_db()

    values = {"city": "Ede", "relation_type": relation.relation_type}
    assert edit_relation(relation, values=values, version=1, by=salesperson).city == "Ede"


def test_deactivated_relation_is_gone_from_choices_until_it_is_brought_back(manager):
    relation = organization(manager)

    set_active(relation, active=False, version=1, by=manager)
    assert list(Relation.objects.selectable()) == []
    assert list(Relation.objects.selectable(current=relation)) == [relation]

    set_active(relation, active=True, version=2, by=manager)
    assert list(Relation.objects.selectable()) == [relation]


def test_deactivate_refuses_a_stale_version(manager):
    relation = organization(manager)
    edit_relation(relation, values={"city": "Ede"}, version=1, by=manager)

    with pytest.raises(Stale):
        set_active(relation, active=False, version=1, by=manager)


def test_contact_can_be_somebody_new(salesperson):
    acme, token = organization(salesperson), uuid4()
    names = {"first_name": "Jan", "prefix": "de", "family_name": "Wit"}

    made = [
        add_contact(acme, person=names, values={"function": "Buyer"}, by=salesperson, token=token) for _time in range(2)
    ]

    assert made[0] == made[1]
    assert str(made[0]) == "Jan de Wit, Buyer"
    assert (made[0].person.kind, made[0].person.relation_type, made[0].person.number) == (
        "person", acme.relation_type, "0002",
    )  # fmt: skip
    assert Relation.objects.count() == 2


def test_contact_refuses_somebody_who_already_is_one(salesperson):
    contact = ContactFactory(function="Buyer")

    with pytest.raises(ValidationError) as refused:
        add_contact(
            contact.organization, person=contact.person, values={"function": "Boss"}, by=salesperson, token=uuid4()
        )

    assert refused.value.messages == [f"{contact.person} already is a contact person here."]


def test_contact_refuses_a_person_as_organization_and_an_organization_as_person(salesperson):
    acme, jan = organization(salesperson), PersonFactory()

    with pytest.raises(ValidationError, match="A person has no contact persons."):
        add_contact(jan, person=PersonFactory(), values={}, by=salesperson, token=uuid4())
    with pytest.raises(ValidationError, match="A contact person is a person."):
        add_contact(acme, person=RelationFactory(), values={}, by=salesperson, token=uuid4())


def test_contact_edit_refuses_a_stale_version(salesperson):
    contact = ContactFactory(function="Buyer")
    edit_contact(contact, values={"function": "Boss"}, version=1)

    with pytest.raises(Stale) as refused:
        edit_contact(contact, values={"function": "Owner"}, version=1)

    assert (refused.value.current.function, refused.value.current.version) == ("Boss", 2)


def test_contact_that_a_sale_names_cannot_be_removed(salesperson):
    contact = ContactFactory()
    SaleFactory(customer=contact.organization, contact=contact)

    with pytest.raises(ValidationError) as refused:
        remove_contact(contact)

    assert refused.value.messages == [
        f"{contact.person} cannot be removed: 1 record names this contact person (sales)."
    ]
    assert Contact.objects.count() == 1


def test_removed_contact_leaves_the_person(salesperson):
    contact = ContactFactory()

    remove_contact(contact)

    assert list(Contact.objects.all()) == []
    assert list(Relation.objects.filter(kind="person")) == [contact.person]


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("relation_has_a_name", {"name": ""}),
        ("relation_number_is_unique", {"number": "0001"}),
    ],
)
def test_relation_constraints_hold(salesperson, name, change):
    organization(salesperson)
    other = organization(salesperson)

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Relation.objects.filter(pk=other.pk).update(**change)


def test_contact_constraints_hold(company):
    first = ContactFactory()
    second = ContactFactory(organization=first.organization)

    with pytest.raises(IntegrityError, match="contact_is_once_per_organization"), transaction.atomic():
        Contact.objects.filter(pk=second.pk).update(person=first.person)
    with pytest.raises(IntegrityError, match="contact_is_somebody_else"), transaction.atomic():
        Contact.objects.filter(pk=second.pk).update(person=first.organization)


def test_one_relation_type_is_the_default(company):
    with pytest.raises(IntegrityError, match="relation_type_default_is_one"), transaction.atomic():
        RelationType.objects.update(is_default=True)


def test_proposed_type_is_the_default_row_or_the_first_active_one(company):
    assert RelationType.objects.proposed().name == "Prospect"
    RelationType.objects.filter(name="Prospect").update(is_active=False)
    assert RelationType.objects.proposed().name == "Customer"
