"""An import beside somebody who writes the same records: who comes second waits, and nobody for ever."""

from functools import partial
from uuid import uuid4

import pytest

from invoicing.editing import delete
from invoicing.models import Invoice
from relations.contacts.writing import add_contact
from relations.models import Contact, Relation, RelationType
from sales.acceptance import accept
from sales.customers.merging import merge
from sales.defaults import install_defaults
from sales.imports import running
from sales.models import FollowUp, Sale
from sales.models.imports import ImportRow, ImportRun
from salescrm.files import StoredFile
from salescrm.numbering import Counter
from salescrm.versions import Gone
from tests.at_once import People, behind, holding
from tests.factories import (
    ContactFactory,
    LineFactory,
    PersonFactory,
    RelationFactory,
    SaleFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def by():
    install_defaults("en")
    return UserFactory(role="manager")


def run_to_undo(kind, by, *rows):
    """A run that is about to take back what it did by these rows."""
    file = StoredFile.objects.create(name="a.csv", content_type="text/csv", size=1, content="a", by=by)
    run = ImportRun.objects.create(
        kind=kind, by=by, file=file, columns=[], mapping={}, options={}, status="undoing", position=len(rows) + 1
    )
    for line, row in enumerate(rows, start=1):
        ImportRow.objects.create(run=run, line=line, cells=[], version=1, is_done=True, **row)
    return run


def test_taking_back_an_acceptance_and_deleting_its_draft_wait_for_each_other_in_one_order(by):
    sale = SaleFactory(owner=by)
    LineFactory(sale=sale)
    kind = RelationType.objects.exclude(pk=sale.customer.relation_type_id).first()
    accepted = accept(sale, reason=None, relation_type=kind, follow_up=FollowUp.INVOICE, version=1, by=by)
    last = SaleFactory(owner=by)
    written = {"before": {"status": "open"}, "after": {"status": "accepted"}}
    rows = [{"verdict": "update", "target": one.pk, **written} for one in (sale, last)]
    run = run_to_undo("sales", by, *rows)

    behind(last, partial(running.advance, run, by=by), partial(delete, accepted.invoice, version=1, by=by))

    assert (Sale.objects.get(pk=sale.pk).status, Invoice.objects.exists()) == ("open", False)


def test_taking_back_a_contact_and_merging_its_person_wait_for_each_other_in_one_order(by):
    survivor, other = PersonFactory(), PersonFactory()
    contact, last = ContactFactory(person=other), ContactFactory(function="Boss")
    made = {"verdict": "create", "target": contact.pk, "after": {}, "made": {"person": other.pk, "version": 1}}
    rows = [made, {"verdict": "update", "target": last.pk, "before": {"function": ""}, "after": {"function": "Boss"}}]
    run = run_to_undo("contacts", by, *rows)

    with People() as people:
        with holding(last):
            people.start(partial(running.advance, run, by=by))
            merging = people.start(partial(merge, survivor, other, taken=[], version=1, other_version=1, by=by))
        with pytest.raises(Gone):
            merging.result()

    assert [contact.function for contact in Contact.objects.all()] == [""]
    assert not Relation.objects.filter(pk=other.pk).exists()


def test_adding_somebody_new_and_writing_the_organization_wait_for_each_other_in_one_order(by):
    first, second = RelationFactory(), RelationFactory()
    add_contact(first, person={"first_name": "Eva"}, values={}, by=by, token=uuid4())
    deeds = [
        partial(add_contact, relation, person={"first_name": "Jan"}, values={}, by=by, token=uuid4())
        for relation in (first, second, first)
    ]

    made = behind(Counter.objects.get(kind="relation"), *deeds)

    assert [contact.organization for contact in made] == [first, second, first]
    assert len(set(Relation.objects.filter(kind="person").values_list("number", flat=True))) == 4
