"""Two people whose deeds hold several records: who comes second waits, and nobody for ever (one order of locks)."""

from datetime import date
from functools import partial

import pytest
from django.db import transaction

from invoicing.editing import delete
from invoicing.models import Invoice
from projects.models import Project
from projects.opening import NewProject, open_project
from relations.models import Relation, RelationType
from sales.acceptance import accept
from sales.customers.merging import merge
from sales.defaults import install_defaults
from sales.editing import create
from sales.models import FollowUp, Phase, Sale
from sales.reopening import reopen
from salescrm.accounts.handing_over import hand_over, possessions
from salescrm.numbering import Counter
from tests.at_once import People, behind, holding
from tests.factories import ContactFactory, LineFactory, ProjectFactory, RelationFactory, SaleFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def by():
    install_defaults("en")
    return UserFactory(role="manager")


@pytest.fixture
def survivor(by):
    return RelationFactory(owner=by)


@pytest.fixture
def customer(by, survivor):
    """Somebody we sold to, who turns out to be the relation `survivor`, which was here before."""
    return RelationFactory(owner=by)


@pytest.fixture
def deeds(by, customer, survivor):
    """What the people of this file do, ready to be done."""
    return Deeds(by, customer, survivor)


class Deeds:
    def __init__(self, by, customer, survivor):
        self.by, self.customer, self.survivor = by, customer, survivor

    def merge(self):
        """The customer becomes one with another relation."""
        versions = {
            "version": self.survivor.version,
            "other_version": Relation.objects.get(pk=self.customer.pk).version,
        }
        return partial(merge, self.survivor, self.customer, taken=[], by=self.by, **versions)

    def sale(self, **values):
        """An open sale with a line."""
        sale = SaleFactory(**{"customer": self.customer, "owner": self.by} | values)
        LineFactory(sale=sale)
        return sale

    def accept(self, sale, follow_up, **values):
        """The sale is accepted, and its customer becomes another type."""
        kind = RelationType.objects.exclude(pk=self.customer.relation_type_id).first()
        answers = {"reason": None, "relation_type": kind, "follow_up": follow_up, "version": sale.version}
        return partial(accept, sale, by=self.by, **answers, **values)

    def project(self, name, contact=None):
        return NewProject(name, contact, self.by, date(2026, 1, 5), None, "")


def test_merging_and_deleting_a_draft_wait_for_each_other_in_one_order(deeds, by, customer):
    sale = deeds.accept(deeds.sale(), FollowUp.INVOICE)()
    project = ProjectFactory(customer=customer)

    merged, deleted = behind(project, deeds.merge(), partial(delete, sale.invoice, version=1, by=by))

    assert (merged, deleted) == (deeds.survivor, None)
    assert not Invoice.objects.exists()
    assert Sale.objects.get(pk=sale.pk).customer == deeds.survivor


def test_merging_and_reopening_wait_for_each_other_in_one_order(deeds, by):
    sale = deeds.accept(deeds.sale(), FollowUp.NEW_PROJECT, new_project=deeds.project("Roof"))()

    reopened, merged = behind(
        sale.project, partial(reopen, sale, delete_follow_up=False, version=2, by=by), deeds.merge()
    )

    assert (reopened.status, merged) == ("open", deeds.survivor)
    assert Sale.objects.get(pk=sale.pk).customer == deeds.survivor


def test_merging_waits_for_a_sale_that_was_made_and_is_accepted_meanwhile(deeds, by, customer):
    values = {"customer": customer, "owner": by, "phase": Phase.objects.first(), "contact": None, "source": None}
    with People() as people:
        with holding(customer, "FOR KEY SHARE"):
            people.start(deeds.merge())
            sale = create(values={"subject": "Roof"} | values, by=by, token=None)
            people.start(deeds.accept(sale, FollowUp.NONE))
        merged, accepted = people.results()

    assert (merged.code, accepted.status) == ("stale", "accepted")


def test_two_acceptances_that_open_a_project_for_one_customer_wait_for_each_other_in_one_order(deeds):
    first = deeds.accept(deeds.sale(), FollowUp.NEW_PROJECT, new_project=deeds.project("One"))
    second = deeds.accept(deeds.sale(), FollowUp.NEW_PROJECT, new_project=deeds.project("Two"))
    deeds.accept(deeds.sale(), FollowUp.NEW_PROJECT, new_project=deeds.project("Before"))()

    results = behind(Counter.objects.get(kind="project"), first, second)

    assert [sale.status for sale in results] == ["accepted", "accepted"]
    assert sorted(Project.objects.values_list("number", flat=True))[-1].endswith("3")


def test_adding_to_a_project_and_handing_over_wait_for_each_other_in_one_order(deeds, by, customer):
    leaving, colleague = UserFactory(role="salesperson"), UserFactory(role="salesperson")
    project = ProjectFactory(customer=customer, manager=leaving)
    Relation.objects.filter(pk__in=[customer.pk, deeds.survivor.pk]).update(owner=leaving)
    accepting = deeds.accept(deeds.sale(), FollowUp.EXISTING_PROJECT, project=project)
    leave = partial(hand_over, leaving, to=colleague, basis=possessions(leaving).basis, by=by)

    given, accepted = behind(deeds.survivor, leave, accepting)

    assert (accepted.project, accepted.status) == (project, "accepted")
    assert given["projects"] == 1


@pytest.mark.parametrize("side", ["survivor", "customer"])
def test_merging_and_making_a_sale_with_a_contact_person_wait_for_each_other_in_one_order(deeds, by, side):
    customer = getattr(deeds, side)
    values = {"subject": "Roof", "customer": customer, "owner": by, "phase": Phase.objects.first(), "source": None}
    selling = partial(create, values=values | {"contact": ContactFactory(organization=customer)}, by=by, token=None)

    sale, merged = behind(by, selling, deeds.merge())

    assert (sale.customer, merged) == (customer, deeds.survivor)
    assert Sale.objects.get(pk=sale.pk).customer == deeds.survivor


def test_merging_and_opening_a_project_with_a_contact_person_wait_for_each_other_in_one_order(deeds, by, customer):
    project = deeds.project("Roof", ContactFactory(organization=customer))
    opening = transaction.atomic(partial(open_project, customer=customer, project=project, services=[], by=by))

    (opened, _services), merged = behind(by, opening, deeds.merge())

    assert merged == deeds.survivor
    assert Project.objects.get(pk=opened.pk).customer == deeds.survivor


def test_merging_and_accepting_a_sale_of_the_survivor_wait_for_each_other_in_one_order(deeds):
    contact = ContactFactory(organization=deeds.survivor)
    sale = deeds.sale(customer=deeds.survivor, contact=contact)
    accepting = deeds.accept(sale, FollowUp.NEW_PROJECT, new_project=deeds.project("Roof", contact))

    accepted, merged = behind(deeds.by, accepting, deeds.merge())

    assert (accepted.status, accepted.project.contact, merged.code) == ("accepted", contact, "stale")
