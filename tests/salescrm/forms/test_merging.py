"""Theirs beside yours: how the values of a stale form are compared and shown."""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django import forms
from django.core.exceptions import BadRequest
from django.test import RequestFactory
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from salescrm.fields import MoneyFormField, PercentFormField
from salescrm.forms.differences import differences
from salescrm.forms.merging import merge
from salescrm.forms.submission import submitted_token, submitted_version
from salescrm.versions import changed_by


class Sheet(forms.Form):
    name = forms.CharField()
    amount = MoneyFormField(required=False)
    probability = PercentFormField(required=False)
    due = forms.DateField(required=False)
    colour = forms.ChoiceField(choices=[("r", "Red"), ("More", [("b", "Blue")])], required=False)
    paid = forms.BooleanField(required=False)
    note = forms.CharField(required=False)


STORED = {
    "name": "Acme", "amount": Decimal("12000.00"), "probability": 50, "due": date(2026, 3, 20), "colour": "r",
    "paid": False, "note": "one\ntwo",
}  # fmt: skip
SAME = {
    "name": "Acme", "amount": "12,000", "probability": "50 %", "due": "2026-03-20", "colour": "r", "note": "one\r\ntwo",
}  # fmt: skip


def rows(typed: dict, **options) -> list[tuple]:
    return [tuple(row) for row in differences(Sheet(SAME | typed), SimpleNamespace(**STORED), **options)]


def test_the_same_values_written_differently_do_not_differ():
    assert rows({}) == []


def test_every_other_value_is_shown_as_people_read_it():
    with override("en"):
        differing = rows(
            {"amount": "0", "probability": "25", "due": "2026-04-01", "colour": "b", "paid": "on", "note": ""}
        )

    assert differing == [
        ("amount", "Amount", "€ 12,000.00", "€ 0.00"),
        ("probability", "Probability", "50 %", "25 %"),
        ("due", "Due", "20 Mar 2026", "1 Apr 2026"),
        ("colour", "Colour", "Red", "Blue"),
        ("paid", "Paid", "No", "Yes"),
        ("note", "Note", "one\ntwo", ""),
    ]


def test_what_cannot_be_read_is_shown_as_it_was_typed():
    assert rows({"amount": "a lot", "name": ""}) == [
        ("name", "Name", "Acme", ""),
        ("amount", "Amount", "€ 12,000.00", "a lot"),
    ]


def test_fields_may_be_skipped():
    assert rows({"name": "Other", "note": "x"}, skip=["note"]) == [("name", "Name", "Acme", "Other")]


@pytest.mark.parametrize("text", ["", "x", "-1", "1.0", "¹", "99999999999"])
def test_a_form_without_a_readable_version_is_a_bad_request(text):
    assert submitted_version(RequestFactory().post("/", {"version": "7"})) == 7
    with pytest.raises(BadRequest):
        submitted_version(RequestFactory().post("/", {"version": text}))
    with pytest.raises(BadRequest):
        submitted_version(RequestFactory().post("/"))


@pytest.mark.parametrize("text", ["", "x", "1234"])
def test_a_create_form_without_a_readable_token_is_a_bad_request(text):
    with pytest.raises(BadRequest):
        submitted_token(RequestFactory().post("/", {"token": text}))


OWN = "You changed this in another window after you opened it here. Nothing of this window was stored."


def test_who_changed_it_is_told_in_other_words_to_who_did(company, salesperson, colleague):
    text = "%(who)s changed this after you opened it."

    assert changed_by(colleague, text, reader=salesperson) == f"{colleague} changed this after you opened it."
    assert changed_by(None, text, reader=salesperson) == "The system changed this after you opened it."
    assert changed_by(salesperson, text, reader=salesperson) == OWN


NAMES = ("subject", "amount", "owner", "lines")
RECORDS = st.fixed_dictionaries({name: st.integers(0, 3) for name in NAMES})


@given(basis=RECORDS, stored=RECORDS, mine=RECORDS)
def test_merge_takes_from_each_what_only_he_touched_and_asks_the_rest(basis, stored, mine):
    values, questions = merge(basis, stored, mine)

    for name in NAMES:
        if mine[name] == basis[name]:
            assert values[name] == stored[name]
        elif stored[name] == basis[name] or stored[name] == mine[name]:
            assert values[name] == mine[name]
        else:
            assert questions[name] == (stored[name], mine[name])
    assert {*values} ^ {*questions} == {*NAMES}


@given(basis=RECORDS, stored=RECORDS, mine=RECORDS, known=st.sets(st.sampled_from(NAMES)))
def test_merge_loses_nothing_that_was_typed_whatever_is_known_of_the_basis(basis, stored, mine, known):
    values, questions = merge({name: basis[name] for name in known}, stored, mine)

    for name in NAMES:
        if name not in known or mine[name] != basis[name]:
            assert mine[name] in (values.get(name), *questions.get(name, ()))


@given(basis=RECORDS, stored=RECORDS, mine=RECORDS, third=RECORDS)
def test_merge_of_a_third_change_asks_again_and_loses_nothing(basis, stored, mine, third):
    first = merge(basis, stored, mine)
    form = first.values | {name: both[1] for name, both in first.questions.items()}
    values, questions = merge(stored, third, form, before=first.questions)

    for name in first.questions:
        assert values.get(name) == third[name] == mine[name] or questions[name] == (third[name], mine[name])
    for name in first.values:
        if mine[name] != basis[name] and mine[name] != stored[name]:  # mine alone so far
            assert mine[name] in (values.get(name), *questions.get(name, ()))


def test_what_the_basis_does_not_say_is_asked():
    assert merge({}, {"a": 1, "b": 2}, {"a": 1, "b": 3}) == ({"a": 1}, {"b": (2, 3)})
