"""Somebody is deactivated at the very moment in which they are given something: they do not get it."""

from functools import partial
from uuid import uuid4

import pytest

from projects.editing import HEAD
from projects.editing import create as create_project
from projects.editing import edit as edit_project
from projects.models import Project
from projects.opening import NewProject
from relations.models import Relation, RelationType
from relations.saving import create_relation, edit_relation
from sales.bulk.changing import change_many
from sales.bulk.deeds import HandOver
from sales.bulk.preview import preview
from sales.defaults import install_defaults
from sales.duplicating import duplicate
from sales.editing import create, edit
from sales.models import Phase, Sale
from salescrm.accounts.handing_over import hand_over, possessions
from salescrm.accounts.users import deactivate
from tests.at_once import People, beside, holding
from tests.factories import ProjectFactory, RelationFactory, SaleFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)
WAYS = [
    "hand over", "change many", "edit a sale", "create a sale", "duplicate a sale", "edit a relation",
    "create a relation", "edit a project", "create a project",
]  # fmt: skip


class Deeds:
    """Every way to give `to` something that `by` holds."""

    def __init__(self, to, by):
        self.to, self.by = to, by
        self.customer = RelationFactory(owner=by)
        self.sale = SaleFactory(owner=by, customer=self.customer)
        self.project = ProjectFactory(manager=by, customer=self.customer)

    def of(self, way):
        to, by = self.to, self.by
        match way:
            case "hand over":
                return partial(hand_over, by, to=to, basis=possessions(by).basis, by=by)
            case "change many":
                sales, deed = Sale.objects.filter(pk=self.sale.pk), HandOver(to)
                return partial(change_many, sales, deed, basis=preview(sales, deed).basis, by=by)
            case "edit a sale":
                return partial(edit, self.sale, values={"owner": to}, version=1, by=by)
            case "create a sale":
                first = Phase.objects.first()
                values = {"subject": "Roof", "customer": self.customer, "owner": to, "phase": first}
                return partial(create, values=values, by=by, token=uuid4())
            case "duplicate a sale":
                words = {"subject": "Copy", "owner": to, "with_lines": False}
                return partial(duplicate, self.sale, **words, by=by, token=uuid4())
            case "edit a relation":
                return partial(edit_relation, self.customer, values={"owner": to}, version=1, by=by)
            case "create a relation":
                values = {"name": "Zon", "owner": to, "relation_type": RelationType.objects.first()}
                return partial(create_relation, kind="organization", values=values, by=by, token=uuid4())
            case "edit a project":
                values = {name: getattr(self.project, name) for name in HEAD} | {"manager": to}
                return partial(edit_project, self.project, values=values, version=1, by=by)
        project = NewProject(name="Roof", contact=None, manager=to, start_date=None, end_date=None, note="")
        return partial(create_project, customer=self.customer, project=project, by=by, token=uuid4())

    def given(self):
        """How much of it has come to them."""
        models = [(Sale, "owner"), (Relation, "owner"), (Project, "manager")]
        return sum(model.objects.filter(**{name: self.to}).count() for model, name in models)


@pytest.fixture
def deeds(transactional_db):
    install_defaults("en")
    return Deeds(UserFactory(role="salesperson"), UserFactory(role="manager"))


@pytest.mark.parametrize("way", WAYS)
def test_who_is_deactivated_at_this_moment_gets_nothing(deeds, way):
    with People() as people:
        with holding(deeds.to) as other:
            other.execute("UPDATE salescrm_user SET is_active = false WHERE id = %s", [deeds.to.pk])
            people.start(deeds.of(way))
        [refusal] = people.results()
    assert refusal.messages == ["Choose a colleague who may log in."]
    assert deeds.given() == 0


@pytest.mark.parametrize("way", WAYS)
def test_who_may_log_in_gets_it_and_a_second_giver_does_not_wait(deeds, way):
    with beside() as other:
        other.execute("SELECT 1 FROM salescrm_user WHERE id = %s FOR SHARE", [deeds.to.pk])
        deeds.of(way)()
    assert deeds.given() > 0


def test_deactivating_waits_for_who_is_giving(deeds):
    administrator = UserFactory(role="administrator")
    with People() as people:
        with holding(deeds.to, "FOR SHARE"):
            waiting = people.start(partial(deactivate, deeds.to, by=administrator))
            assert not waiting.done()
        assert people.results() == [None]
