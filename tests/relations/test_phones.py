"""A phone number in any spelling finds the record in any spelling."""

from itertools import product
from uuid import uuid4

import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from relations.duplicates.likely import likely
from relations.merging import absorb, choices, drop_contacts, lock
from relations.models import Contact, Relation, RelationType
from relations.querysets import prefix_query
from salescrm import phones
from tests.factories import ContactFactory, PersonFactory, RelationFactory

pytestmark = pytest.mark.django_db

MOBILE = [
    "0612345678", "06-12345678", "06 1234 5678", "06 12 34 56 78", "06.12.34.56.78", "06/12345678", "(06) 12345678",
    "+31612345678", "+31 6 12345678", "+31 (0)6 1234 5678", "+31(0)612345678", "0031612345678", "0031 6 1234 56 78",
    "00 31 6 12345678", "+31 06 12345678", "31612345678", "612345678", "+31-6-12345678", "06\u201312345678",
    "+31\u00a06\u00a012345678", "０６１２３４５６７８",
]  # fmt: skip
BERLIN = ["+49 30 1234567", "+49 (0)30 1234567", "0049 30 1234567", "0049(0)301234567", "+49-30/1234567", "030 1234567"]


AARHUS = ["+45 12 34 56 78", "0045 12345678", "12 34 56 78"]  # a country without a 0 in front


@pytest.mark.parametrize("numbers", [MOBILE, BERLIN, AARHUS])
def test_any_spelling_finds_any_spelling(company, numbers):
    spellings = [*numbers[: -1 if numbers == AARHUS else None], f"tel. {numbers[0]} (thuis)"]
    records = [RelationFactory(phone=number) for number in spellings]
    works = [ContactFactory(mobile=number) for number in spellings]
    for spelling in numbers:
        matches = set(Relation.objects.search(spelling))
        assert [record.phone for record in records if record not in matches] == [], spelling
        matches = set(Contact.objects.alias(words=Contact.WORDS).filter(words=prefix_query(spelling)))
        assert [work.mobile for work in works if work not in matches] == [], spelling


@pytest.mark.parametrize(
    ("field", "numbers"),
    [
        ("06-12345678 / 010-1234567", ["+31612345678", "+31101234567"]),
        ("06-12345678/010-1234567", ["+31612345678", "+31101234567"]),
        ("0612345678 0101234567", ["+31612345678", "+31101234567"]),
        ("0612345678, 0101234567", ["+31612345678", "+31101234567"]),
        ("06 12345678 of 010 1234567", ["+31612345678", "+31101234567"]),
        ("010-1234567 (werk)", ["+31101234567"]),
        ("010 1234567 tst. 12", ["+31101234567", "12"]),
        ("010 1234567 ext 305", ["+31101234567", "305"]),
        ("+31 10 1234567 +49 30 1234567", ["+31101234567", "+49301234567"]),
        ("0031 20 123 45 06", ["+31201234506"]),
        ("14 030", ["14030"]),
        ("112", ["112"]),
        ("0800-1234", ["08001234"]),
        ("+1 (212) 555-0100", ["+12125550100"]),
        ("+353 1 234 5678", ["+35312345678"]),
        ("+45 12 34 56 78", ["+4512345678"]),
        ("+", []),
        ("none", []),
        ("", []),
    ],
)
def test_a_field_may_hold_several_numbers_and_words(field, numbers):
    assert phones.numbers(field) == numbers


def test_each_of_two_numbers_in_one_field_is_found(company):
    record = RelationFactory(phone="06-12345678 / 010-1234567 tst 12")
    other = RelationFactory(phone="020 7654321", mobile="06 87654321")
    assert [list(Relation.objects.search(text)) for text in ("+31612345678", "010 1234567")] == [[record], [record]]
    assert [list(Relation.objects.search(text)) for text in ("+31 20 7654321", "0687654321")] == [[other], [other]]


@pytest.mark.parametrize(
    "text", ["06 12", "+31 6 12", "+31 (0)6 1", "0031 612", "0612", "06-1", "jansen 06 12", "612 34", "6123"]
)
def test_the_first_digits_are_enough(company, text):
    record = RelationFactory(name="Jansen", phone="06-12345678")
    RelationFactory(name="Jansen", phone="010 1234567")
    assert list(Relation.objects.search(text)) == [record]


def test_a_number_with_its_country_is_no_house_number(company):
    RelationFactory(street="Kade 31", postcode="6211 BD", phone="0316 123456")
    assert list(Relation.objects.search("+31 6")) == []


def test_every_number_is_read_alike_by_python_and_by_the_database(company):
    fields = [
        *MOBILE, *BERLIN, *(" / ".join(pair) for pair in product(MOBILE[:6], BERLIN)), "010 1234567 tst. 12", "14 030",
        "+", "ext", "(0)", "00", "+31", "+0", "0000000000", "+39 06 1234567", "06 12345678 010 1234567 020 7654321",
    ]  # fmt: skip
    for field in fields:
        assert stored(field) == phones.numbers(field), field


@given(st.text("0123456789+()/. -;,x\u2013", max_size=50))
def test_every_field_is_read_alike_by_python_and_by_the_database(field):
    assert stored(field) == phones.numbers(field)


def stored(field: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT salescrm_phones(%s)", [field])
        return [number for number in cursor.fetchone()[0].split(";") if number.strip("+")]


# The mobile number, wherever the phone goes


def test_a_mobile_number_is_typed_shown_and_called(as_user, salesperson, company):
    seller, kind = as_user(salesperson), RelationType.objects.proposed()
    for quick in ("", "1"):
        values = {"name": f"Acme{quick}", "relation_type": kind.pk, "mobile": f"06-1234567{quick or 8}", "quick": quick}
        answer = seller.post("/relations/new/", {**values, "kind": "organization", "token": uuid4()})
        assert answer.status_code == 302, answer.content.decode()
    acme = Relation.objects.get(name="Acme")
    assert (acme.mobile, Relation.objects.get(name="Acme1").mobile) == ("06-12345678", "06-12345671")
    names = {"first_name": "Jan", "family_name": "Bos", "email": "", "phone": "", "function": "Inkoper"}
    seller.post(f"/relations/{acme.pk}/contacts/new/", {**names, "mobile": "06 87654321", "token": uuid4()})
    jan = Contact.objects.get()
    page = seller.get(f"/relations/{acme.pk}/").content.decode()
    assert 'href="tel:0612345678"' in page and 'href="tel:0687654321"' in page
    assert 'href="tel:0687654321"' in seller.get(jan.person.get_absolute_url()).content.decode()
    assert 'href="tel:0612345678"' in seller.get("/relations/").content.decode()
    seller.post(f"/relations/contacts/{jan.pk}/edit/", {"function": "", "mobile": "06 1", "version": jan.version})
    assert Contact.objects.get().mobile == "06 1"


@pytest.mark.parametrize("number", ["0031612345678", "+31 (0)6 12 34 56 78", "010 7654321 / 06-12345678"])
def test_the_same_phone_number_is_asked_about(company, number):
    RelationFactory(name="Acme", mobile="06-12345678"), RelationFactory(name="Other", phone="0612345679")
    for name in ("phone", "mobile"):
        (one,) = likely(Relation.Kind.ORGANIZATION, {"name": "Somebody else", name: number})
        assert (one.relation.name, one.reasons, one.sure) == ("Acme", ["same phone number"], False)
    assert likely(Relation.Kind.ORGANIZATION, {"phone": "112"}) == []


def test_a_mobile_number_is_not_lost_in_a_merge(company, manager):
    survivor, other = RelationFactory(mobile="06 1"), RelationFactory(mobile="06 2")
    assert [
        (choice.key, choice.survivor, choice.other) for choice in choices(survivor, other) if choice.key == "mobile"
    ] == [("mobile", "06 1", "06 2")]
    person = PersonFactory()
    (
        ContactFactory(organization=survivor, person=person),
        ContactFactory(organization=other, person=person, mobile="06 3"),
    )
    with transaction.atomic():
        drop_contacts(absorb(*lock(survivor, other), taken=["mobile"], by=manager))
    assert (Relation.objects.get(pk=survivor.pk).mobile, Contact.objects.get().mobile) == ("06 2", "06 3")
