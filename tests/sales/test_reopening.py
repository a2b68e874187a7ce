"""Reopening after more than one acceptance, and while somebody works on what acceptance made (rule 13)."""

from decimal import Decimal

import pytest

from invoicing.issuing import issue
from invoicing.models import Invoice
from projects.models import Project
from projects.opening import NewProject
from sales.acceptance import accept
from sales.models import FollowUp, Sale
from sales.refusals import Refused
from sales.reopening import follow_up_is_untouched, reopen
from tests.factories import LineFactory, ProjectFactory, SaleFactory
from tests.issuable import issuable


@pytest.fixture
def sale(salesperson, phases):
    sale = SaleFactory(owner=salesperson, phase=phases[50], expected_revenue=Decimal("1500"))
    LineFactory(sale=sale, description="Design", quantity=2, unit_price=Decimal("250"))
    LineFactory(sale=sale, description="Build", quantity=1, unit_price=Decimal("1000"))
    return sale


def close(sale, by, follow_up, **values):
    kind = sale.customer.relation_type
    return accept(sale, reason=None, relation_type=kind, follow_up=follow_up, version=sale.version, by=by, **values)


def new_project(manager):
    return NewProject(name="Roof", contact=None, manager=manager, start_date=None, end_date=None, note="")


def test_reopen_takes_services_back_from_a_second_project_after_a_first_one_of_its_own(sale, salesperson):
    first = close(sale, salesperson, FollowUp.NEW_PROJECT, new_project=new_project(salesperson))
    again = reopen(first, delete_follow_up=True, version=first.version, by=salesperson)
    project = ProjectFactory(customer=sale.customer)
    second = close(again, salesperson, FollowUp.EXISTING_PROJECT, project=project)
    reopened = reopen(second, delete_follow_up=True, version=second.version, by=salesperson)
    assert (reopened.status, reopened.project) == ("open", None)
    assert (list(Project.objects.all()), project.services.count()) == ([project], 0)


def test_reopen_deletes_its_own_project_also_after_it_was_kept_once(sale, salesperson):
    first = close(sale, salesperson, FollowUp.NEW_PROJECT, new_project=new_project(salesperson))
    reopened = reopen(first, delete_follow_up=False, version=first.version, by=salesperson)
    second = close(reopened, salesperson, FollowUp.LINKED)
    reopen(second, delete_follow_up=True, version=second.version, by=salesperson)
    assert Project.objects.count() == 0


def test_reopen_leaves_the_services_of_a_project_closed_since(sale, salesperson):
    project = ProjectFactory(customer=sale.customer)
    accepted = close(sale, salesperson, FollowUp.EXISTING_PROJECT, project=project)
    Project.objects.update(status="closed")
    accepted = Sale.objects.get(pk=accepted.pk)
    assert not follow_up_is_untouched(accepted)
    with pytest.raises(Refused) as refusal:
        reopen(accepted, delete_follow_up=True, version=accepted.version, by=salesperson)
    assert (refusal.value.code, project.services.count()) == ("touched", 2)


def test_reopen_sees_an_invoice_issued_after_the_page_was_read(sale, salesperson, manager):
    read = close(sale, salesperson, FollowUp.INVOICE)
    assert read.invoice.is_draft
    issue(issuable(Invoice.objects.get()), version=1, by=manager)
    with pytest.raises(Refused) as refusal:
        reopen(read, delete_follow_up=False, version=read.version, by=salesperson)
    assert (refusal.value.code, Sale.objects.get().status) == ("issued", "accepted")


def test_a_project_closed_after_it_was_chosen_is_refused_in_words(sale, salesperson):
    project = ProjectFactory(customer=sale.customer)
    ProjectFactory(customer=sale.customer)
    Project.objects.filter(pk=project.pk).update(status="closed")
    with pytest.raises(Refused) as refusal:
        close(sale, salesperson, FollowUp.EXISTING_PROJECT, project=project)
    assert refusal.value.message_dict == {"project": ["Choose an active project of this customer."]}
    assert Sale.objects.get().status == "open"


def test_a_sale_without_lines_is_added_to_a_project_and_taken_off_it(salesperson, phases):
    sale = SaleFactory(owner=salesperson, phase=phases[50])
    project = ProjectFactory(customer=sale.customer)
    accepted = close(sale, salesperson, FollowUp.EXISTING_PROJECT, project=project)
    assert (accepted.status, accepted.project) == ("accepted", project)
    reopened = reopen(accepted, delete_follow_up=True, version=accepted.version, by=salesperson)
    assert (reopened.project, list(Project.objects.all())) == (None, [project])
