"""What the import makes of a file before anybody says anything: columns, numbers, days, words."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from relations.models import Relation
from sales.imports.cells import (
    Reading,
    amount,
    day,
    lines,
    storable,
    written,
)
from sales.imports.columns import comparable, guess, guess_reading
from sales.imports.fields import (
    CONTACTS,
    FIELDS,
    KEYS,
    NEEDED,
    RELATIONS,
    SALES,
    fields_of,
)
from sales.imports.finding import split_name
from sales.imports.lists import (
    DEFAULT,
    REFUSE,
    REST,
    Lists,
)
from salescrm.models import User
from tests.factories import UserFactory
from tests.sales.imports.browser import csv, words


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
    guessed = guess(columns, fields)

    assert [guessed.get(str(place)) for place in range(len(columns))] == names


def test_no_field_is_proposed_twice():
    assert guess(["Klant", "Customer", "KLANT "], SALES) == {"1": "customer"}
    assert comparable("  Bedrag (EUR) ") == comparable("bedrag") == "bedrag"


def test_every_key_and_need_names_fields_there_are():
    for kind in FIELDS:
        named = {name for _label, some in KEYS[kind].values() for fields in some for name in fields}
        assert named | {name for some in NEEDED[kind] for name in some} <= set(fields_of(kind))


@pytest.mark.parametrize(
    ("text", "style", "value"),
    [
        ("1.234,56", "nl", "1234.56"), ("1,234.56", "en", "1234.56"), ("€ 12.50", "nl", "12.50"),
        ("1.000", "nl", "1000"),
        ("1,000", "en", "1000"), ("  € 1 234 ", "nl", "1234"), (1234.5, "nl", "1234.50"), (7, "en", "7.00"),
    ],
)  # fmt: skip
def test_amounts_as_people_write_them(text, style, value):
    assert amount(text, Reading(numbers=style)) == Decimal(value)


@pytest.mark.parametrize("text", ["een paar", "1.234,56.7", "-5", "9999999999999", "12.345", "#REF!"])
def test_other_amounts_are_refused(text):
    with pytest.raises(ValidationError):
        amount(text, Reading(numbers="en"))


@pytest.mark.parametrize(
    ("text", "order", "parts"),
    [
        ("2026-03-20", "mdy", (2026, 3, 20)), ("20-3-2026", "dmy", (2026, 3, 20)), ("3/20/2026", "mdy", (2026, 3, 20)),
        ("20.03.26", "dmy", (2026, 3, 20)), ("01-03-17", "dmy", (2017, 3, 1)), ("20 mrt 2026", "dmy", (2026, 3, 20)),
        ("vr 20 maart 2026", "dmy", (2026, 3, 20)), ("March 20, 2026", "dmy", (2026, 3, 20)),
        ("2026-03-20 14:20", "dmy", (2026, 3, 20)), ("20/03/2026 0:00", "dmy", (2026, 3, 20)),
        ("1 augustus 1999", "dmy", (1999, 8, 1)),
    ],
)  # fmt: skip
def test_days_as_people_write_them(text, order, parts):
    assert day(text, Reading(dates=order)) == date(*parts)


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
    assert storable("\ufeff A\x00b\u200b ") == "Ab"
    assert [storable(True), storable(12.0), storable(1.5), storable(None)] == ["true", 12, 1.5, ""]
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


@pytest.mark.parametrize(
    ("fields", "columns", "names"),
    [
        (RELATIONS, ["Debiteurnummer", "Naam", "Straat", "Huisnummer", "Toevoeging", "Btw-identificatienummer"],
         ["number", "name", "street", "house_number", "house_addition", "vat_number"]),
        (RELATIONS, ["Company", "Street", "House number", "VAT identification number"],
         ["name", "street", "house_number", "vat_number"]),
        (CONTACTS, ["Debiteurnummer", "Naam", "E-mailadres werk", "Telefoonnummer werk"],
         ["organization_number", "name", "email", "phone"]),
        (SALES, ["Omschrijving", "Debiteurnummer", "Orderwaarde (excl. btw)", "Slagingskans", "Actie", "Gesloten op",
                 "Aangemaakt"],
         ["subject", "customer_number", "expected_revenue", "probability", "next_step", "closed_on", "start_date"]),
        (SALES, ["Deal", "Order value", "Kans (%)", "Aanmaakdatum", "Datum actie"],
         ["subject", "expected_revenue", "probability", "start_date", "next_step_on"]),
        (SALES, ["Deal", "Created on", "Scoringskans", "Next action"],
         ["subject", "start_date", "probability", "next_step"]),
    ],
)  # fmt: skip
def test_headings_of_administrations_and_other_sales_systems_are_recognised(fields, columns, names):
    guessed = guess(columns, fields)

    assert [guessed.get(str(place)) for place in range(len(columns))] == names


def hints(visitor):
    """What the page says beside the columns nothing is proposed for."""
    page = visitor.client.get(reverse("sales:import-columns", args=[visitor.run.pk]))
    texts = [
        (field.help_text, field.value() or "") for field in (column["field"] for column in page.context["form"].columns)
    ]
    for place, (text, _value) in enumerate(texts):
        assert (f'id="id_column-{place}_helptext">{text}</p>' in page.content.decode()) == bool(text)
    return texts


@pytest.mark.django_db
@pytest.mark.parametrize("heading", ["Kans", "Kans (%)", "Scoringskans", "Probability", "Slagingskans"])
def test_why_a_percentage_is_not_proposed_stands_beside_it(visitor, van_dam, switch, heading):
    visitor.upload(csv(("Deal", "Klant", heading), ("Kade", "Van Dam", "40%")))
    assert hints(visitor) == [
        ("", "subject"), ("", "customer"),
        ("This is the probability, which follows the phase here. An administrator can change that.", ""),
    ]  # fmt: skip
    switch(own_probability=True)
    assert hints(visitor)[2] == (
        "This is the probability, which follows the phase. Choose it to keep it as set by hand.", "",
    )  # fmt: skip
    visitor.columns(**{"column-2": "probability"})
    assert hints(visitor)[2] == ("", "probability")


@pytest.mark.django_db
def test_numbers_of_another_system_are_not_proposed_and_it_is_said(visitor, van_dam):
    visitor.upload(csv(("Debiteurnummer", "Naam", "KvK"), ("10001", "Bos", "12345678")), kind="relations")
    assert hints(visitor)[0] == ("No relation here has these numbers. New relations get numbers of their own.", "")
    assert visitor.proposed()["key"] == "coc_number" and words(visitor.check()) == ["create"]
    visitor.upload(csv(("Debiteurnummer", "Organisatie", "Naam"), ("10001", "Van Dam", "Ann")), kind="contacts")
    assert hints(visitor)[0] == ("No relation here has these numbers.", "") and words(visitor.check()) == ["create"]
    visitor.upload(csv(("ID", "Deal", "Klantnummer", "Klant"), (77, "Roof", "10001", "Van Dam")))
    assert [text for text, value in hints(visitor) if not value] == [
        "No sale here has these numbers. As “Reference in another system” they are recognised the next time.",
        "No relation here has these numbers.",
    ]  # fmt: skip
    assert words(visitor.check()) == ["create"]


@pytest.mark.django_db
def test_numbers_of_ours_are_proposed(visitor, van_dam):
    visitor.upload(csv(("Debiteurnummer", "Naam"), ("10001", "Bos"), ("r-1", "Van Dam")), kind="relations")

    assert hints(visitor) == [("", "number"), ("", "name")]


@pytest.mark.django_db
def test_house_number_goes_behind_the_street(visitor, company):
    rows = [
        ("Bos", "Kade", "12", "a"), ("Dam", "Plein 7 b", "7", "b"), ("Erf", "", "3", ""), ("Gat", "Dijk", "", ""),
        ("Hof", "x" * 199, "3", ""),
    ]  # fmt: skip
    visitor.upload(csv(("Naam", "Straat", "Huisnummer", "Toevoeging"), *rows), kind="relations")
    assert words(visitor.check()) == ["create"] * 4 + ["refused"]
    visitor.start()
    streets = dict(Relation.objects.values_list("name", "street"))
    assert streets == {"Bos": "Kade 12 a", "Dam": "Plein 7 b", "Erf": "", "Gat": "Dijk"}

    visitor.upload(csv(("Naam", "Straat", "Huisnummer"), ("Bos", "Kade", "12")), kind="relations")
    response = visitor.columns(**{"column-1": ""})
    assert response.status_code == 422
    assert "say which column is the street" in str(response.context["form"].non_field_errors())


@pytest.mark.parametrize("kind", ["relations", "contacts"])
@pytest.mark.parametrize(
    "heading", ["mobiel", "Mobiel", "GSM", "mobile", "Mobile phone", "Mobiel nummer", "gsm-nummer"]
)
def test_a_mobile_number_is_known_by_its_usual_headings(kind, heading):
    guessed = guess(["Telefoon", heading], FIELDS[kind])
    assert guessed == {"0": "phone", "1": "mobile"}
