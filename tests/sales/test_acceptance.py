"""Accepting: rules 8 to 13 without HTTP."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from invoicing.models import Invoice
from projects.models import Project
from projects.opening import NewProject
from relations.models import RelationType
from sales.acceptance import accept, proposed_type, unavailable
from sales.models import AcceptReason, FollowUp, Sale, SaleEvent
from sales.refusals import AlreadyDone, Refused, Stale
from sales.reopening import follow_up_is_untouched, reopen
from sales.transitions import move
from salescrm.models import Organisation
from salescrm.numbering import NumberSeries
from tests.factories import LineFactory, ProjectFactory, SaleFactory


@pytest.fixture
def sale(salesperson, phases):
    sale = SaleFactory(owner=salesperson, phase=phases[50], expected_revenue=Decimal("1500"))
    LineFactory(sale=sale, description="Design", quantity=2, unit_price=Decimal("250"))
    LineFactory(sale=sale, description="Build", quantity=1, unit_price=Decimal("1000"))
    return sale


def close(sale, by, follow_up=FollowUp.NONE, **values):
    answers = {
        "reason": None, "relation_type": sale.customer.relation_type, "follow_up": follow_up, "version": sale.version,
    }  # fmt: skip
    return accept(sale, by=by, **(answers | values))


def project_values(manager):
    return NewProject(name="Roof", contact=None, manager=manager, start_date=None, end_date=None, note="")


def test_accept_keeps_phase_and_probability_from_any_phase(salesperson, phases):
    for percent, phase in phases.items():
        accepted = close(SaleFactory(owner=salesperson, phase=phase), salesperson)
        assert (accepted.status, accepted.phase, accepted.probability) == ("accepted", phase, percent)


def test_accept_makes_the_prospect_a_customer(sale, salesperson):
    customer_type = proposed_type(sale)
    assert (sale.customer.relation_type.name, customer_type.name) == ("Prospect", "Customer")
    close(sale, salesperson, relation_type=customer_type)
    sale.customer.refresh_from_db()
    assert (sale.customer.relation_type, sale.customer.version) == (customer_type, 2)


def test_accept_enforces_required_and_switched_off_reasons(sale, salesperson, switch):
    switch(accept_reason="required")
    with pytest.raises(ValidationError) as refusal:
        close(sale, salesperson)
    assert "reason" in refusal.value.message_dict
    switch(accept_reason="off")
    with pytest.raises(ValidationError):
        close(sale, salesperson, reason=AcceptReason.objects.first())
    assert Sale.objects.get(pk=sale.pk).status == "open"


def test_draft_invoice_has_exactly_the_lines(sale, salesperson):
    invoice = close(sale, salesperson, FollowUp.INVOICE).invoice
    lines = [(line.description, line.quantity, line.unit_price, line.amount) for line in invoice.lines.all()]
    assert lines == [("Design", 2, 250, 500), ("Build", 1, 1000, 1000)]
    assert (invoice.status, invoice.number, invoice.customer, invoice.owner) == (
        "draft", "", sale.customer, salesperson,
    )  # fmt: skip


@pytest.mark.parametrize("method", ["hourly", "subscription"])
def test_draft_invoice_needs_fixed_prices_only(sale, salesperson, method):
    LineFactory(sale=sale, billing_method=method)
    assert unavailable(sale, salesperson)[FollowUp.INVOICE] == "Not all service lines have a fixed price."
    with pytest.raises(Refused):
        close(sale, salesperson, FollowUp.INVOICE)
    assert (Invoice.objects.count(), Sale.objects.get(pk=sale.pk).status) == (0, "open")


def test_draft_invoice_needs_lines(salesperson):
    sale = SaleFactory(owner=salesperson)
    assert unavailable(sale, salesperson)[FollowUp.INVOICE] == "This sale has no service lines."


def test_follow_up_without_the_right_says_so(sale, salesperson):
    salesperson.groups.first().permissions.filter(codename__in=["add_invoice", "add_project"]).delete()
    user = type(salesperson).objects.get(pk=salesperson.pk)
    reasons = unavailable(sale, user)
    assert reasons[FollowUp.INVOICE] == "You may not create invoices."
    assert reasons[FollowUp.NEW_PROJECT] == "You may not create projects."


def test_new_project_takes_services_and_a_number(sale, salesperson):
    project = close(sale, salesperson, FollowUp.NEW_PROJECT, new_project=project_values(salesperson)).project
    assert project.number.endswith("-0001")
    assert [(s.description, s.amount, s.sale_line.sale) for s in project.services.all()] == [
        ("Design", 500, sale),
        ("Build", 1000, sale),
    ]


def test_new_project_has_no_number_when_numbering_is_off(sale, salesperson):
    NumberSeries.objects.filter(kind="project").update(is_active=False)
    assert close(sale, salesperson, FollowUp.NEW_PROJECT, new_project=project_values(salesperson)).project.number == ""


def test_existing_project_must_be_active_and_of_this_customer(sale, salesperson):
    assert unavailable(sale, salesperson)[FollowUp.EXISTING_PROJECT] == "This customer has no active project."
    ProjectFactory(customer=sale.customer, status="closed")
    assert unavailable(sale, salesperson)[FollowUp.EXISTING_PROJECT] == "This customer has no active project."
    project = ProjectFactory(customer=sale.customer)
    for wrong in (None, ProjectFactory(), Project.objects.get(status="closed")):
        with pytest.raises(ValidationError):
            close(sale, salesperson, FollowUp.EXISTING_PROJECT, project=wrong)
    assert close(sale, salesperson, FollowUp.EXISTING_PROJECT, project=project).project == project
    assert project.services.count() == 2


def test_existing_project_is_claimed_once(sale, salesperson):
    project = ProjectFactory(customer=sale.customer)
    with CaptureQueriesContext(connection) as statements:
        close(sale, salesperson, FollowUp.EXISTING_PROJECT, project=project)
    locks = [query["sql"] for query in statements if 'FOR UPDATE OF "projects_project"' in query["sql"]]
    assert len(locks) == 1


def test_a_failing_follow_up_leaves_everything_as_it_was(sale, salesperson):
    customer_type = RelationType.objects.get(name="Customer")
    with pytest.raises(ValidationError):
        close(sale, salesperson, FollowUp.EXISTING_PROJECT, relation_type=customer_type, project=ProjectFactory())
    sale = Sale.objects.get(pk=sale.pk)
    assert (sale.status, sale.version, sale.events.count(), sale.customer.relation_type.name) == (
        "open", 1, 1, "Prospect",
    )  # fmt: skip


def test_second_accept_is_one_outcome_with_one_invoice(sale, salesperson, colleague):
    first = close(sale, salesperson, FollowUp.INVOICE)
    assert close(sale, salesperson, FollowUp.INVOICE, version=1).invoice == first.invoice
    with pytest.raises(AlreadyDone):
        close(sale, colleague, FollowUp.NONE, version=1)
    assert (Invoice.objects.count(), sale.events.count()) == (1, 2)


def test_stale_accept_is_refused(sale, salesperson, colleague, phases):
    move(sale, phase=phases[75], version=1, by=colleague)
    with pytest.raises(Stale):
        close(sale, salesperson, version=1)


def test_reopen_deletes_what_is_untouched(sale, salesperson):
    accepted = close(sale, salesperson, FollowUp.INVOICE)
    reopened = reopen(accepted, delete_follow_up=True, version=2, by=salesperson)
    assert (reopened.status, reopened.invoice, reopened.follow_up) == ("open", None, "")
    assert Invoice.objects.count() == 0


def test_reopen_deletes_an_untouched_project_it_made(sale, salesperson):
    accepted = close(sale, salesperson, FollowUp.NEW_PROJECT, new_project=project_values(salesperson))
    reopen(accepted, delete_follow_up=True, version=2, by=salesperson)
    assert Project.objects.count() == 0
    assert [line.service for line in sale.lines.all()] == [None, None]


def test_reopen_takes_only_its_services_from_an_existing_project(sale, salesperson):
    project = ProjectFactory(customer=sale.customer)
    accepted = close(sale, salesperson, FollowUp.EXISTING_PROJECT, project=project)
    reopen(accepted, delete_follow_up=True, version=2, by=salesperson)
    assert (Project.objects.count(), project.services.count()) == (1, 0)


def test_reopen_refuses_to_delete_what_was_touched(sale, salesperson):
    accepted = close(sale, salesperson, FollowUp.INVOICE)
    Invoice.objects.update(version=2)
    accepted = Sale.objects.get(pk=sale.pk)
    assert not follow_up_is_untouched(accepted)
    with pytest.raises(Refused) as refusal:
        reopen(accepted, delete_follow_up=True, version=2, by=salesperson)
    assert refusal.value.code == "touched"


def test_reopen_with_kept_invoice_offers_it_first_and_never_a_second(sale, salesperson):
    accepted = close(sale, salesperson, FollowUp.INVOICE)
    reopened = reopen(accepted, delete_follow_up=False, version=2, by=salesperson)
    reasons = unavailable(reopened, salesperson)
    assert (reasons[FollowUp.LINKED], reasons[FollowUp.INVOICE]) == ("", "This sale already has an invoice.")
    again = close(reopened, salesperson, FollowUp.LINKED)
    assert (again.invoice, Invoice.objects.count()) == (accepted.invoice, 1)


def test_reopen_keeps_the_relation_type(sale, salesperson):
    accepted = close(sale, salesperson, relation_type=RelationType.objects.get(name="Customer"))
    reopened = reopen(accepted, delete_follow_up=False, version=2, by=salesperson)
    assert reopened.customer.relation_type.name == "Customer"


def test_event_of_an_acceptance_holds_the_whole_outcome(sale, salesperson):
    reason = AcceptReason.objects.first()
    accepted = close(sale, salesperson, FollowUp.INVOICE, reason=reason)
    event = SaleEvent.objects.get(sale=sale, kind="accepted")
    assert event.state() == Sale.objects.get(pk=sale.pk).state()
    assert (event.accept_reason, event.follow_up, event.sale_version) == (reason, "invoice", accepted.version)


def test_payment_term_comes_from_the_customer_else_from_us(sale, salesperson):
    Organisation.objects.update(payment_days=21)
    assert close(sale, salesperson, FollowUp.INVOICE).invoice.payment_days == 21
