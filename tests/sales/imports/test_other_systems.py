"""Files as other systems write them: what accepting all that is proposed gives, and that nothing is lost by it."""

from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection
from django.urls import reverse

from relations.models import Contact, Relation
from sales.imports.cells import (
    Reading,
    counts_rows,
    day,
    line,
)
from sales.imports.columns import guess, prefer_amount
from sales.imports.fields import SALES, fields_of
from sales.imports.parsing.reading import lines_of
from sales.models import LossReason, Sale, SaleStatus
from tests.factories import ContactFactory, PersonFactory, RelationFactory, SaleFactory
from tests.sales.imports.browser import (
    patched,
    whys,
    words,
    workbook,
)

pytestmark = pytest.mark.django_db
ALFA, BETA = "Proefbedrijf Alfa BV", "Proefbedrijf Beta BV"


@pytest.fixture
def alfa(company, settings):
    settings.TODAY = date(2026, 11, 30)
    RelationFactory(name=BETA, number="0002", city="Zwolle")
    with connection.cursor() as cursor:  # sales with the first numbers are made by hand below
        place = "pg_get_serial_sequence('sales_sale', 'id')"
        cursor.execute(f"SELECT setval({place}, greatest(nextval({place}), 100))")
    return RelationFactory(name=ALFA, number="0001", city="Utrecht")


def accepted(visitor, text, kind="sales", name="file.csv", **changed):
    """Everything that is proposed, accepted: what is said of every row."""
    visitor.upload(text if isinstance(text, bytes) else text.encode(), kind=kind, name=name)
    verdicts = visitor.check(**changed)
    if {"create", "update"} & set(words(verdicts)):
        visitor.start()
    return verdicts


def unused(visitor):
    """What the preview says of columns that are not imported."""
    return dict(visitor.client.get(visitor.run.get_absolute_url()).context["unused"])


@pytest.mark.parametrize(
    ("columns", "heading"),
    [
        (["Amount", "Expected Revenue"], "Amount"), (["Expected revenue", "Bedrag"], "Bedrag"),
        (["Verwachte omzet", "Dealwaarde (EUR)"], "Dealwaarde (EUR)"), (["Verwachte omzet"], "Verwachte omzet"),
        (["Expected Revenue", "Prorated Revenue"], "Expected Revenue"),
        (["Expected revenue", "Amount", "Weighted revenue"], "Expected revenue"),
        (["Verwachte omzet", "Gewogen omzet"], "Verwachte omzet"), (["Bedrag", "Gewogen bedrag"], "Bedrag"),
        (["Weighted amount"], None), (["Gewogen waarde", "Kans"], None), (["Verwachte omzet (gewogen)"], None),
    ],
)  # fmt: skip
def test_amount_is_never_the_weighted_one(columns, heading):
    field = fields_of("sales")["expected_revenue"]
    guessed = prefer_amount(columns, guess(columns, SALES), field)
    assert [columns[int(place)] for place, name in guessed.items() if name == field.name] == (
        [heading] if heading else []
    )


def test_expected_revenue_beside_an_amount_is_left_alone_and_it_is_said(visitor, alfa):
    head = "Opportunity Name,Account Name,Stage,Amount,Expected Revenue,Probability (%),Close Date,Created Date"
    text = f"{head}\nPlatform,{ALFA},Negotiation,10000.00,7500.00,75,3/31/2027,10/20/2026"

    assert accepted(visitor, text) == [("create", "")]
    sale = Sale.objects.get()
    assert (sale.expected_revenue, sale.probability, sale.weighted_revenue) == (10_000, 75, 7500)
    assert (sale.expected_end_date, sale.start_date) == (date(2027, 3, 31), date(2026, 10, 20))
    assert unused(visitor) == {
        "Expected Revenue": "Beside an amount this is the weighted amount, which is calculated here. "
        "Choose it if it is not.",
        "Probability (%)": "This is the probability, which follows the phase here. An administrator can change that.",
    }


def test_close_date_is_the_expected_end_of_an_open_sale_and_the_closing_day_of_another(visitor, alfa):
    text = (
        "Record ID,Deal Name,Deal Stage,Close Date,Amount,Company name\n"
        f"90001,Website,Introduction,2027-03-20 10:22,12000,{ALFA}\n"
        f"90002,Training,Closed Won,2026-09-30 12:00,2000,{BETA}\n"
    )
    assert accepted(visitor, text) == [("create", ""), ("create", "")]
    assert [
        (sale.subject, sale.status, sale.expected_end_date, sale.closed_on, sale.external_reference)
        for sale in Sale.objects.order_by("external_reference")
    ] == [
        ("Website", SaleStatus.OPEN, date(2027, 3, 20), None, "90001"),
        ("Training", SaleStatus.ACCEPTED, None, date(2026, 9, 30), "90002"),
    ]
    later = text.replace("2027-03-20", "2027-04-20")
    assert words(accepted(visitor, later)) == ["update", "unchanged"]
    assert Sale.objects.open().get().expected_end_date == date(2027, 4, 20)


@pytest.mark.parametrize("heading", ["Verwachte sluitingsdatum", "Sluitingsdatum", "Sluitdatum", "Closing date"])
def test_day_an_open_sale_closes_is_expected_whatever_it_is_called(visitor, alfa, heading):
    accepted(visitor, f"Titel;Klant;Status;{heading}\nCampagne;{ALFA};Open;15-03-2027")
    assert Sale.objects.get().expected_end_date == date(2027, 3, 15)


def test_cells_that_are_not_used_are_said(visitor, alfa, manager):
    price = LossReason.objects.first().name
    head = "Deal,Klant,Status,Expected end date,Closed on,Reason lost,Reason accepted,Lost to competitor"
    text = (
        f"{head}\nA,{ALFA},open,2027-01-01,2026-10-01,{price},,{BETA}\n"
        f"B,{ALFA},won,,2026-10-01,{price},,{BETA}\nC,{ALFA},open,2027-01-01,,,,\n"
    )
    assert accepted(visitor, text) == [
        ("create", f"The sale is open, so this is not used: Closed on (1 Oct 2026), Reason lost ({price}), "
                   f"Lost to competitor ({BETA})."),
        ("create", f"This belongs to another outcome, so it is not used: Reason lost ({price}), "
                   f"Lost to competitor ({BETA})."),
        ("create", ""),
    ]  # fmt: skip
    page = visitor.client.get(visitor.run.get_absolute_url()).content.decode()
    assert "The sale is open, so this is not used" in page


def test_explanation_of_a_loss_that_is_none_is_said_and_hides_nothing_else(visitor, alfa):
    rows = [f"A,{ALFA},open,Too dear,", f"B,{ALFA},won,{'long ' * 150},901", f"C,{ALFA},lost,Too dear,"]
    rows = [f"{row},2026-10-01" for row in rows]
    text = "\n".join(["Deal,Klant,Status,Lost notes,Deal no.,Closed on", *rows])
    known, other, fits = whys(accepted(visitor, text, **{"column-4": "number"}))
    assert "The sale is open, so this is not used: Explanation of the loss (Too dear)" in known
    assert "another outcome, so it is not used: Explanation of the loss (long long" in other
    assert other.endswith("Sales get their numbers here, so this is not used: Number (901).")
    assert fits == "" and Sale.objects.lost().get().loss_explanation == "Too dear"


def test_cells_of_relations_and_contact_persons_that_are_not_used_are_said(visitor, alfa):
    text = "Naam,Voornaam,Achternaam,Straat,Huisnummer\nNieuw BV,Jan,Smit,,12\n"
    assert accepted(visitor, text, kind="relations") == [
        ("create", "There is no street, so this is not used: House number (behind the street) (12). "
                   "An organization has one name, so this is not used: First name (Jan), Family name (Smit)."),
    ]  # fmt: skip
    text = f"Organisatie,Naam,Voornaam,Achternaam\n{ALFA},J. Smit,Jan,Smit\n{ALFA},Eva Bos,Eva,Bos\n"
    assert accepted(visitor, text, kind="contacts") == [
        ("create", "The parts of the name count, so this is not used: Person (J. Smit)."), ("create", ""),
    ]  # fmt: skip


def test_columns_that_hold_something_and_are_not_imported_are_named(visitor, alfa):
    rows = [f"S{n},{ALFA},,{'' if n < 300 else 'late'}" for n in range(301)]
    accepted(visitor, "\n".join([f"Deal,Klant,Empty,Hobby\nA,{ALFA},,", *rows]))
    assert unused(visitor) == {"Hobby": ""}
    page = visitor.client.get(visitor.run.get_absolute_url()).content.decode()
    assert "These columns are not imported" not in page  # it has been carried out

    visitor.upload(f"Deal,Klant,Hobby\nB,{ALFA},Chess".encode())
    visitor.check()
    page = visitor.client.get(visitor.run.get_absolute_url()).content.decode()
    assert "These columns are not imported:" in page and "<li><b>Hobby</b></li>" in page


def test_sheets_that_are_not_read_are_named(visitor, alfa):
    book = patched(workbook(("Deal", "Klant"), ("Kraan", ALFA)), b"<x", b"<x")
    assert visitor.upload(book, name="a.xlsx").status_code == 302 and visitor.run.options["sheets"] == []
    more = b'<sheet name="Rest" sheetId="9" r:id="rId1"/></sheets>'
    visitor.upload(patched(book, b"</sheets>", more, "xl/workbook.xml"), name="a.xlsx")
    page = visitor.client.get(reverse("sales:import-columns", args=[visitor.run.pk])).content.decode()
    assert "Only the first sheet is read, not these: Rest." in page


@pytest.mark.parametrize("size", ["A1:C1", "A1", "A1:B2"])
def test_size_a_workbook_gives_itself_loses_no_row(visitor, alfa, size):
    book = workbook(("Onderwerp", "Klant", "Bedrag"), *((f"S{n}", ALFA, n) for n in (1, 2, 3)))
    raw = patched(book, b'<dimension ref="A1:C4"', f'<dimension ref="{size}"'.encode())
    assert raw != book and len(list(lines_of(raw))) == 4
    assert words(accepted(visitor, raw, name="a.xlsx")) == ["create"] * 3


@pytest.mark.parametrize("heading", ["Klantnummer", "Nr", "Nummer", "Debiteurnummer"])
def test_numbers_of_another_system_rename_nobody(visitor, alfa, heading):
    text = f"{heading};Naam;Plaats\n0001;Heel Ander Bedrijf BV;Goes\n5001;Nog Een Bedrijf BV;Goes\n"
    verdicts = accepted(visitor, text, kind="relations")
    assert words(verdicts) == (["refused"] * 2 if heading == "Nummer" else ["create"] * 2)
    assert sorted(Relation.objects.filter(number__in=["0001", "0002"]).values_list("name", "city")) == [
        (ALFA, "Utrecht"), (BETA, "Zwolle"),
    ]  # fmt: skip


def test_number_is_no_key_where_the_name_does_not_fit_though_it_was_chosen(visitor, alfa):
    rows = [
        "0001;Heel Ander Bedrijf BV;Goes;", "0002;proefbedrijf beta;Ede;", "0001;Nieuwe Naam BV;Goes;a@alfa.example",
        "0002;;Tiel;",
    ]  # fmt: skip
    Relation.objects.filter(pk=alfa.pk).update(email="A@alfa.example")
    text = "\n".join(["Klantnummer;Naam;Plaats;E-mail", *rows])
    verdicts = accepted(visitor, text, kind="relations", **{"column-0": "number", "key": "number", "update": "on"})
    assert words(verdicts) == ["refused", "update", "update", "refused"]
    assert whys(verdicts)[0] == f"Number 0001 is {ALFA}, not “Heel Ander Bedrijf BV”."


def test_address_of_another_relation_renames_nobody(visitor, alfa):
    Relation.objects.filter(pk=alfa.pk).update(email="info@office.example")
    text = "Naam;E-mail\nHeel Ander Bedrijf BV;info@office.example\n"
    assert accepted(visitor, text, kind="relations", key="email") == [
        ("refused", f"This e-mail address belongs to {ALFA}.")
    ]


def test_number_of_a_person_with_another_name_changes_nobody(visitor, alfa):
    person = PersonFactory(first_name="Ann", prefix="", family_name="Bos", number="0007")
    ContactFactory(organization=alfa, person=person, email="ann@alfa.example")
    text = (
        f"Organisatie;Nummer;Naam;E-mail\n{ALFA};0007;Jan Smit;jan@alfa.example\n{BETA};0007;Jan Smit;x@beta.example\n"
    )
    verdicts = accepted(visitor, text, kind="contacts", key="number", **{"column-1": "number", "update": "on"})
    assert whys(verdicts) == ["Number 0007 is Ann Bos, not “Jan Smit”."] * 2
    assert Contact.objects.get().email == "ann@alfa.example"


@pytest.mark.parametrize("heading", ["Nr", "Nummer", "ID", "Referentie", "No."])
@pytest.mark.parametrize("first", ["1", "01"])
def test_running_numbers_are_two_new_sales_though_the_customer_is_the_same(visitor, alfa, heading, first):
    for number in (1, 2):
        SaleFactory(pk=number, customer=alfa, subject="Ours", external_reference=str(number))
    text = (
        f"{heading};Onderwerp;Klant;Bedrag\n{first};Nieuw lijstje een;{ALFA};1111\n2;Nieuw lijstje twee;{ALFA};2222\n"
    )
    assert accepted(visitor, text) == [("create", ""), ("create", "")]
    ours = Sale.objects.filter(pk__lt=3).order_by("pk")
    assert list(ours.values_list("subject", "external_reference", "version")) == [
        ("Ours", "1", 1), ("Ours", "2", 1),
    ]  # fmt: skip
    assert unused(visitor)[heading] in (
        "This counts the rows of the file, so it recognises nothing here.",
        "Here these numbers belong to others, so they recognise nothing.",
    )


@pytest.mark.parametrize(
    ("heading", "key", "number"),
    [("Nr", "number", "5"), ("Nummer", "number", "5"), ("Referentie", "external_reference", "x5")],
)
def test_key_of_a_sale_that_fits_neither_subject_nor_customer_changes_nothing(visitor, alfa, heading, key, number):
    SaleFactory(pk=5, customer=alfa, subject="Ours", external_reference="x5", expected_revenue=1)
    rows = [f"{number};Another;{BETA};5", f"{number};OURS;{BETA};6", f"{number};Another;{ALFA};7"]
    verdicts = []
    for row in rows:
        text = f"{heading};Onderwerp;Klant;Bedrag\n{row}"
        visitor.upload(text.encode())
        verdicts += visitor.check(**{"column-0": key, "key": key, "update": "on"})
    named = "refused" if heading == "Nr" else "update"  # called as every list calls its count: the subject decides
    assert words(verdicts) == ["refused", "update", named]
    assert whys(verdicts)[0] == f"“{number}” is “Ours” of {ALFA} here, so this row seems to be another sale."


def test_column_that_counts_its_rows():
    assert counts_rows(["1", 2, "03"]) and counts_rows([1])
    assert not any(map(counts_rows, [[], ["2", "3"], ["1", "", "3"], ["1", "1"], ["R-1"], [1.5]]))


@pytest.mark.parametrize(
    "text",
    ["0001-01-01", "01-01-0001 00:00:00", "0000-00-00", "00-00-0000", "0000-00-00 00:00:00", "1753-01-01", "1-1-1753",
     "1899-12-30", "30/12/1899", "12/30/1899", "1899-12-30T00:00:00", "00:00:00", "0"],
)  # fmt: skip
def test_day_that_stands_for_none_is_none(text):
    assert day(text, Reading()) is None


@pytest.mark.parametrize("text", ["0026-12-20", "12/20/0026", "20-12-0026", "0017-01-01"])
def test_year_of_four_digits_is_not_one_of_two(text):
    with pytest.raises(ValidationError, match="is not a day"):
        day(text, Reading(dates="mdy" if text.startswith("12/") else "dmy"))


def test_day_with_a_time_is_a_day():
    assert day("2027-03-20T00:00:00.000Z", Reading()) == day("2027-03-20 10:22", Reading()) == date(2027, 3, 20)


@pytest.mark.parametrize("text", ["6,12345678E+08", "1.5e+16", "a\ufffdb", "#N/A"])
def test_what_a_spreadsheet_or_an_encoding_spoiled_is_refused(text):
    with pytest.raises(ValidationError):
        line(text)


@pytest.mark.parametrize("nothing", ["NULL", "-", "n.v.t.", "N/A", "null"])
def test_words_for_nothing_take_nothing_away(visitor, alfa, nothing):
    Relation.objects.filter(pk=alfa.pk).update(phone="0612345678")
    text = f"Naam;Telefoon;Plaats;Eigenaar\n{ALFA};{nothing};{nothing};{nothing}\nNull BV;;Ede;\n"
    assert words(accepted(visitor, text, kind="relations")) == ["unchanged", "create"]
    assert list(Relation.objects.filter(pk=alfa.pk).values_list("phone", "city")) == [("0612345678", "Utrecht")]

    text = (
        f"Onderwerp;Klant;Bron;Bedrag;Verwachte einddatum;Kenmerk\nA;{ALFA};{nothing};{nothing};{nothing};{nothing}\n"
    )
    assert accepted(visitor, text) == [("create", "")]
    sale = Sale.objects.get()
    assert (sale.expected_revenue, sale.expected_end_date, sale.external_reference) == (None, None, "")


def test_bad_byte_spoils_its_own_row_only(visitor, alfa):
    text = "Naam;Plaats\nCafé Ünïek BV;Tiël\nSlechte ".encode() + b"\xe9" + f" byte BV;Goes\n{ALFA};Tiël".encode()
    verdicts = accepted(visitor, text, kind="relations")
    assert words(verdicts) == ["create", "refused", "update"]
    assert "holds a character that cannot be read" in whys(verdicts)[1]
    assert sorted(Relation.objects.exclude(number="0002").values_list("name", "city"))[:2] == [
        ("Café Ünïek BV", "Tiël"), (ALFA, "Tiël"),
    ]  # fmt: skip


def test_empty_column_is_no_key(visitor, alfa):
    assert accepted(visitor, f"Naam;KvK-nummer;Plaats\n{BETA};;Zwolle\n", kind="relations") == [("unchanged", "")]


@pytest.fixture
def command(alfa, tmp_path):
    """Run the command on a file with these lines, by a mapping of these columns."""

    def run(*lines, files=(), more="", rejected=None, **columns):
        (tmp_path / "a.csv").write_text("\n".join(lines))
        named = "\n".join(f'{name} = "{column}"' for name, column in columns.items())
        stages = 'Introduction = { phase = 1 }\nWon = { status = "accepted", phase = -1 }\n'
        mapping = f"[columns]\n{named}\n[stages]\n{stages}{more}"
        (tmp_path / "m.toml").write_text(mapping)
        out = StringIO()
        options = {"mapping": str(tmp_path / "m.toml"), "commit": True, "verbosity": 2, "owner": "Jan", "stdout": out}
        paths = [tmp_path / name for name in ("a.csv", *files)]
        call_command("import_sales", *paths, rejected=rejected, **options)
        return out.getvalue()

    return run


COLUMNS = {
    "reference": "ID", "subject": "Deal", "customer": "Account", "stage": "Stage", "closed_on": "Close date",
    "expected_revenue": "Expected Revenue", "reason": "Reason",
}  # fmt: skip
HEAD = "ID,Deal,Account,Stage,Close date,Amount,Expected Revenue,Reason"


def test_command_expects_an_open_sale_to_end_on_its_close_date_and_says_what_it_leaves(command, alfa):
    output = command(
        HEAD, f"a1,Website,{ALFA},Introduction,2027-03-20,10,5,Price", f"a2,Old,{ALFA},Won,2026-09-30,10,10,",
        f"a3,None,{ALFA},Introduction,0001-01-01,NULL,-,NULL", **COLUMNS,
    )  # fmt: skip
    assert "line 2 a1 create: The sale is open, so this is not used: reason (Price)." in output
    sales = Sale.objects.order_by("external_reference")
    assert list(sales.values_list("expected_end_date", "closed_on", "expected_revenue")) == [
        (date(2027, 3, 20), None, Decimal(5)), (None, date(2026, 9, 30), Decimal(10)), (None, None, None),
    ]  # fmt: skip
    assert "Columns that are not used: Amount" in output
    assert '"Expected Revenue" seems to be the weighted amount' in output


def test_command_changes_nothing_of_a_sale_that_a_reference_means_by_accident(command, alfa):
    columns = COLUMNS | {"expected_revenue": "Amount"}
    command(HEAD, f"a1,Website,{ALFA},Introduction,,10,,", f"1,Roof,{ALFA},Introduction,,10,,", **columns)
    output = command(HEAD, f"a1,Other,{BETA},Introduction,,20,,", f"a1,Website,{BETA},Introduction,,20,,", **columns)
    assert f"line 2 a1 reject: “a1” is “Website” of {ALFA} here, so this row seems to be another sale." in output
    output = command(HEAD, f"1,Other,{ALFA},Introduction,,30,,", **columns)
    assert f"line 2 1 reject: “1” is “Roof” of {ALFA} here" in output
    assert "seems to be the weighted amount" not in output
    assert list(Sale.objects.order_by("pk").values_list("subject", "expected_revenue")) == [
        ("Website", 20),
        ("Roof", 10),
    ]


def test_command_takes_no_spoiled_text(command, alfa):
    output = command(
        HEAD, f"6.12E+08,Website,{ALFA},Introduction,,10,5,", f"a2,#REF!,{ALFA},Introduction,,10,5,", **COLUMNS
    )
    assert "2 rejected" in output and Sale.objects.count() == 0


ACCOUNTS = """
[customers]
file = "accounts.csv"
key = "Name"
phone = "Phone"
website = "Site"
city = "City"
email = "Mail"
"""


@pytest.fixture
def customers(command, tmp_path):
    """Run the command on a file with one sale of "Nieuw B.V.", and on one of accounts with these lines."""

    def run(*lines):
        (tmp_path / "accounts.csv").write_text("\n".join(["Name,Phone,Site,City,Mail,Staff", *lines]))
        return command(
            HEAD, "a1,Website,Nieuw B.V.,Introduction,,10,10,", files=["accounts.csv"], more=ACCOUNTS, **COLUMNS
        )

    return run


def test_command_finds_the_details_of_a_customer_in_any_spelling_of_its_legal_form(customers):
    output = customers("Ander BV,,,Ede,,1", "Nieuw BV,NULL,www.nieuw.example,Ede,info@nieuw.example,12")
    new = Relation.objects.get(name="Nieuw B.V.")
    assert (new.phone, new.website, new.city) == ("", "https://www.nieuw.example", "Ede")
    assert new.email == "info@nieuw.example"
    assert "Columns that are not used: Staff (accounts.csv)" in output


def test_command_says_what_it_cannot_use_of_a_customer_and_keeps_the_rest(customers):
    output = customers(
        f"Nieuw BV,6.12E+08,javascript:alert(1),Ede,{'x' * 300}@b.example,", "Nieuw BV,06 12345678,,Goes,,"
    )
    new = Relation.objects.get(name="Nieuw B.V.")
    assert (new.phone, new.website, new.city, new.email) == ("", "", "Ede", "")
    for beginning in ("line 2: Phone: ", "line 2: Site: ", "line 2: Mail: ", "line 3: "):
        assert f"accounts.csv {beginning}" in output


def test_command_names_what_it_leaves_of_every_file_and_keeps_every_rejected_cell(command, alfa, tmp_path):
    (tmp_path / "b.csv").write_text(f"{HEAD},Hobby\nb1,Roof,{ALFA},Unknown,,1,1,,Chess\n")
    out = tmp_path / "rejected.csv"
    output = command(HEAD, f"a1,Website,{ALFA},Introduction,,10,10,", files=["b.csv"], rejected=out, **COLUMNS)
    assert "Columns that are not used: Amount, Hobby (b.csv)" in output
    heading, rejected = out.read_text("utf-8-sig").splitlines()
    assert (heading, "Chess" in rejected) == (f"{HEAD},Hobby,reason", True)


def test_command_names_the_sheets_it_does_not_read(alfa, tmp_path):
    book = workbook(tuple(HEAD.split(",")), ("a1", "Website", ALFA, "Introduction", "", 10, 10, ""))
    more = b'<sheet name="Rest" sheetId="9" r:id="rId1"/></sheets>'
    (tmp_path / "a.xlsx").write_bytes(patched(book, b"</sheets>", more, "xl/workbook.xml"))
    named = "\n".join(f'{name} = "{column}"' for name, column in COLUMNS.items())
    (tmp_path / "m.toml").write_text(f"[columns]\n{named}\n[stages]\nIntroduction = {{ phase = 1 }}\n")
    out = StringIO()
    call_command("import_sales", tmp_path / "a.xlsx", mapping=str(tmp_path / "m.toml"), owner="Jan", stdout=out)
    assert "Sheets that are not read: Rest (a.xlsx)" in out.getvalue()
