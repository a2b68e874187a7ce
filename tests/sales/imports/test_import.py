"""Importing the export of another CRM: the example mapping on a small file of our own in the same format."""

import csv
from collections import Counter
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from openpyxl import Workbook

from relations.models import Relation
from sales.models import Phase, Sale, SaleEvent, SalesSettings
from sales.transitions import lose, move
from sales.trashing import trash
from salescrm.calendar import day_of
from salescrm.models import User

DATA = Path(__file__).parent / "data"
FILE = DATA / "pipeline.csv"
MISSING = "Unknown account"
HEAD = FILE.read_text().splitlines()[0]

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(company):
    """Run the import and return what it prints: run(path, commit=True)."""

    def import_sales(*paths, mapping="crm_sales_opportunities", account_for_missing=MISSING, **options):
        out = StringIO()
        call_command(
            "import_sales", *(paths or [FILE]), mapping=mapping, account_for_missing=account_for_missing, stdout=out,
            **options,
        )  # fmt: skip
        return out.getvalue()

    return import_sales


@pytest.fixture
def export(tmp_path):
    """Write an export with these rows (after the header) and return its path."""

    def write(*rows, name="export.csv", head=HEAD, encoding="utf-8", separator=","):
        path = tmp_path / name
        path.write_bytes("\n".join([head, *rows]).replace(",", separator).encode(encoding))
        return path

    return write


def row(
    reference="A1", owner="Ilse Broek", account="Molen Noord", stage="Engaging", start="01-02-17", end="", value=""
):
    return f"{reference},{owner},GTX Basic,{account},{stage},{start},{end},{value},,"


def verdicts(output):
    return [line for line in output.splitlines() if line.startswith("line ")]


def summary(output):
    words = ("to create", "to update", "created", "updated", "unchanged", "rejected")
    pairs = (line.strip().partition(" ") for line in output.splitlines())
    return {word: int(number) for number, _space, word in pairs if word in words}


def test_dry_run_gives_a_verdict_per_row_and_stores_nothing(run):
    output = run()

    assert len(verdicts(output)) == 12
    assert verdicts(output)[0] == "line 2 T0000001 create"
    assert summary(output) == {"to create": 12, "to update": 0, "unchanged": 0, "rejected": 0}
    assert "Nothing was stored" in output
    assert (Sale.objects.count(), Relation.objects.count(), User.objects.count()) == (0, 0, 0)


def test_commit_stores_sales_owners_and_customers(run):
    output = run(FILE, DATA / "accounts.csv", commit=True)

    assert summary(output) == {"created": 12, "updated": 0, "unchanged": 0, "rejected": 0}
    assert Counter(Sale.objects.values_list("status", flat=True)) == {"accepted": 5, "lost": 2, "open": 5}
    assert Sale.objects.accepted().totals()["revenue"] == Decimal("10930.00")
    assert Sale.objects.lost().totals()["revenue"] == 0
    assert Sale.objects.open().totals()["unknown"] == 5
    assert sorted(User.objects.values_list("email", flat=True)) == [
        "ilse.broek@import.invalid", "otto.tas@import.invalid", "pim.slot@import.invalid",
    ]  # fmt: skip
    assert not any(user.has_usable_password() for user in User.objects.all())
    assert "These owners cannot log in" in output
    assert sorted(Relation.objects.values_list("name", "country", "note")) == [
        ("Brug West", "Kenya", "finance"), ("Kaap Zuid", "Belgium", "medical"),
        ("Molen Noord", "Netherlands", "retail"),
        ("Unknown account", "", ""), ("Veste Oost", "Netherlands", "software"),
    ]  # fmt: skip
    assert Relation.objects.exclude(number="").count() == 5
    assert Relation.objects.search("veste").get().name == "Veste Oost"


def test_accepted_sale_keeps_its_days_and_needs_no_further_actions(run):
    SalesSettings.objects.update(accept_reason="required")
    run(commit=True)

    sale = Sale.objects.get(external_reference="T0000002")
    created, accepted = sale.events.all()
    assert (sale.subject, sale.customer.name, sale.owner.name) == ("GTX Pro", "Kaap Zuid", "Otto Tas")
    assert (sale.status, sale.follow_up, sale.accept_reason) == ("accepted", "none", None)
    assert (sale.start_date, sale.closed_on) == (date(2016, 10, 25), date(2017, 3, 11))
    assert (sale.expected_revenue, sale.probability, sale.version) == (Decimal("4514.00"), 100, 2)
    assert (created.kind, day_of(created.at), created.status) == ("created", date(2016, 10, 25), "open")
    assert (accepted.kind, day_of(accepted.at), accepted.state()) == ("accepted", date(2017, 3, 11), sale.state())
    assert sale.created_at == created.at
    assert sale.customer.relation_type == SalesSettings.objects.get().accepted_type


def test_open_sale_stands_in_the_phase_of_its_stage_with_unknown_revenue(run, phases):
    run(commit=True)

    prospecting, engaging = (Sale.objects.get(external_reference=f"T000000{n}") for n in (9, 7))
    assert (prospecting.phase, prospecting.probability) == (phases[10], 10)
    assert (engaging.phase, engaging.probability) == (phases[25], 25)
    assert (engaging.expected_revenue, engaging.expected_end_date, engaging.start_date) == (
        None,
        None,
        date(2017, 11, 10),
    )
    assert prospecting.customer.relation_type.is_default


def test_second_run_changes_nothing(run):
    run(commit=True)
    before = list(SaleEvent.objects.order_by("pk").values()), list(Sale.objects.order_by("pk").values())

    assert summary(run(commit=True)) == {"created": 0, "updated": 0, "unchanged": 12, "rejected": 0}
    assert (list(SaleEvent.objects.order_by("pk").values()), list(Sale.objects.order_by("pk").values())) == before


def test_row_without_account_is_rejected_without_the_option(run, tmp_path):
    rejected = tmp_path / "rejected.csv"
    output = run(account_for_missing="", commit=True, rejected=rejected)

    assert summary(output) == {"created": 10, "updated": 0, "unchanged": 0, "rejected": 2}
    assert verdicts(output) == ["line 11 T0000010 reject: no customer", "line 12 T0000011 reject: no customer"]
    rows = list(csv.DictReader(StringIO(rejected.read_text(encoding="utf-8-sig"))))
    assert list(rows[0]) == [*HEAD.split(","), "reason"]
    assert [(r["opportunity_id"], r["sales_agent"], r["reason"]) for r in rows] == [
        ("T0000010", "Ilse Broek", "no customer"), ("T0000011", "Pim Slot", "no customer"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (row(start="2017-02-01"), 'engage_date "2017-02-01" is not a date like %d-%m-%y'),
        (row(start="31-02-17"), 'engage_date "31-02-17" is not a date like %d-%m-%y'),
        (row(value="about 100"), 'close_value "about 100" is not an amount'),
        (row(value="-5"), 'close_value "-5" is negative'),
        (row(value="1" * 13), f'close_value "{"1" * 13}" is too large'),
        (row(stage="Dreaming"), 'unknown stage "Dreaming"'),
        (row(stage=""), "no stage"),
        (row(reference=""), "no reference"),
        (row(owner=""), "no owner"),
        (row(account="x" * 201), "customer is longer than 200 characters"),
        (row(reference="x" * 101), "external_reference is longer than 100 characters"),
        (row(stage="Won", value="5"), "closed, but without a closing day"),
        (row(stage="Lost", end="01-01-17"), "closed before it started"),
        (row(stage="Lost", end="01-01-68"), "the closing day lies in the future"),
        (row() + ",more", "more cells than columns: is a separator inside a text not quoted?"),
        (row(stage="Dreaming", start="x"), 'engage_date "x" is not a date like %d-%m-%y; unknown stage "Dreaming"'),
    ],
)  # fmt: skip
def test_bad_row_is_rejected_with_its_reason_and_the_others_are_not(run, export, bad, reason):
    output = run(export(row("A0"), bad, row("A2")), commit=True)

    assert verdicts(output) == [f"line 3 {bad.split(',')[0]} reject: {reason}"]
    assert sorted(Sale.objects.values_list("external_reference", flat=True)) == ["A0", "A2"]


def test_reference_twice_in_one_file_is_rejected_the_second_time(run, export):
    output = run(export(row("A1"), row("A2"), row("A1", stage="Prospecting")), commit=True)

    assert verdicts(output) == ["line 4 A1 reject: reference A1 stands already on line 2"]
    assert Sale.objects.get(external_reference="A1").probability == 25


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_encoding_and_separator_are_found_out(run, export, encoding, separator):
    run(export(row(account="Café Één"), encoding=encoding, separator=separator), commit=True)

    assert Sale.objects.get().customer.name == "Café Één"


def test_xlsx_is_read_with_its_own_dates_and_numbers(run, tmp_path):
    workbook = Workbook()
    sheet = workbook.active
    sheet.append(HEAD.split(","))
    sheet.append([4711, "Ilse Broek", "GTXPro", "Molen Noord", "Won", date(2017, 2, 1), date(2017, 3, 1), 1054.5])
    sheet.append(["A2", "Ilse Broek", "GTXPro", "Molen Noord", "Engaging", None, None, None])
    workbook.save(tmp_path / "export.xlsx")
    run(tmp_path / "export.xlsx", commit=True)

    first, second = Sale.objects.order_by("pk")
    assert (first.external_reference, first.closed_on, first.expected_revenue) == (
        "4711",
        date(2017, 3, 1),
        Decimal("1054.50"),
    )
    assert (second.external_reference, second.start_date, second.expected_revenue) == ("A2", None, None)


def test_later_export_moves_closes_and_changes_with_an_event_each(run, export, phases):
    run(export(row("A1", stage="Prospecting"), row("A2"), row("A3", value="100"), row("A4")), commit=True)
    later = export(
        row("A1"), row("A2", stage="Won", end="01-05-17", value="80"), row("A3", value="120", owner="Otto Tas"),
        row("A4"),
    )  # fmt: skip
    assert summary(run(later)) == {"to create": 0, "to update": 3, "unchanged": 1, "rejected": 0}

    output = run(later, commit=True)
    assert verdicts(output) == [
        "line 2 A1 update: phase",
        "line 3 A2 update: closed_on, expected_revenue, status",
        "line 4 A3 update: expected_revenue, owner",
    ]
    sales = {sale.external_reference: sale for sale in Sale.objects.all()}
    kinds = {name: [event.kind for event in sale.events.all()] for name, sale in sales.items()}
    assert kinds == {
        "A1": ["created", "moved"], "A2": ["created", "changed", "accepted"], "A3": ["created", "changed"],
        "A4": ["created"],
    }  # fmt: skip
    assert (sales["A1"].phase, sales["A1"].probability) == (phases[25], 25)
    assert (sales["A2"].closed_on, sales["A2"].follow_up, sales["A2"].phase) == (date(2017, 5, 1), "none", phases[25])
    assert (sales["A3"].owner.name, sales["A3"].expected_revenue) == ("Otto Tas", Decimal("120.00"))
    for sale in sales.values():
        last = sale.events.last()
        assert (last.state(), last.sequence, last.sale_version) == (sale.state(), sale.last_sequence, sale.version)
    assert day_of(sales["A2"].events.get(kind="accepted").at) == date(2017, 5, 1)


def test_export_never_reopens_nor_changes_the_amount_of_a_closed_sale(run, export, salesperson):
    first = export(
        row("A1"), row("A2", stage="Won", end="01-05-17", value="80"), row("A3", stage="Lost", end="01-05-17")
    )
    run(first, commit=True)
    lose(Sale.objects.get(external_reference="A1"), reason=None, lost_to=None, version=1, by=salesperson)
    output = run(
        export(row("A1"), row("A2", stage="Won", end="01-05-17", value="90"), row("A3", stage="Won", end="01-05-17")),
        commit=True,
    )

    assert verdicts(output) == [
        "line 2 A1 reject: the sale is lost in the CRM and open in the file: reopen it in the CRM first",
        "line 3 A2 reject: the sale is closed in the CRM, so expected_revenue stays as it stood: reopen it first",
        "line 4 A3 reject: the sale is lost in the CRM and accepted in the file: reopen it in the CRM first",
    ]


def test_export_corrects_the_closing_day_of_a_closed_sale(run, export):
    run(export(row("A1", stage="Won", end="01-05-17", value="80")), commit=True)
    run(export(row("A1", stage="Won", end="03-05-17", value="80")), commit=True)

    sale = Sale.objects.get()
    assert sale.closed_on == date(2017, 5, 3)
    assert [event.kind for event in sale.events.all()] == ["created", "accepted", "corrected"]


def test_closing_leaves_the_phase_somebody_moved_the_sale_to(run, export, phases, salesperson):
    run(export(row("A1")), commit=True)
    move(Sale.objects.get(), phase=phases[75], version=1, by=salesperson)
    run(export(row("A1", stage="Lost", end="01-05-17")), commit=True)

    assert (Sale.objects.get().phase, Sale.objects.get().status) == (phases[75], "lost")


def test_known_owner_and_customer_are_found_whatever_the_capitals(run, export, salesperson):
    known = Relation.objects.create(name="MOLEN Noord", sort_key="molen noord", relation_type_id=_some_type())
    run(export(row(owner="SANNE DE WIT"), row("A2", owner="sanne@example.com")), commit=True)

    assert {(sale.owner, sale.customer) for sale in Sale.objects.all()} == {(salesperson, known)}
    assert (User.objects.count(), Relation.objects.count()) == (1, 1)


def _some_type():
    return SalesSettings.objects.get().accepted_type_id


def test_history_names_who_imported(run, export, manager, salesperson):
    run(export(row()), commit=True, by="MILA@example.com")

    assert Sale.objects.get().events.get().by == manager
    with pytest.raises(CommandError, match="may import"):
        run(export(row()), by=salesperson.email)


def mapped(tmp_path, **replacements):
    shipped = Path("sales/mappings/crm_sales_opportunities.toml").read_text()
    for old, new in replacements.values():
        assert old in shipped
        shipped = shipped.replace(old, new)
    path = tmp_path / "mapping.toml"
    path.write_text(shipped)
    return path


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"close_value"', '"amount"', "has no column 'amount'"),
        ('template = "{product}"', 'template = "{article}"', "has no column 'article'"),
        ("phase = 1 }", "phase = 9 }", 'stage "prospecting" needs one of our phases; 9 is none'),
        ("phase = 1 }", 'phase = "Dreaming" }', "'Dreaming' is none. Choose from: 1 or \"Introduction\""),
        ('status = "lost"', 'status = "gone"', 'stage "lost" has status "gone"'),
        ("[columns]", "[colums]", 'Unknown section in'),
        ('start_date = ', 'started = ', 'Unknown field in [columns]'),
        ('status = "lost", phase = 2', 'status = "lost", phase = 2, reason = "Rain"', 'names the reason "Rain"'),
        ("[file]", "[file", "cannot be read"),
        ('numbers = "en"', 'numbers = "fr"', 'numbers in [file] is "en"'),
    ],
)  # fmt: skip
def test_wrong_mapping_is_one_clear_error(run, tmp_path, old, new, message):
    with pytest.raises(CommandError) as error:
        run(mapping=str(mapped(tmp_path, one=(old, new))))

    assert message in str(error.value)


def test_phase_of_a_stage_may_be_named_or_given_by_percentage(run, tmp_path, export, phases):
    mapping = mapped(
        tmp_path,
        a=("phase = 1 }", 'phase = "negotiation" }'),
        b=("Engaging = { phase = 2 }", 'Engaging = { phase = "50 %" }'),
    )
    run(export(row("A1", stage="Prospecting"), row("A2")), mapping=str(mapping), commit=True)

    assert list(Sale.objects.order_by("external_reference").values_list("phase", flat=True)) == [
        phases[75].pk,
        phases[50].pk,
    ]


def test_reason_the_mapping_names_is_stored(run, tmp_path, export):
    mapping = mapped(tmp_path, one=('status = "lost", phase = 2', 'status = "lost", phase = 2, reason = "no budget"'))
    run(export(row(stage="Lost", end="01-05-17")), mapping=str(mapping), commit=True)

    assert Sale.objects.get().loss_reason.name == "No budget"


def test_dutch_amounts_are_read_as_the_mapping_says(run, tmp_path, export):
    mapping = mapped(tmp_path, one=('numbers = "en"', 'numbers = "nl"'))
    written = row(value="1.234#50").replace(",", ";").replace("#", ",")
    path = export(head=f"{HEAD.replace(',', ';')}\n{written}", separator=",")
    run(path, mapping=str(mapping), commit=True)

    assert Sale.objects.get().expected_revenue == Decimal("1234.50")


@pytest.mark.parametrize(("text", "message"), [("", "is empty"), ("a,a\n1,2", 'the column "a" twice')])
def test_unreadable_file_is_one_clear_error(run, tmp_path, text, message):
    path = tmp_path / "export.csv"
    path.write_text(text)
    with pytest.raises(CommandError, match=message):
        run(path)


def test_missing_file_and_broken_workbook_are_one_clear_error(run, tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        run(tmp_path / "nowhere.csv")
    (tmp_path / "broken.xlsx").write_bytes(b"not a workbook")
    with pytest.raises(CommandError, match="cannot be read"):
        run(tmp_path / "broken.xlsx")


@pytest.mark.parametrize("rows", [3, 30])
def test_statements_do_not_grow_with_the_rows(run, export, rows, django_assert_max_num_queries):
    path = export(*(row(f"A{n}") for n in range(rows)))
    with django_assert_max_num_queries(45):
        run(path, commit=True)
    assert Phase.objects.count() == 5


def test_mapping_that_fits_is_found(company):
    call_command("import_sales", DATA / "pipeline.csv", commit=True, account_for_missing="Unknown", verbosity=0)
    assert Sale.objects.exists()


def test_file_that_no_mapping_fits_is_refused(company, tmp_path):
    odd = tmp_path / "odd.csv"
    odd.write_text("a,b\n1,2\n")
    with pytest.raises(CommandError, match="No mapping"):
        call_command("import_sales", odd, verbosity=0)


def test_row_of_a_sale_in_the_trash_is_rejected_and_says_so(run, export, manager):
    path = export(row())
    run(path, commit=True)
    trash(Sale.objects.get(), version=1, by=manager)
    output = run(path)
    assert (summary(output)["rejected"], "restore it in the CRM first" in verdicts(output)[0]) == (1, True)


def test_rejected_rows_that_cannot_be_written_end_in_a_sentence(run, tmp_path):
    with pytest.raises(CommandError, match="Only the file of rejected rows could not be written"):
        run(commit=True, rejected=tmp_path / "away" / "rejected.csv")
    assert Sale.objects.count() == 12
