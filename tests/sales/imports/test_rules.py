"""The command and the browser decide about a row by the same rules."""

from datetime import date

import pytest
from django.utils import translation

from relations.models import Relation
from relations.saving import set_active
from sales.customers.merging import merge
from sales.imports.of_sales import SaleImporter
from sales.models import LossReason, Sale, SaleEvent, Source
from sales.transitions import lose
from tests.factories import InvoiceFactory, PersonFactory, RelationFactory, SaleFactory, UserFactory
from tests.sales.imports.browser import csv, whys, words
from tests.sales.imports.test_import import (
    export,
    mapped,
    row,
    run,
    verdicts,
)

__all__ = ["export", "run"]  # fixtures
pytestmark = pytest.mark.django_db


def both(run, path, **options):
    """What is said about the rows in advance; and that it is what happens."""
    expected = verdicts(run(path, **options))
    assert verdicts(run(path, commit=True, verbosity=2, **options)) == expected
    return expected


def test_command_refuses_new_sales_no_form_would_take_and_takes_the_others(run, export, tmp_path, manager):
    Source.objects.create(name="Fair", position=9, is_active=False)
    gone = RelationFactory(name="Gone")
    set_active(gone, active=False, version=1, by=manager)
    PersonFactory(first_name="Piet", prefix="", family_name="Pers")
    mapping = mapped(tmp_path, one=("[subject]", 'source = "engage_quarter"\n[subject]'))
    path = export(
        row("A1", account="Gone"), row("A2", account="Piet Pers"), row("A3")[:-1] + "Fair,", row("A4")[:-1] + "Moon,",
        row("A5"),
    )  # fmt: skip

    assert both(run, path, mapping=str(mapping)) == [
        "line 2 A1 reject: This relation is deactivated. Choose another one.",
        "line 3 A2 reject: Sales to persons are switched off. Choose an organization.",
        "line 4 A3 reject: This source is retired. Choose another one.",
        "line 5 A4 reject: engage_quarter: “Moon” is unknown here.",
        "line 6 A5 create",
    ]
    assert Sale.objects.get().external_reference == "A5"


def test_customer_with_an_invoice_stays_and_is_said_in_advance(run, export):
    run(export(row()), commit=True)
    sale = Sale.objects.get()
    Sale.objects.update(invoice=InvoiceFactory(customer=sale.customer))

    assert both(run, export(row(account="Veste Oost"))) == [
        "line 2 A1 reject: An invoice or project of this customer hangs on this sale."
    ]
    assert not Sale.objects.exclude(customer=sale.customer).exists()


def test_name_of_several_customers_is_refused_unless_the_sale_has_one_of_them(run, export):
    run(export(row("A1", account="Molen")), commit=True)
    RelationFactory(name="MOLEN")

    assert both(run, export(row("A1", account="Molen"), row("A2", account="molen"))) == [
        "line 2 A1 unchanged",
        "line 3 A2 reject: 2 relations are called “molen”: merge or rename them in the CRM first",
    ]


def test_name_of_a_merged_customer_leads_to_the_one_that_was_kept(run, export, visitor, manager):
    survivor, other = RelationFactory(name="Molen Groep"), RelationFactory(name="Molen Noord")
    merge(survivor, other, taken=[], version=1, other_version=1, by=manager)
    run(export(row()), commit=True)
    visitor.upload(csv(("Deal", "Klant"), ("Kraan", "Molen Noord")))

    assert words(visitor.check()) == ["create"]
    visitor.start()
    assert list(Sale.objects.values_list("customer", flat=True)) == [survivor.pk, survivor.pk]


def test_colleague_who_left_gives_way_to_one_of_the_same_name(run, export, company):
    UserFactory(name="Ilse Broek", is_active=False)
    here = UserFactory(name="Ilse Broek")
    left = UserFactory(name="Pim Slot", is_active=False)
    run(export(row("A1"), row("A2", owner="Pim Slot")), commit=True)

    assert [sale.owner for sale in Sale.objects.order_by("pk")] == [here, left]


def test_owner_who_was_added_and_then_invited_keeps_the_sales_of_both(run, export):
    run(export(row("A1"), row("A2")), commit=True)
    invited = UserFactory(name="Ilse Broek")
    Sale.objects.filter(external_reference="A2").update(owner=invited)

    assert both(run, export(row("A1"), row("A2"), row("A3"), row("A4", owner=invited.email))) == [
        "line 2 A1 unchanged", "line 3 A2 unchanged", "line 4 A3 reject: several are called “Ilse Broek”.",
        "line 5 A4 create",
    ]  # fmt: skip


def test_reference_in_two_files_of_one_run_counts_once(run, export):
    paths = [export(row("A1"), name="one.csv"), export(row("A1"), row("A2"), name="two.csv")]

    assert verdicts(run(*paths)) == [
        "line 2 A1 create", "line 2 A1 reject: reference A1 stands already on line 2", "line 3 A2 create",
    ]  # fmt: skip


def test_customers_of_rejected_rows_are_not_added(run, export):
    run(export(row("A1"), row("A1", account="Second"), row("A2", account="Third", value="x")), commit=True)

    assert list(Relation.objects.values_list("name", flat=True)) == ["Molen Noord"]


def test_command_speaks_english_whatever_the_language(run, export):
    with translation.override("nl"):
        run(export(row(stage="Won", end="01-05-17")), commit=True)
        assert verdicts(run(export(row()))) == [
            "line 2 A1 reject: the sale is accepted in the CRM and open in the file: reopen it in the CRM first"
        ]
        assert translation.get_language() == "nl"


@pytest.mark.parametrize("rows", [3, 30])
def test_changes_that_no_rule_can_refuse_take_the_same_statements(run, export, rows, django_assert_max_num_queries):
    names = [f"A{n}" for n in range(rows)]
    run(export(*(row(name, stage="Prospecting") for name in names)), commit=True)
    moved = export(*(row(name, value="5") for name in names))
    with django_assert_max_num_queries(40):
        run(moved, commit=True)
    won = export(*(row(name, value="5", stage="Won", end="01-05-17") for name in names))
    with django_assert_max_num_queries(40):
        run(won, commit=True)
    kinds = ["created", "changed", "moved", "accepted"]
    assert list(SaleEvent.objects.order_by("sale", "sequence").values_list("kind", flat=True)) == kinds * rows
    for sale in Sale.objects.all():
        assert sale.events.last().state() == sale.state()


@pytest.mark.parametrize("together", [True, False])
def test_changed_together_or_alone_a_sale_comes_out_the_same(visitor, manager, salesperson, together, monkeypatch):
    if not together:
        monkeypatch.setattr(SaleImporter, "is_unquestioned", lambda importer, decision: False)
    moved, lost, closed = (SaleFactory(subject="Quay") for _time in range(3))
    lose(closed, reason=None, lost_to=None, version=1, by=manager)
    reason = LossReason.objects.first()
    rows = [
        ("Number", "Subject", "Owner", "Phase", "Status", "Closed on", "Reason lost", "Expected revenue", "Next step",
         "Customer"),
        (moved.pk, "Roof", salesperson.email, "Proposal", "", "", "", 7, "Call", moved.customer.name),
        (lost.pk, "", "", "", "lost", "2026-03-02", reason.name, "", "Mail", ""),
        (closed.pk, "Wall", salesperson.email, "", "", "", "", "", "", closed.customer.name),
    ]  # fmt: skip
    visitor.upload(csv(*rows))
    assert words(visitor.check()) == ["update"] * 3
    visitor.start()

    sales = [Sale.objects.get(pk=sale.pk) for sale in (moved, lost, closed)]
    assert [(sale.subject, sale.next_step, sale.probability, sale.loss_reason) for sale in sales] == [
        ("Roof", "Call", 50, None), ("Quay", "Mail", 10, reason), ("Wall", closed.next_step, 10, None),
    ]  # fmt: skip
    assert [[(event.kind, event.sale_version) for event in sale.events.all()][1:] for sale in sales] == [
        [("changed", 2), ("moved", 3)], [("lost", 3)], [("lost", 2), ("changed", 3)],
    ]  # fmt: skip
    for sale in sales:
        last = sale.events.last()
        assert (last.state(), last.by, sale.updated_by) == (sale.state(), manager, manager)
    visitor.undo()
    assert [Sale.objects.get(pk=sale.pk).subject for sale in sales] == ["Quay"] * 3


def test_closing_day_of_a_closed_sale_never_comes_before_its_start(run, export, visitor):
    run(export(row(stage="Won", end="01-05-17")), commit=True)
    earlier = export(row(stage="Won", end="01-01-17"))
    assert both(run, earlier) == ["line 2 A1 reject: closed before it started"]
    visitor.upload(csv(("Number", "Closed on"), (Sale.objects.get().pk, "2017-01-01")))

    assert whys(visitor.check()) == ["The closing day cannot lie before the start date, 1 Feb 2017."]
    assert Sale.objects.get().closed_on == date(2017, 5, 1)


@pytest.mark.parametrize("stage", ["Won", "Lost"])
def test_command_corrects_closed_history_without_the_reason_that_is_required(run, export, switch, tmp_path, stage):
    fair = Source.objects.create(name="Fair", position=9)
    mapping = str(mapped(tmp_path, one=("[subject]", 'source = "engage_quarter"\n[subject]')))
    run(export(row(stage=stage, end="01-05-17")), commit=True, mapping=mapping)
    switch(accept_reason="required", loss_reason="required")
    changed = export(row(stage=stage, end="02-05-17", owner="Jan Smit")[:-1] + "Fair,")

    assert both(run, changed, mapping=mapping) == ["line 2 A1 update: closed_on, owner, source"]
    sale = Sale.objects.get()
    assert (sale.closed_on, sale.owner.name, sale.source) == (date(2017, 5, 2), "Jan Smit", fair)
    assert (sale.accept_reason, sale.loss_reason) == (None, None)
    assert sale.events.last().state() == sale.state()


def test_browser_corrects_closed_history_without_a_reason_but_takes_none_away(visitor, manager, salesperson, switch):
    reason, fair = LossReason.objects.first(), Source.objects.first()
    old, known = (lose(SaleFactory(), reason=why, lost_to=None, version=1, by=manager) for why in (None, reason))
    before = [sale.state() for sale in (old, known)]
    switch(loss_reason="required")
    head = ("Number", "Closed on", "Owner", "Source", "Reason lost")
    rows = [(sale.pk, "2026-03-02", salesperson.email, fair.name) for sale in (old, known)]
    visitor.upload(csv(head, (*rows[0], ""), (*rows[1], "")))
    assert visitor.check(clear="on") == [("update", ""), ("refused", "Choose a reason.")]
    assert visitor.check(clear=None) == [("update", "")] * 2
    visitor.start()

    for sale, why in ((old, None), (known, reason)):
        sale.refresh_from_db()
        assert (sale.closed_on, sale.owner, sale.source, sale.loss_reason) == (
            date(2026, 3, 2), salesperson, fair, why,
        )  # fmt: skip
    visitor.undo()
    assert list(visitor.run.rows.values_list("remainder", flat=True)) == ["", ""]
    assert [Sale.objects.get(pk=sale.pk).state() for sale in (old, known)] == before


def test_a_reason_given_by_an_import_is_taken_back_although_one_is_required(visitor, manager, switch):
    old = lose(SaleFactory(), reason=None, lost_to=None, version=1, by=manager)
    switch(loss_reason="required")
    visitor.upload(csv(("Number", "Reason lost"), (old.pk, LossReason.objects.first().name)))
    assert words(visitor.check()) == ["update"]
    visitor.start()
    visitor.undo()

    assert list(visitor.run.rows.values_list("remainder", flat=True)) == [""]
    assert Sale.objects.get().loss_reason is None
