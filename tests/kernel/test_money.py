"""Amounts are written and read the Dutch and the English way (rule 20)."""

from decimal import Decimal

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from salescrm.fields import MoneyField, MoneyFormField, PercentField, PercentFormField
from salescrm.money import format_money, format_money_bare, format_number, parse_money, round_money

AMOUNTS = st.decimals(min_value="-999999999999.99", max_value="999999999999.99", places=2)


@pytest.mark.parametrize(
    ("text", "dutch", "english"),
    [
        ("1.234,56", "1234.56", None),
        ("1,234.56", None, "1234.56"),
        ("1234,56", "1234.56", "1234.56"),
        ("1234.56", "1234.56", "1234.56"),
        ("12.50", "12.50", "12.50"),
        ("12,5", "12.5", "12.5"),
        ("1.234", "1234", None),
        ("1,234", None, "1234"),
        ("1.234.567", "1234567", None),
        ("1,234,567.8", None, "1234567.8"),
        ("12000", "12000", "12000"),
        ("0", "0", "0"),
        (",50", "0.50", "0.50"),
        ("€ 1.234,56", "1234.56", None),
        ("€1,234.56", None, "1234.56"),
        ("-€ 5,00", "-5.00", "-5.00"),
        ("€ -5", "-5", "-5"),
        ("−12", "-12", "-12"),
        (" 12 000 ", "12000", "12000"),
        ("1.23.456", None, None),
        ("1234.567", None, None),
        ("0.123", None, None),
        ("1.2345", None, None),
        ("12.", None, None),
        ("1.234,567", None, None),
        ("1,234,56", None, None),
        ("--5", None, None),
        ("-€-5", None, None),
        ("12,-", None, None),
        ("twelve", None, None),
        ("1e3", None, None),
        ("NaN", None, None),
        ("١٢", None, None),
        ("", None, None),
    ],
)
def test_amount_is_read_as_people_of_that_language_write_it(text, dutch, english):
    for language, expected in (("nl", dutch), ("en", english)):
        if expected is None:
            with pytest.raises(ValidationError):
                parse_money(text, language)
        else:
            assert parse_money(text, language) == Decimal(expected)


@pytest.mark.parametrize(("language", "example"), [("nl", "1.234,56"), ("en", "1,234.56")])
def test_refused_amount_gives_an_example_that_is_itself_readable(language, example):
    with pytest.raises(ValidationError) as refused:
        parse_money("1.2.3", language)

    assert example in refused.value.messages[0]
    assert parse_money(example, language) == Decimal("1234.56")


@pytest.mark.parametrize(
    ("amount", "dutch", "english"),
    [
        ("12000", "€ 12.000,00", "€ 12,000.00"),
        ("1234567.5", "€ 1.234.567,50", "€ 1,234,567.50"),
        ("0.005", "€ 0,01", "€ 0.01"),
        ("2.665", "€ 2,67", "€ 2.67"),
        ("2.6749", "€ 2,67", "€ 2.67"),
        ("-5", "-€ 5,00", "-€ 5.00"),
        ("-2.665", "-€ 2,67", "-€ 2.67"),
        ("-0.001", "€ 0,00", "€ 0.00"),
        ("999.995", "€ 1.000,00", "€ 1,000.00"),
    ],
)
def test_amount_is_written_with_two_decimals_rounded_half_up(amount, dutch, english):
    assert [format_money(Decimal(amount), language) for language in ("nl", "en", "nl-be", None)] == [
        dutch,
        english,
        dutch,
        english,
    ]


def test_number_keeps_its_decimals_and_groups_its_thousands():
    assert [format_number(n, "nl") for n in (0, 999, 1000, Decimal("1234.5"))] == ["0", "999", "1.000", "1.234,5"]
    assert [format_number(n, "en") for n in (0, 999, 1000, Decimal("1234.5"))] == ["0", "999", "1,000", "1,234.5"]


@given(amount=AMOUNTS, language=st.sampled_from(["nl", "en"]))
def test_what_is_written_is_read_back_as_the_same_amount(amount, language):
    assert parse_money(format_money(amount, language), language) == amount
    assert parse_money(format_money_bare(amount, language), language) == amount
    assert parse_money(str(amount), language) == amount


@given(amount=st.decimals(min_value="-99999999", max_value="99999999", places=4))
def test_rounding_is_never_more_than_half_a_cent_off_and_symmetric(amount):
    assert abs(round_money(amount) - amount) <= Decimal("0.005")
    assert round_money(-amount) == -round_money(amount)


@given(text=st.text(alphabet="0123456789.,-€ ", max_size=12), language=st.sampled_from(["nl", "en"]))
def test_any_text_is_an_amount_in_cents_or_refused(text, language):
    try:
        amount = parse_money(text, language)
    except ValidationError:
        return
    assert amount == round_money(amount)


class Amounts(forms.Form):
    amount = MoneyFormField(max_digits=14, decimal_places=2, required=False)
    chance = PercentFormField(required=False)


@pytest.mark.parametrize(
    ("language", "typed", "shown"),
    [("nl", "1234,5", "1.234,50"), ("en", "1234.5", "1,234.50"), ("nl", "1.2.3", "1.2.3"), ("nl", "  ", "  ")],
)
def test_money_field_shows_back_what_it_understood(language, typed, shown):
    with override(language):
        assert Amounts({"amount": typed})["amount"].value() == shown


def test_money_field_shows_an_initial_amount_and_sees_that_it_did_not_change():
    with override("nl"):
        form = Amounts({"amount": "24.000,00"}, initial={"amount": Decimal("24000.00")})

        assert Amounts(initial={"amount": Decimal("24000")})["amount"].value() == "24.000,00"
        assert form.is_valid()
        assert form.cleaned_data["amount"] == Decimal("24000.00")
        assert form.changed_data == []


def test_money_field_is_empty_not_zero_when_nothing_is_typed():
    form = Amounts({"amount": " ", "chance": ""})

    assert form.is_valid()
    assert form.cleaned_data == {"amount": None, "chance": None}


def test_money_field_refuses_more_digits_than_fit():
    assert not Amounts({"amount": "1234567890123"}).is_valid()


@pytest.mark.parametrize(("typed", "value"), [("50", 50), ("50 %", 50), ("0%", 0), ("100", 100)])
def test_percentage_is_whole_with_or_without_its_sign(typed, value):
    form = Amounts({"chance": typed})

    assert form.is_valid()
    assert form.cleaned_data["chance"] == value


@pytest.mark.parametrize("typed", ["-1", "101", "12,5", "12.5", "half"])
def test_percentage_outside_0_to_100_or_broken_is_refused(typed):
    assert "chance" in Amounts({"chance": typed}).errors


def test_model_fields_make_the_form_fields_that_read_like_people():
    assert isinstance(MoneyField().formfield(), MoneyFormField)
    assert isinstance(PercentField().formfield(), PercentFormField)
    assert isinstance(MoneyField(), models.DecimalField)
    assert (MoneyField().max_digits, MoneyField().decimal_places) == (14, 2)
    with pytest.raises(ValidationError):
        PercentField().run_validators(101)
