"""One way to write: a version is claimed and committed, a form is carried out once, and locks have one order."""

from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import F

from invoicing.models import VatRate
from projects.models import Project, Service
from relations.models import Apart, Relation
from sales.models import Source
from salescrm.models import Creation
from salescrm.versions import (
    Refused,
    Stale,
    anybody,
    claim,
    commit,
    commit_all,
    hold,
    lock,
    lock_all,
    lock_tables,
    once,
)
from tests.factories import ProjectFactory, RelationFactory, ServiceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(company):
    return ProjectFactory(name="Roof")


def is_tower(project):
    return project.name == "Tower"


def named(project, name, by):
    project.name = name
    return commit(project, fields=["name"], by=by)


def test_commit_stores_the_fields_and_raises_the_version(project, manager):
    project.note = "not stored"
    named(project, "Tower", manager)

    now = Project.objects.get()
    assert (now.name, now.version, now.updated_by, now.note) == ("Tower", 2, manager, "")
    assert now.updated_at > now.created_at


def test_claim_tells_a_first_from_a_second_click_and_refuses_anybody_elses_change(project, manager, salesperson):
    rows = Project.objects.all()
    assert claim(rows, project.pk, version=1, by=manager, same=is_tower) == (project, False)
    named(project, "Tower", manager)

    assert claim(rows, project.pk, version=1, by=manager, same=is_tower) == (project, True)
    for version, by, same in [(1, salesperson, is_tower), (1, manager, lambda project: False), (0, manager, is_tower)]:
        with pytest.raises(Stale, match="changed this") as refused:
            claim(rows, project.pk, version=version, by=by, same=same)
        assert (refused.value.current.name, refused.value.code) == ("Tower", "stale")
    assert claim(rows, project.pk, version=1, by=salesperson, same=is_tower, repeated=anybody)[1]


def test_commit_all_raises_the_version_of_each(company, manager):
    relations = RelationFactory.create_batch(3)
    Relation.objects.filter(pk=relations[0].pk).update(version=F("version") + 4)

    assert commit_all(lock_all(Relation.objects.all()), city="Ede", by=manager) == 3
    assert commit_all([], city="Ede", by=manager) == 0
    rows = Relation.objects.order_by("pk").values_list("version", "city", "updated_by")
    assert list(rows) == [(6, "Ede", manager.pk), (2, "Ede", manager.pk), (2, "Ede", manager.pk)]


def test_once_makes_one_record_of_a_token_as_long_as_it_is_there(company):
    token = uuid4()
    first = once(token, Project, ProjectFactory)

    assert once(token, Project, ProjectFactory) == first
    assert once(None, Project, ProjectFactory) != first
    first.delete()
    again = once(token, Project, ProjectFactory)
    assert once(token, Project, ProjectFactory) == again
    assert list(Creation.objects.values_list("token", "kind", "key")) == [(token, "projects.project", again.pk)]


def test_once_leaves_the_token_free_when_nothing_could_be_made(company):
    token = uuid4()

    def refuse():
        raise Stale(None, "no")

    with pytest.raises(Stale):
        once(token, Project, refuse)
    assert not Creation.objects.exists()


def test_locks_against_the_order_are_told(project):
    wrong = pytest.raises(AssertionError, match="projects_project is locked after {'relations_relation'}")
    with wrong, transaction.atomic():
        lock(Relation.objects.all(), project.customer_id)
        lock(Project.objects.all(), project.pk)


@pytest.mark.parametrize("change", ["update", "delete", "conflict"])
def test_changes_against_the_order_are_told(phases, manager, change):
    one, two = RelationFactory(), RelationFactory()
    marks = [Apart(first=one, second=two, by=manager)]
    Apart.objects.bulk_create(marks if change != "conflict" else [])
    changes = {
        "update": lambda: Apart.objects.filter(first=one).update(by=manager),
        "delete": Apart.objects.all().delete,
        "conflict": lambda: Apart.objects.bulk_create(marks, ignore_conflicts=True),
    }
    wrong = pytest.raises(AssertionError, match="relations_apart is locked after {'sales_source'}")
    with wrong, transaction.atomic():
        lock_all(Source.objects.all())
        changes[change]()


def test_changes_of_a_table_without_a_place_are_told_beside_others(project):
    with transaction.atomic():
        VatRate.objects.update(version=2)
    wrong = pytest.raises(AssertionError, match="invoicing_vatrate is changed after {'relations_relation'}")
    with wrong, transaction.atomic():
        lock_all(Relation.objects.all())
        VatRate.objects.update(version=2)


def test_changes_of_what_is_held_and_of_its_parts_are_fine(project):
    service = ServiceFactory(project=project)
    with transaction.atomic():
        lock(Project.objects.all(), project.pk)
        lock(Relation.objects.all(), project.customer_id)
        Project.objects.filter(pk=project.pk).update(note="x")
        assert Service.objects.filter(pk=service.pk).update(description="x") == 1
    with pytest.raises(AssertionError), transaction.atomic():
        lock(Relation.objects.all(), project.customer_id)
        Service.objects.filter(pk=service.pk).update(description="x")


def test_locks_of_a_table_without_a_place_are_told(company):
    wrong = pytest.raises(AssertionError, match="invoicing_vatrate is locked and has no place in LOCK_ORDER")
    with wrong, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT id FROM invoicing_vatrate FOR NO KEY UPDATE")


def test_locks_in_order_and_those_held_already_are_fine(project):
    other = ProjectFactory(customer=project.customer)
    with transaction.atomic():
        hold(Project.objects.filter(pk=project.pk), Relation.objects.all())
        lock(Project.objects.all(), project.pk)
        with pytest.raises(AssertionError):
            lock(Project.objects.all(), other.pk)
    with transaction.atomic():
        lock(Project.objects.all(), other.pk)
    with transaction.atomic():
        lock_tables("relations_relation", "projects_project")
        lock(Relation.objects.all(), project.customer_id)
        lock(Project.objects.all(), project.pk)


def test_locks_given_back_to_a_savepoint_are_not_held(project):
    with transaction.atomic():
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            lock(Relation.objects.all(), project.customer_id)
            raise ZeroDivisionError
        lock(Project.objects.all(), project.pk)


def test_refusal_by_field_tells_its_code():
    refusal = Refused({"to": "Choose somebody else.", "name": ValidationError("Too long.", code="long")}, code="left")

    assert (refusal.code, refusal.messages) == ("left", ["Choose somebody else.", "Too long."])
    assert {name: [error.code for error in errors] for name, errors in refusal.error_dict.items()} == {
        "to": ["left"],
        "name": ["long"],
    }
    assert ValidationError(refusal).message_dict == refusal.message_dict
