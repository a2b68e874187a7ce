"""Checked numbers, and choosing a relation with and without JavaScript."""

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from stdnum.iban import calc_check_digits

from relations.duplicates.likely import likely
from relations.fields import RelationField
from relations.forms import OrganizationForm, PersonForm
from relations.models import Relation, RelationType
from salescrm.organisation.numbers import compact_vat
from salescrm.organisation.validators import validate_coc_number, validate_iban, validate_vat_number
from tests.factories import PersonFactory, RelationFactory


@pytest.mark.parametrize("number", ["NL123456782B90", "NL004495445B01", "NL 0044.95.445.B01", "BE0776091951"])
def test_vat_number_passes_in_both_dutch_formats_and_from_elsewhere(number):
    assert validate_vat_number(number) is None


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("gb 980 7806 84", "GB980780684"),
        ("GB.980.7806.84", "GB980780684"),
        ("xi 980 7806 84", "XI980780684"),
        ("GB 980 7806 84 001", "GB980780684001"),
        ("CHE-107.787.577 IVA", "CHE107787577MWST"),
        ("che-107.787.577 mwst", "CHE107787577MWST"),
        ("CHE 107 787 577", "CHE107787577MWST"),
        ("NO 995 525 828 MVA", "NO995525828MVA"),
        ("no995525828", "NO995525828MVA"),
        ("995.525.828 mva", "NO995525828MVA"),
        ("be 776.091.951", "BE0776091951"),
        ("BE 0776.091.951", "BE0776091951"),
        ("de 136 695 976", "DE136695976"),
        ("GR 094259216", "EL094259216"),
        ("FR 61 954 506 077", "FR61954506077"),
    ],
)
def test_vat_number_of_elsewhere_is_stored_in_one_spelling(salesperson, typed, stored):
    form = filled(salesperson, vat_number=typed)
    assert form.errors == {}
    assert form.values()["vat_number"] == stored == compact_vat(stored)
    assert filled(salesperson, vat_number=stored).errors == {}
    twin = RelationFactory(vat_number=stored)
    assert [duplicate.relation for duplicate in likely("organization", {"vat_number": typed})] == [twin]


@pytest.mark.parametrize(
    "number",
    ["980780684", "GB980780685", "GB 12", "XI980780685", "CHE-107.787.578 IVA", "CHE107787577 XYZ", "CH107787577",
     "NO 995 525 829 MVA", "NO MVA", "995525828"],
)  # fmt: skip
def test_vat_number_of_elsewhere_with_a_wrong_check_or_without_country_is_refused(number):
    with pytest.raises(ValidationError):
        validate_vat_number(number)


@pytest.mark.parametrize(
    "number",
    ["NL91 ABNA 0417 1643 00", "MT84 MALT 0110 0001 2345 MTLC AST0 01S", "NO93 8601 1117 947",
     "BE68 5390 0754 7034", "SC18 SSCB 1101 0000 0000 0000 1497 USD", "GB29 NWBK 6016 1331 9268 19",
     "CH93 0076 2011 6238 5295 7", "LC55HEMM000100010012001200023015", "br18 0036 0305 0000 1000 9795 493c 1"],
)  # fmt: skip
def test_iban_of_any_country_is_stored_compact_and_shown_in_groups(salesperson, number):
    form = filled(salesperson, iban=number)
    assert form.errors == {}
    compact = number.replace(" ", "").upper()
    assert form.values()["iban"] == compact
    assert form["iban"].value() == " ".join(compact[place : place + 4] for place in range(0, len(compact), 4))
    assert int(form.fields["iban"].widget.attrs["maxlength"]) >= len(number)


def test_iban_without_the_check_digits_within_it_of_its_country_passes():
    """Length and check digits are what makes an IBAN; 31 BBAN digits of Belgium need not add up."""
    assert validate_iban("BE" + calc_check_digits("BE00000000000001") + "000000000001") is None


@pytest.mark.parametrize(
    "number", ["NL91ABNA041716430", "NL91ABNA04171643000", "NL92ABNA0417164300", "ZZ91ABNA0417164300", "9" * 5000]
)
def test_iban_of_a_wrong_length_or_check_is_refused(salesperson, number):
    assert "iban" in filled(salesperson, iban=number).errors


@pytest.mark.parametrize("number", ["NL123456789B90", "NL004495446B01", "nonsense", "NL12"])
def test_vat_number_with_a_wrong_check_is_refused(number):
    with pytest.raises(ValidationError):
        validate_vat_number(number)


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (validate_coc_number, "12345678", ["1234567", "123456789", "1234567a"]),
        (validate_iban, "NL91ABNA0417164300", ["NL91ABNA0417164301", "NL91ABNA041716430", "x"]),
    ],
)
def test_numbers_are_checked(check, good, bad):
    assert check(good) is None
    for number in bad:
        with pytest.raises(ValidationError):
            check(number)


def filled(salesperson, **typed):
    prospect = RelationType.objects.proposed()
    return OrganizationForm({"name": "Acme", "relation_type": prospect.pk} | typed, by=salesperson)


def test_form_reads_numbers_as_people_write_them(salesperson):
    form = filled(salesperson, coc_number="12.34.56.78", vat_number="nl 1234.56.782.b90", iban="nl91 abna 0417 1643 00")

    assert form.errors == {}
    values = form.values()
    assert (values["coc_number"], values["vat_number"], values["iban"]) == (
        "12345678", "NL123456782B90", "NL91ABNA0417164300",
    )  # fmt: skip


def test_form_shows_an_iban_in_groups(salesperson):
    form = OrganizationForm(instance=RelationFactory(iban="NL91ABNA0417164300"), by=salesperson)

    assert form["iban"].value() == "NL91 ABNA 0417 1643 00"


def test_form_takes_a_website_without_https(salesperson):
    form = filled(salesperson, website="example.com")

    assert form.is_valid()
    assert form.values()["website"] == "https://example.com"


def test_form_refuses_wrong_numbers(salesperson):
    form = filled(
        salesperson, coc_number="1", vat_number="1", iban="1", email="x", website="no site", payment_days="900"
    )

    assert set(form.errors) == {"coc_number", "vat_number", "iban", "email", "website", "payment_days"}


def test_form_proposes_the_default_type_and_oneself_as_owner(salesperson):
    form = OrganizationForm(by=salesperson)

    assert form["relation_type"].value() == RelationType.objects.get(name="Prospect").pk
    assert form["owner"].value() == salesperson.pk


def test_form_offers_a_retired_type_only_where_it_stands(salesperson):
    supplier = RelationType.objects.get(name="Supplier")
    relation = RelationFactory(relation_type=supplier)
    RelationType.objects.filter(pk=supplier.pk).update(is_active=False)

    new, old = OrganizationForm(by=salesperson), OrganizationForm(instance=relation, by=salesperson)

    assert [str(row) for row in new.fields["relation_type"].queryset] == ["Prospect", "Customer", "Competitor"]
    assert [str(row) for row in old.fields["relation_type"].queryset] == [
        "Prospect", "Customer", "Supplier", "Competitor",
    ]  # fmt: skip


def test_person_needs_a_first_or_a_family_name(salesperson):
    prospect = RelationType.objects.proposed().pk

    assert PersonForm({"relation_type": prospect, "prefix": "de"}, by=salesperson).errors == {
        "family_name": ["Enter a first name or a family name."]
    }
    assert PersonForm({"relation_type": prospect, "first_name": "Henk"}, by=salesperson).errors == {}


class Choice(forms.Form):
    customer = RelationField(kinds=["organization"])


def answer(query: str, **options) -> Choice:
    form = Choice(QueryDict(query))
    for name, value in options.items():
        setattr(form.fields["customer"], name, value)
    return form


@pytest.fixture
def acme(company):
    return RelationFactory(name="Acme")


def test_picker_takes_an_id(acme):
    form = answer(f"customer={acme.pk}&customer_text=Acme")

    assert form.is_valid()
    assert form.cleaned_data == {"customer": acme}
    assert f'name="customer" value="{acme.pk}"' in str(form["customer"])


def test_picker_takes_an_id_without_text(acme):
    form = answer(f"customer={acme.pk}")

    assert form.is_valid()
    assert 'value="Acme"' in str(form["customer"])


def test_picker_prefers_the_typed_text_to_an_id_it_no_longer_fits(acme):
    other = RelationFactory(name="Bergsma")

    assert answer(f"customer={acme.pk}&customer_text=bergs").is_valid()
    form = answer(f"customer={acme.pk}&customer_text=bergs")
    form.is_valid()
    assert form.cleaned_data == {"customer": other}


def test_picker_cleared_is_empty(acme):
    form = answer(f"customer={acme.pk}&customer_text=")

    assert form.errors == {"customer": ["This field is required."]}
    assert answer(f"customer={acme.pk}&customer_text=", required=False).is_valid()


def test_picker_finds_the_only_relation_that_fits(acme):
    form = answer("customer=&customer_text=acm")

    assert form.is_valid()
    assert form.cleaned_data == {"customer": acme}


def test_picker_asks_back_when_several_fit_and_takes_the_answer(acme):
    north = RelationFactory(name="Acme Noord")
    form = answer("customer=&customer_text=acm")

    assert form.errors == {"customer": ["Several relations fit. Choose one of them, or type more of the name."]}
    html = str(form["customer"])
    assert html.count('type="radio" name="customer_choice"') == 2
    assert 'name="customer_text" value="acm"' in html

    again = answer(f"customer=&customer_text=acm&customer_asked=acm&customer_choice={north.pk}")
    assert again.is_valid()
    assert again.cleaned_data == {"customer": north}


def test_picker_ignores_an_answer_to_another_question(acme):
    north = RelationFactory(name="Acme Noord")
    form = answer(f"customer=&customer_text=acme+n&customer_asked=acm&customer_choice={acme.pk}")

    assert form.is_valid()
    assert form.cleaned_data == {"customer": north}


def test_picker_shows_twenty_of_many(company):
    RelationFactory.create_batch(25, city="Ede")
    form = answer("customer_text=ede")

    assert not form.is_valid()
    html = str(form["customer"])
    assert html.count('type="radio"') == 20
    assert "Only the first 20 are shown." in html


def test_picker_that_finds_nothing_offers_to_add_it(acme):
    form = answer("customer=&customer_text=Nobody+%26+Co")

    assert form.errors == {"customer": ["No relation found with this name. Check it, or add the relation."]}
    html = str(form["customer"])
    assert "/relations/new/?quick=1&amp;field=customer&amp;kind=organization&amp;name=Nobody+%26+Co" in html
    assert 'value="Nobody &amp; Co"' in html


@pytest.mark.parametrize("pk", ["0", "-1", "abc", "99999999999999999999"])
def test_picker_refuses_an_id_that_does_not_exist(acme, pk):
    form = answer(f"customer={pk}")

    assert form.errors == {"customer": ["This relation cannot be chosen here. Choose another one."]}
    assert str(form["customer"])


def test_picker_refuses_what_may_not_be_chosen(acme):
    person, gone = PersonFactory(), RelationFactory(is_active=False, name="Gone")

    assert not answer(f"customer={person.pk}").is_valid()
    assert not answer(f"customer={gone.pk}").is_valid()
    assert answer(f"customer={gone.pk}", current=gone).is_valid()
    assert not answer(f"customer={acme.pk}", exclude=acme.pk).is_valid()
    assert not answer("customer_text=acme", exclude=acme).is_valid()


def test_picker_starts_with_the_current_relation(acme):
    html = str(Choice(initial={"customer": acme.pk})["customer"])

    assert f'name="customer" value="{acme.pk}"' in html
    assert 'name="customer_text" value="Acme"' in html
    assert Relation.objects.count() == 1


@pytest.mark.parametrize("typed", ["9" * 5000, "NL" + "9" * 5000])
def test_form_refuses_a_number_that_never_ends(salesperson, typed):
    assert "vat_number" in filled(salesperson, vat_number=typed).errors
