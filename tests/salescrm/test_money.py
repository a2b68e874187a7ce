"""Amounts are written and read the Dutch and the English way (rule 20)."""

from decimal import Decimal

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from salescrm.fields import MoneyField, MoneyFormField, PercentField, PercentFormField, PriceField
from salescrm.money import (
    format_money,
    format_money_bare,
    format_number,
    format_price,
    format_price_bare,
    parse_money,
    round_money,
    round_price,
)  # fmt: skip

PRICES = st.decimals(min_value="-99999999", max_value="99999999", places=4)
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
        ("12,-", "12", "12"),
        ("12.-", "12", "12"),
        ("€ 1.250,-", "1250", "1250"),
        ("€ 1,250.-", "1250", "1250"),
        ("5.000,--", "5000", "5000"),
        ("5,000.--", "5000", "5000"),
        ("1.250,=", "1250", "1250"),
        ("1.250,\u2013", "1250", "1250"),
        ("1.250,\u2014", "1250", "1250"),
        ("1250,\u2212", "1250", "1250"),
        ("-€ 1.250.000,-", "-1250000", "-1250000"),
        ("12,- EUR", "12", "12"),
        ("12.50,-", None, None),
        ("1.250.-", None, None),
        ("1,250,-", None, None),
        ("1.250-", None, None),
        ("12,---", None, None),
        (",-", None, None),
        ("-,50", None, None),
        ("€ -,50", None, None),
        ("-€ ,50", "-0.50", "-0.50"),
        ("12k", "12000", "12000"),
        ("€ 1,5 K", "1500", "1500"),
        ("1.250k", "1250000", None),
        ("12,-k", None, None),
        ("k", None, None),
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


@pytest.mark.parametrize(
    ("text", "dutch", "english"),
    [
        ("12,505", "12.505", "12505"),
        ("12.505", "12505", "12.505"),
        ("0,335", "0.335", "0.335"),
        ("0.335", "0.335", "0.335"),
        (".335", "0.335", "0.335"),
        ("0,3355", "0.3355", "0.3355"),
        ("12.5055", "12.5055", "12.5055"),
        ("1.234,5678", "1234.5678", None),
        ("1,234.567", None, "1234.567"),
        ("1234,567", "1234.567", None),
        ("1234.567", None, "1234.567"),
        ("19,99", "19.99", "19.99"),
        ("€ 1.250,-", "1250", "1250"),
        ("0,33555", None, None),
        ("1.234,56789", None, None),
    ],
)
def test_unit_price_has_up_to_four_decimals_and_three_group_as_the_language_does(text, dutch, english):
    for language, expected in (("nl", dutch), ("en", english)):
        if expected is None:
            with pytest.raises(ValidationError):
                parse_money(text, language, places=4)
        else:
            assert parse_money(text, language, places=4) == Decimal(expected)


@pytest.mark.parametrize(
    ("price", "dutch", "english"),
    [
        ("19.99", "19,99", "19.99"),
        ("19.9900", "19,99", "19.99"),
        ("0.335", "0,335", "0.335"),
        ("12.5050", "12,505", "12.505"),
        ("1234.5678", "1.234,5678", "1,234.5678"),
        ("50", "50,00", "50.00"),
        ("12000.0000", "12.000,00", "12,000.00"),
        ("-0.5", "-0,50", "-0.50"),
        ("0.00005", "0,0001", "0.0001"),
        ("-0.00001", "0,00", "0.00"),
    ],
)
def test_unit_price_is_written_without_the_zeros_behind_its_cents(price, dutch, english):
    assert [format_price_bare(Decimal(price), language) for language in ("nl", "en")] == [dutch, english]
    sign = "-" if dutch.startswith("-") else ""
    assert format_price(Decimal(price), "nl") == f"{sign}€ {dutch.removeprefix('-')}"


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


@given(price=PRICES, language=st.sampled_from(["nl", "en"]))
def test_unit_price_that_is_written_is_read_back_as_the_same(price, language):
    assert parse_money(format_price(price, language), language, places=4) == price
    assert parse_money(format_price_bare(price, language), language, places=4) == price
    assert round_price(price) == price


@given(euros=st.integers(0, 10**12), dash=st.sampled_from(["-", "--", "=", "\u2013"]), places=st.sampled_from([2, 4]))
def test_whole_euros_with_a_dash_are_read_in_either_language(euros, dash, places):
    for written in (format_number(euros, "nl") + ",", format_number(euros, "en") + ".", f"{euros},", f"{euros}."):
        assert [parse_money(f"€ {written}{dash}", language, places=places) for language in ("nl", "en")] == [euros] * 2


@given(amount=st.decimals(min_value="-99999999", max_value="99999999", places=4))
def test_rounding_is_never_more_than_half_a_cent_off_and_symmetric(amount):
    assert abs(round_money(amount) - amount) <= Decimal("0.005")
    assert round_money(-amount) == -round_money(amount)


@given(text=st.text(alphabet="0123456789.,-=€k ", max_size=12), language=st.sampled_from(["nl", "en"]))
def test_any_text_is_an_amount_in_cents_or_refused(text, language):
    try:
        amount = parse_money(text, language)
    except ValidationError:
        return
    assert amount == round_money(amount)


@given(text=st.text(alphabet="0123456789.,-=€k ", max_size=12), language=st.sampled_from(["nl", "en"]))
def test_any_text_is_a_price_of_four_decimals_or_refused(text, language):
    try:
        price = parse_money(text, language, places=4)
    except ValidationError:
        return
    assert price == round_price(price)


class Amounts(forms.Form):
    amount = MoneyFormField(max_digits=14, decimal_places=2, required=False)
    price = MoneyFormField(max_digits=16, decimal_places=4, required=False)
    chance = PercentFormField(required=False)


@pytest.mark.parametrize(
    ("language", "typed", "formatted"),
    [("nl", "1234,5", "1.234,50"), ("en", "1234.5", "1,234.50"), ("nl", "1.2.3", "1.2.3"), ("nl", "  ", "  ")],
)
def test_money_field_shows_back_what_it_understood(language, typed, formatted):
    with override(language):
        assert Amounts({"amount": typed})["amount"].value() == formatted


@pytest.mark.parametrize(
    ("language", "typed", "formatted"),
    [
        ("nl", "12,505", "12,505"), ("nl", "12.505", "12.505,00"), ("en", "12.505", "12.505"),
        ("en", "12,505", "12,505.00"), ("nl", "0,335", "0,335"), ("nl", "€ 1.250,-", "1.250,00"),
    ],
)  # fmt: skip
def test_price_field_shows_back_what_it_understood(language, typed, formatted):
    with override(language):
        assert Amounts({"price": typed})["price"].value() == formatted


def test_price_field_sees_that_a_stored_price_did_not_change():
    with override("nl"):
        form = Amounts({"price": "19,99"}, initial={"price": Decimal("19.9900")})
        assert Amounts(initial={"price": Decimal("19.9900")})["price"].value() == "19,99"
        assert form.is_valid()
        assert form.changed_data == []


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
    assert form.cleaned_data == {"amount": None, "price": None, "chance": None}


@pytest.mark.parametrize("typed", ["9" * 1_100_000, "9" * 101 + "k", "1" + ".000" * 300_000 + ",-", " " * 101 + "1"])
def test_amount_of_any_length_is_refused_as_one_that_cannot_be_read(typed):
    for field in (MoneyFormField(max_digits=14, decimal_places=2), MoneyFormField(max_digits=16, decimal_places=4)):
        with pytest.raises(ValidationError, match="Enter an amount"):
            field.clean(typed)


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
    assert isinstance(PriceField().formfield(), MoneyFormField)
    assert PriceField().formfield().decimal_places == 4
    with pytest.raises(ValidationError):
        PercentField().run_validators(101)
