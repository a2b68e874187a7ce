"""Editing and deleting drafts (rules 6, 22 and 23)."""

from decimal import Decimal

import pytest

from invoicing.drafting import delete_untouched_draft, is_untouched_draft
from invoicing.editing import delete, edit, may_edit, stored_lines
from invoicing.history import Refused
from invoicing.lines import Line
from invoicing.models import Invoice
from salescrm.versions import Stale
from tests.factories import ContactFactory, SaleFactory


@pytest.fixture
def values():
    return {"subject": "Second phase", "contact": None, "reference": "PO 1", "note": "", "payment_days": 30}


@pytest.fixture
def lines(rates):
    return [
        Line("Design", Decimal("2"), Decimal("100.00"), rates["high"]),
        Line("Book", Decimal("1.5"), Decimal("33.33"), rates["low"]),
        Line("Tip", Decimal("1"), Decimal("5"), rates["zero"]),
    ]


def test_edit_replaces_head_lines_and_totals_and_raises_the_version(draft, values, lines, salesperson):
    invoice = edit(draft(), values=values, lines=lines, version=1, by=salesperson)
    assert (invoice.version, is_untouched_draft(invoice), invoice.subject) == (2, False, "Second phase")
    assert stored_lines(invoice) == lines
    assert (invoice.total_excluding_vat, invoice.total_vat) == (Decimal("255.00"), Decimal("46.50"))
    assert list(invoice.events.values_list("kind", "invoice_version")) == [("created", 1), ("edited", 2)]


def test_the_same_edit_changes_nothing(draft, salesperson):
    invoice = draft()
    same = {name: getattr(invoice, name) for name in ("subject", "contact", "reference", "note", "payment_days")}
    assert edit(invoice, values=same, lines=stored_lines(invoice), version=1, by=salesperson).version == 1
    assert is_untouched_draft(Invoice.objects.get())


def test_edit_twice_by_the_same_user_is_one_change(draft, values, lines, salesperson):
    invoice = draft()
    versions = [edit(invoice, values=values, lines=lines, version=1, by=salesperson).version for _click in range(2)]
    assert (versions, invoice.events.count()) == ([2, 2], 2)


def test_a_different_edit_of_an_old_version_is_stale_also_by_the_same_user(draft, values, lines, salesperson):
    invoice = draft()
    edit(invoice, values=values, lines=lines, version=1, by=salesperson)
    with pytest.raises(Stale):
        edit(invoice, values=values | {"subject": "Third"}, lines=lines, version=1, by=salesperson)
    assert Invoice.objects.get().subject == "Second phase"


def test_edit_refuses_a_contact_of_somebody_else(draft, values, lines, salesperson):
    with pytest.raises(Refused) as refusal:
        edit(draft(), values=values | {"contact": ContactFactory()}, lines=lines, version=1, by=salesperson)
    assert list(refusal.value.message_dict) == ["contact"]


def test_delete_clears_the_link_of_the_sale(draft, salesperson):
    invoice = draft()
    sale = SaleFactory(invoice=invoice)
    delete(invoice, version=1, by=salesperson)
    sale.refresh_from_db()
    assert (sale.invoice, Invoice.objects.count()) == (None, 0)


def test_delete_of_a_stale_version_is_refused(draft, values, lines, salesperson, manager):
    invoice = draft()
    edit(invoice, values=values, lines=lines, version=1, by=manager)
    with pytest.raises(Stale):
        delete(invoice, version=1, by=salesperson)


def test_delete_untouched_draft_refuses_a_touched_one(draft, values, lines, salesperson):
    invoice = draft()
    edit(invoice, values=values, lines=lines, version=1, by=salesperson)
    with pytest.raises(ValueError, match="untouched"):
        delete_untouched_draft(invoice)


def test_owner_and_managers_may_edit(draft, salesperson, colleague, manager, administrator):
    invoice = draft()
    assert [may_edit(invoice, user) for user in (salesperson, colleague, manager, administrator)] == [
        True, False, True, True,
    ]  # fmt: skip
