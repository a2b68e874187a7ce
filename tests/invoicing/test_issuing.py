"""Issuing: numbers without holes or doubles, and an issued invoice never changes (rule 22)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.template.loader import render_to_string

from invoicing.document import compose, document_of, thaw
from invoicing.drafting import draft_invoice
from invoicing.editing import delete, edit
from invoicing.history import Refused
from invoicing.issuing import issue, obstacles
from invoicing.models import Invoice, InvoiceEvent, InvoiceLine
from relations.models import Relation
from salescrm.calendar import today
from salescrm.models import Organisation
from salescrm.numbering import Counter, NumberSeries
from salescrm.versions import Stale
from tests.factories import RelationFactory


def number(sequence, day=None):
    return f"{(day or today()).year}-{sequence:04}"


def test_issue_gives_number_dates_totals_and_event(draft, manager):
    invoice = issue(draft(), version=1, by=manager)
    assert (invoice.status, invoice.number, invoice.version) == ("issued", number(1), 2)
    assert (invoice.issued_on, invoice.due_on) == (today(), today() + timedelta(days=14))
    assert (invoice.total_excluding_vat, invoice.total_vat, invoice.total_including_vat) == (
        Decimal("1137.05"), Decimal("213.33"), Decimal("1350.38"),
    )  # fmt: skip
    assert [(e.kind, e.by.name, e.invoice_version) for e in invoice.events.select_related("by")] == [
        ("created", "Sanne de Wit", 1),
        ("issued", "Mila Brand", 2),
    ]


def test_numbers_are_consecutive_and_a_refusal_uses_none(draft, manager):
    numbers = [issue(draft(), version=1, by=manager).number for _time in range(3)]
    with pytest.raises(Refused):
        issue(draft(lines=[]), version=1, by=manager)
    numbers.append(issue(draft(), version=1, by=manager).number)
    assert numbers == [number(n) for n in (1, 2, 3, 4)]


def test_a_rollback_leaves_no_hole(draft, manager):
    issue(draft(), version=1, by=manager)
    with pytest.raises(RuntimeError), transaction.atomic():
        issue(draft(), version=1, by=manager)
        raise RuntimeError
    assert issue(draft(), version=1, by=manager).number == number(2)


@pytest.mark.django_db(transaction=True)
def test_twenty_issues_at_once_give_twenty_consecutive_numbers(draft, manager):
    first = issue(draft(), version=1, by=manager)
    drafts = [draft() for _invoice in range(20)]

    def work(invoice):
        try:
            return issue(invoice, version=1, by=manager).number
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        numbers = list(pool.map(work, drafts))
    assert first.number == number(1)
    assert sorted(numbers) == [number(n) for n in range(2, 22)]
    assert Counter.objects.get(kind="invoice").last == 21


@pytest.mark.django_db(transaction=True)
def test_one_draft_issued_by_many_at_once_gets_one_number(draft, manager, administrator):
    invoice = draft()

    def work(by):
        try:
            return issue(invoice, version=1, by=by).number
        except Stale:
            return "stale"
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(work, [manager, administrator] * 3))
    assert sorted(answers) == [number(1)] * 3 + ["stale"] * 3
    assert InvoiceEvent.objects.filter(kind="issued").count() == 1


def test_issue_twice_by_the_same_user_is_one_result(draft, manager):
    invoice = draft()
    assert issue(invoice, version=1, by=manager).number == issue(invoice, version=1, by=manager).number == number(1)
    assert invoice.events.filter(kind="issued").count() == 1


def test_issue_by_somebody_else_is_stale_and_names_the_first(draft, manager, administrator):
    invoice = draft()
    issue(invoice, version=1, by=manager)
    with pytest.raises(Stale) as refusal:
        issue(invoice, version=1, by=administrator)
    assert refusal.value.message == (
        f"Mila Brand issued this invoice as {number(1)} after you opened it. Nothing of yours was stored."
    )


def test_issue_of_a_stale_version_is_refused(draft, manager, salesperson):
    invoice = draft()
    values = {"subject": "Other", "contact": None, "reference": "", "note": "", "payment_days": 30}
    edit(invoice, values=values, lines=[], version=1, by=salesperson)
    with pytest.raises(Stale):
        issue(invoice, version=1, by=manager)
    assert Invoice.objects.get().status == "draft"


def test_issue_date_lies_between_the_last_invoice_and_today(draft, manager):
    yesterday = today() - timedelta(days=1)
    with pytest.raises(Refused) as future:
        issue(draft(), version=1, by=manager, on=today() + timedelta(days=1))
    assert list(future.value.message_dict) == ["issued_on"]
    assert issue(draft(), version=1, by=manager, on=yesterday).issued_on == yesterday
    with pytest.raises(Refused) as order:
        issue(draft(), version=1, by=manager, on=yesterday - timedelta(days=1))
    assert list(order.value.message_dict) == ["issued_on"]
    assert issue(draft(), version=1, by=manager, on=yesterday).number == number(2, yesterday)


def test_reverse_charge_needs_the_vat_number_of_the_customer(draft, manager, customer):
    lines = [("Consult", "1", "100", "reverse"), ("Book", "1", "10", "low"), ("Trip", "1", "20", "high")]
    with pytest.raises(Refused) as refusal:
        issue(draft(lines), version=1, by=manager)
    assert refusal.value.code == "vat_number"
    Relation.objects.filter(pk=customer.pk).update(vat_number="BE0411905847")
    invoice = issue(draft(lines), version=1, by=manager)
    assert (invoice.total_excluding_vat, invoice.total_vat) == (Decimal("130.00"), Decimal("5.10"))
    assert document_of(invoice).customer["vat_number"] == "BE0411905847"


@pytest.mark.parametrize(
    ("lacks", "sentences"),
    [
        ({"name": ""}, ["Our own organisation has no name."]),
        ({"street": ""}, ["Our own organisation has no street and number."]),
        ({"postcode": " "}, ["Our own organisation has no postcode."]),
        ({"city": ""}, ["Our own organisation has no city."]),
        ({"coc_number": ""}, ["Our own organisation has no KvK number."]),
        ({"vat_number": ""}, ["This invoice charges VAT, and our own organisation has no VAT number."]),
        ({"vat_number": "", "vat_exemption": "small"}, [
            "This invoice charges VAT, and our own organisation has no VAT number."
        ]),
        ({"street": "", "coc_number": ""}, [
            "Our own organisation has no street and number.", "Our own organisation has no KvK number.",
        ]),
    ],
)  # fmt: skip
def test_issuing_needs_our_own_name_address_and_numbers(lacks, sentences, draft, manager):
    Organisation.objects.update(**lacks)
    with pytest.raises(Refused) as refusal:
        issue(draft(), version=1, by=manager)
    assert refusal.value.messages == sentences
    assert (Invoice.objects.get().status, Counter.objects.filter(kind="invoice").count()) == ("draft", 0)


@pytest.mark.parametrize(
    ("lacks", "sentences"),
    [
        ({"street": ""}, ["Van Dam Logistiek B.V. has no street and number."]),
        ({"postcode": ""}, ["Van Dam Logistiek B.V. has no postcode."]),
        ({"city": ""}, ["Van Dam Logistiek B.V. has no city."]),
        ({"country": "Hong Kong", "postcode": ""}, []),
        ({"country": "Hong Kong", "postcode": "", "city": ""}, ["Van Dam Logistiek B.V. has no city."]),
        ({"country": "nederland", "postcode": ""}, ["Van Dam Logistiek B.V. has no postcode."]),
    ],
)
def test_issuing_needs_the_address_of_the_customer(lacks, sentences, draft, customer, manager):
    Organisation.objects.update(country="Nederland")
    Relation.objects.filter(pk=customer.pk).update(**lacks)
    customer.refresh_from_db()
    invoice = draft()
    assert [obstacle.text for obstacle in obstacles(compose(invoice))] == sentences
    if sentences:
        with pytest.raises(Refused) as refusal:
            issue(invoice, version=1, by=manager)
        assert refusal.value.messages == sentences
    else:
        assert issue(invoice, version=1, by=manager).number == number(1)


@pytest.mark.parametrize("exemption", ["small", "activities"])
def test_a_stated_exemption_stands_for_the_vat_number_where_no_vat_is_charged(exemption, draft, manager):
    Organisation.objects.update(vat_number="")
    exempt = [("Course", "1", "100", "exempt")]
    with pytest.raises(Refused) as refusal:
        issue(draft(exempt), version=1, by=manager)
    assert refusal.value.messages == ["Our own organisation has no VAT number, and states no exemption."]
    Organisation.objects.update(vat_exemption=exemption)
    invoice = issue(draft(exempt), version=1, by=manager)
    assert document_of(invoice).seller["vat_exemption"] == exemption


def test_reverse_charge_needs_both_vat_numbers(draft, manager, customer):
    Organisation.objects.update(vat_number="", vat_exemption="small")
    with pytest.raises(Refused) as refusal:
        issue(draft([("Consult", "1", "100", "reverse")]), version=1, by=manager)
    assert refusal.value.messages == [
        f"VAT is reverse charged only to a customer with a VAT number. Fill in the VAT number of {customer}.",
        "VAT is reverse charged only with our own VAT number on the invoice.",
    ]


def test_issuing_needs_a_day_or_a_period_of_supply_and_freezes_it(draft, manager):
    begins, ends = today() - timedelta(days=30), today() - timedelta(days=1)
    invoice = draft()
    Invoice.objects.update(supplied_from=None)
    with pytest.raises(Refused) as refusal:
        issue(invoice, version=1, by=manager)
    assert (refusal.value.code, refusal.value.messages) == (
        "supply", ["Fill in when this was supplied: a day, or a period."],
    )  # fmt: skip
    Invoice.objects.update(supplied_from=begins, supplied_until=ends)
    issued = issue(invoice, version=1, by=manager)
    document = thaw(Invoice.objects.get().document)
    assert (document.supplied_from, document.supplied_until) == (begins, ends)
    for changed in ({"supplied_from": ends}, {"supplied_until": None}):
        with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
            Invoice.objects.filter(pk=issued.pk).update(**changed)


def test_an_invoice_issued_before_this_was_asked_keeps_its_document(draft, manager):
    invoice = issue(draft(), version=1, by=manager)
    stored = {name: value for name, value in invoice.document.items() if not name.startswith("supplied_")}
    del stored["seller"]["vat_exemption"]
    document = thaw(stored)
    assert (document.supplied_from, document.supplied_until, document.number) == (None, None, number(1))
    html = render_to_string("invoicing/mail.html", {"document": document, "style": ""})
    assert number(1) in html
    assert "Supplied on" not in html


@pytest.mark.parametrize("period", [(None, 1), (2, 1)])
def test_a_period_of_supply_ends_after_it_begins(period, draft, salesperson):
    invoice = draft()
    begins, ends = (days and today() + timedelta(days=days) for days in period)
    values = {"supplied_from": begins, "supplied_until": ends}
    with pytest.raises(Refused):
        edit(invoice, values=values | {"contact": None}, lines=[], version=1, by=salesperson)
    with pytest.raises(IntegrityError, match="invoice_supply_ends_after_it_begins"), transaction.atomic():
        Invoice.objects.update(**values)


def test_issue_without_a_number_pattern_is_refused(draft, manager):
    NumberSeries.objects.filter(kind="invoice").update(is_active=False)
    with pytest.raises(Refused) as refusal:
        issue(draft(), version=1, by=manager)
    assert refusal.value.code == "numbering"


def test_issue_refuses_a_number_that_was_given_before_the_pattern_changed(draft, manager):
    issue(draft(), version=1, by=manager)
    NumberSeries.objects.filter(kind="invoice").update(pattern=f"{today().year}-{{seq:04}}")
    with pytest.raises(Refused) as refusal:
        issue(draft(), version=1, by=manager)
    assert refusal.value.code == "taken"


def test_the_document_stays_when_master_data_changes(draft, manager, customer):
    invoice = issue(draft(), version=1, by=manager)
    before = document_of(Invoice.objects.get())
    Relation.objects.update(name="Renamed", street="Elsewhere")
    Organisation.objects.update(name="Other name", iban="")
    after = document_of(Invoice.objects.for_page().get(pk=invoice.pk))
    assert after == before == thaw(Invoice.objects.get().document)
    assert (after.customer["name"], after.seller["iban"]) == ("Van Dam Logistiek B.V.", "NL91 ABNA 0417 1643 00")
    assert [(line.description, line.amount) for line in after.lines] == [
        ("Design", Decimal("1000.00")), ("Manual", Decimal("37.05")), ("Course", Decimal("100.00")),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        {"number": "2020-0001"}, {"subject": "Other"}, {"total_vat": 0}, {"status": "draft"}, {"document": {}},
        {"issued_on": "2020-01-01"}, {"note": "x"}, {"payment_days": 1},
    ],
)  # fmt: skip
def test_issued_invoice_refuses_an_update(draft, manager, change):
    invoice = issue(draft(), version=1, by=manager)
    with pytest.raises(IntegrityError), transaction.atomic():
        Invoice.objects.filter(pk=invoice.pk).update(**change)


def test_issued_invoice_lets_bookkeeping_through(draft, manager, administrator):
    invoice = issue(draft(), version=1, by=manager)
    Invoice.objects.filter(pk=invoice.pk).update(version=9, updated_by=administrator, sent_at="2026-01-01T10:00:00Z")
    assert Invoice.objects.get().version == 9


def test_issued_invoice_keeps_its_lines_and_events(draft, manager, rates):
    invoice = issue(draft(), version=1, by=manager)
    other = draft()
    attempts = [
        lambda: invoice.lines.update(unit_price=1),
        lambda: invoice.lines.all().delete(),
        lambda: InvoiceLine.objects.create(invoice=invoice, description="x", unit_price=1, vat_rate=rates["high"]),
        lambda: other.lines.update(invoice=invoice),
        lambda: invoice.events.update(detail="x"),
        lambda: invoice.events.all().delete(),
        lambda: other.events.update(detail="x"),
        lambda: Invoice.objects.filter(pk=invoice.pk).delete(),
    ]
    for attempt in attempts:
        with pytest.raises(IntegrityError), transaction.atomic():
            attempt()
    assert (invoice.lines.count(), invoice.events.count()) == (3, 2)


def test_issued_invoice_is_not_edited_or_deleted(draft, manager):
    invoice = issue(draft(), version=1, by=manager)
    values = {"subject": "Other", "contact": None, "reference": "", "note": "", "payment_days": 30}
    with pytest.raises(Refused):
        edit(invoice, values=values, lines=[], version=2, by=manager)
    with pytest.raises(Refused):
        delete(invoice, version=2, by=manager)


@pytest.mark.parametrize(
    "change",
    [
        {"number": "2026-0001"},
        {"status": "issued"},
        {"issued_on": "2026-01-01"},
        {"document": None, "status": "issued"},
    ],
)
def test_constraint_number_and_date_exactly_when_issued(draft, change):
    draft()
    with pytest.raises(IntegrityError, match="invoice_has_number_and_date_exactly_when_issued"), transaction.atomic():
        Invoice.objects.update(**change)


def test_constraint_number_is_unique(draft, manager):
    issue(draft(), version=1, by=manager)
    other = draft()
    with pytest.raises(IntegrityError, match="invoice_number_is_unique"), transaction.atomic():
        Invoice.objects.filter(pk=other.pk).update(
            number=number(1), status="issued", issued_on=today(), due_on=today(), document={"version": 1}
        )


def test_payment_term_of_the_customer_goes_before_ours(customer, rates, salesperson):
    own = RelationFactory(payment_days=60)
    make = {"contact": None, "subject": "x", "lines": [], "by": salesperson}
    assert [draft_invoice(customer=whose, **make).payment_days for whose in (customer, own)] == [14, 60]
