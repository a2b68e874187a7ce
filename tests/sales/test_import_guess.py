"""What the import makes of a file before anybody says anything: columns, numbers, days, words."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from relations.models import Relation
from sales.importing.cells import Reading, amount, day, kept, lines, written
from sales.importing.columns import comparable, guess, guess_reading
from sales.importing.fields import CONTACTS, FIELDS, KEYS, NEEDED, RELATIONS, SALES, fields_of
from sales.importing.finding import split_name
from sales.importing.lists import DEFAULT, REFUSE, REST, Lists
from salescrm.models import User
from tests.factories import UserFactory


@pytest.mark.parametrize(
    ("fields", "columns", "names"),
    [
        (RELATIONS, ["Bedrijfsnaam", "KvK-nr.", "BTW nummer", "E-mail", "Tel.", "Straat", "Postcode", "Plaats",
                     "Hobby"],
         ["name", "coc_number", "vat_number", "email", "phone", "street", "postcode", "city", None]),
        (RELATIONS, ["Company name", "VAT number", "Phone", "ZIP code", "City", "Country", "Website", "Notes"],
         ["name", "vat_number", "phone", "postcode", "city", "country", "website", "note"]),
        (CONTACTS, ["Organisatie", "Naam", "Functie", "E-mailadres", "Telefoon"],
         ["organization", "name", "function", "email", "phone"]),
        (CONTACTS, ["Company", "First name", "Last name", "Job title", "Email"],
         ["organization", "first_name", "family_name", "function", "email"]),
        (SALES, ["opportunity_id", "sales_agent", "product", "account", "deal_stage", "engage_date", "close_date",
                 "close_value"],
         ["external_reference", "owner", "subject", "customer", "phase", "start_date", "closed_on",
          "expected_revenue"]),
        (SALES, ["Deal", "Klant", "Bedrag (€)", "Fase", "Verantwoordelijke", "Bron", "Verwachte einddatum"],
         ["subject", "customer", "expected_revenue", "phase", "owner", "source", "expected_end_date"]),
    ],
)  # fmt: skip
def test_headings_are_recognised_in_both_languages(fields, columns, names):
    found = guess(columns, fields)

    assert [found.get(str(place)) for place in range(len(columns))] == names


def test_no_field_is_proposed_twice():
    assert guess(["Klant", "Customer", "KLANT "], SALES) == {"1": "customer"}
    assert comparable("  Bedrag (EUR) ") == comparable("bedrag") == "bedrag"


def test_every_key_and_need_names_fields_there_are():
    for kind in FIELDS:
        named = {name for _label, some in KEYS[kind].values() for fields in some for name in fields}
        assert named | {name for some in NEEDED[kind] for name in some} <= set(fields_of(kind))


@pytest.mark.parametrize(
    ("text", "style", "found"),
    [
        ("1.234,56", "nl", "1234.56"), ("1,234.56", "en", "1234.56"), ("€ 12.50", "nl", "12.50"),
        ("1.000", "nl", "1000"),
        ("1,000", "en", "1000"), ("  € 1 234 ", "nl", "1234"), (1234.5, "nl", "1234.50"), (7, "en", "7.00"),
    ],
)  # fmt: skip
def test_amounts_as_people_write_them(text, style, found):
    assert amount(text, Reading(numbers=style)) == Decimal(found)


@pytest.mark.parametrize("text", ["een paar", "1.234,56.7", "-5", "9999999999999", "12.345", "#REF!"])
def test_other_amounts_are_refused(text):
    with pytest.raises(ValidationError):
        amount(text, Reading(numbers="en"))


@pytest.mark.parametrize(
    ("text", "order", "found"),
    [
        ("2026-03-20", "mdy", (2026, 3, 20)), ("20-3-2026", "dmy", (2026, 3, 20)), ("3/20/2026", "mdy", (2026, 3, 20)),
        ("20.03.26", "dmy", (2026, 3, 20)), ("01-03-17", "dmy", (2017, 3, 1)), ("20 mrt 2026", "dmy", (2026, 3, 20)),
        ("vr 20 maart 2026", "dmy", (2026, 3, 20)), ("March 20, 2026", "dmy", (2026, 3, 20)),
        ("2026-03-20 14:20", "dmy", (2026, 3, 20)), ("20/03/2026 0:00", "dmy", (2026, 3, 20)),
        ("1 augustus 1999", "dmy", (1999, 8, 1)),
    ],
)  # fmt: skip
def test_days_as_people_write_them(text, order, found):
    assert day(text, Reading(dates=order)) == date(*found)


@pytest.mark.parametrize("text", ["31-2-2026", "13/13/2026", "morgen", "2026", "45000", "0-0-0"])
def test_other_days_are_refused(text):
    with pytest.raises(ValidationError, match="is not a day"):
        day(text, Reading())


def test_numbers_and_days_are_read_as_most_cells_can_be():
    fields = fields_of("sales")
    money, start = fields["expected_revenue"], fields["start_date"]
    assert guess_reading({money: ["1.234,50", "2"], start: ["13-4-2026"]}, "en") == Reading("nl", "dmy")
    assert guess_reading({money: ["1,234.50"], start: ["4/13/2026", ""]}, "nl") == Reading("en", "mdy")
    assert guess_reading({}, "nl") == Reading("nl", "dmy")


def test_cells_are_kept_without_what_nobody_sees_and_written_back_as_the_file_writes():
    assert kept("\ufeff A\x00b\u200b ") == "Ab"
    assert [kept(True), kept(12.0), kept(1.5), kept(None)] == ["true", 12, 1.5, ""]
    assert [written(1234.567, Reading("nl")), written(1.5, Reading("en")), written(12, Reading("nl"))] == [
        "1234,57", "1.50", "12",
    ]  # fmt: skip


def test_the_apostrophe_of_our_exports_falls_off():
    assert [lines("'=1+1"), lines("'+31 6"), lines("'s Hertogenbosch"), lines("'")] == [
        "=1+1", "+31 6", "'s Hertogenbosch", "'",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Jan van der Berg", ("Jan", "van der", "Berg")), ("Jan", ("", "", "Jan")), ("Jan Berg", ("Jan", "", "Berg")),
        ("Jan Willem de Vries", ("Jan Willem", "de", "Vries")), ("Berg, Jan van der", ("Jan", "van der", "Berg")),
        ("Anna Maria Smit", ("Anna", "", "Maria Smit")),
    ],
)  # fmt: skip
def test_a_name_in_one_is_taken_apart_the_dutch_way(text, parts):
    assert tuple(split_name(text).values()) == parts


@pytest.mark.django_db
def test_words_mean_what_was_chosen_then_what_they_are_called_then_the_rest(company, phases):
    words = {"phase": {"engaging": str(phases[25].pk), "proposal": REFUSE, "later": DEFAULT, REST: str(phases[10].pk)}}
    lists = Lists(words)

    assert lists.find("phase", "phase", "Engaging") == phases[25]
    assert lists.find("phase", "phase", "NEGOTIATION") == phases[75]
    assert lists.find("phase", "phase", "Won") == "accepted"
    assert lists.find("phase", "phase", "later") is None
    assert lists.find("phase", "phase", "whatever") == phases[10]
    with pytest.raises(ValidationError):
        lists.find("phase", "phase", "Proposal")
    with pytest.raises(ValidationError, match="unknown"):
        Lists({}).find("phase", "phase", "whatever")


@pytest.mark.django_db
def test_colleagues_of_the_same_name_are_told_apart_by_their_address(company):
    first, _second = UserFactory(name="Jan"), UserFactory(name="jan")
    lists = Lists({})

    assert lists.find("owner", "owner", first.email.upper()) == first
    with pytest.raises(ValidationError, match="several"):
        lists.find("owner", "owner", "Jan")
    assert lists.find("status", "status", "Gewonnen") == "accepted"
    assert lists.find("kind", "kind", "Bedrijf") == Relation.Kind.ORGANIZATION
    assert [lists.find("yes", "by_hand", text) for text in ("ja", "Yes", "nee")] == [True, True, False]
    assert lists.find("language", "language", "Nederlands") == User.Language.DUTCH
