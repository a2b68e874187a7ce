"""A record that somebody removes while a request is waiting for it is not found, whatever was to be done with it."""

from datetime import date
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from invoicing.issuing import issue
from projects.editing import close
from relations.contacts.writing import edit_contact
from relations.models import RelationNote
from relations.saving import set_active
from sales.bulk.changing import change_many
from sales.bulk.deeds import Move
from sales.customers.merging import merge
from sales.imports import running, uploading
from sales.models import Phase, Sale, Source
from sales.settings import configuration
from salescrm.notes import writing
from salescrm.versions import Gone
from tests.factories import ContactFactory, InvoiceFactory, ProjectFactory, RelationFactory, SaleFactory


@pytest.fixture
def removed(company, manager, shelf):
    """Records as somebody still holds them, which are no longer there."""
    relation = RelationFactory()
    run = uploading.upload(SimpleUploadedFile("a.csv", b"subject\nRoof"), kind="sales", by=manager, token=uuid4())
    records = {
        "invoice": InvoiceFactory(),
        "project": ProjectFactory(),
        "relation": RelationFactory(),
        "contact": ContactFactory(),
        "note": writing.add(RelationNote(relation=relation, text="Called"), by=manager),
        "run": run,
        "phase": Phase.objects.create(name="Pause", probability=5, position=99, colour="gray"),
        "source": Source.objects.create(name="Fair", position=99),
    }
    for record in records.values():
        type(record).objects.filter(pk=record.pk).delete()
    return records | {"kept": relation}


DEEDS = {
    "issuing an invoice": lambda of, by: issue(of["invoice"], version=1, by=by, on=date(2026, 3, 20)),
    "closing a project": lambda of, by: close(of["project"], version=1, by=by),
    "deactivating a relation": lambda of, by: set_active(of["relation"], active=False, version=1, by=by),
    "merging a relation": lambda of, by: merge(of["kept"], of["relation"], taken=[], version=1, other_version=1, by=by),
    "editing a contact": lambda of, by: edit_contact(of["contact"], values={"function": "Buyer"}, version=1),
    "changing a note": lambda of, by: writing.change(of["note"], values={"text": "Wrote"}, version=1, by=by),
    "starting an import": lambda of, by: running.start(of["run"], version=1, by=by),
    "discarding an import": lambda of, by: uploading.discard(of["run"]),
    "retiring a row": lambda of, by: configuration.retire(of["source"]),
    "deleting a row": lambda of, by: configuration.delete(of["source"]),
    "changing a phase": lambda of, by: configuration.change_phase(
        of["phase"], name="Rest", colour="gray", probability=5, age_limit=None, open_sales=False, basis=None, by=by
    ),
    "moving many sales": lambda of, by: change_many(
        Sale.objects.filter(pk=SaleFactory().pk), Move(of["phase"]), basis="", by=by
    ),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_a_record_removed_meanwhile_is_not_found(removed, manager, deed):
    with pytest.raises(Gone):
        DEEDS[deed](removed, manager)
