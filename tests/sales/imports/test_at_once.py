"""Importing while others work: with real threads on the real database, nothing is doubled and nobody waits for ever."""

from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from relations.models import Relation
from sales.bulk.changing import change_many
from sales.bulk.deeds import HandOver
from sales.bulk.preview import preview
from sales.customers.merging import merge
from sales.defaults import install_defaults
from sales.imports import running, uploading
from sales.models import ImportRun, Sale
from tests.factories import RelationFactory, SaleFactory, UserFactory
from tests.sales.imports.browser import csv
from tests.sales.test_concurrency import together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def by():
    install_defaults("en")
    return UserFactory(role="manager")


def planned(by, *rows, mapping, key=""):
    """A run that has been checked and started, not a row of it carried out."""
    run = uploading.upload(SimpleUploadedFile("a.csv", csv(*rows)), kind="sales", by=by, token=uuid4())
    options = {"update": bool(key), "create": not key, "owner": by.pk, "twins": True}
    mapping = {str(place): name for place, name in enumerate(mapping)}
    run = running.agree(run, mapping=mapping, key=key, options=options, version=run.version, by=by)
    run = running.check(run, words={}, version=run.version, by=by)
    run = through(run, by)
    return running.start(run, version=run.version, by=by)


def through(run, by):
    while run.is_at_work:
        run = running.advance(run, by=by)
    return run


def test_a_file_sent_twice_at_the_same_moment_is_one_run_with_one_file(by, shelf):
    token = uuid4()

    def send():
        file = SimpleUploadedFile("a.csv", csv(["subject"], *(["Roof"] for _row in range(300))))
        return uploading.upload(file, kind="sales", by=by, token=token)

    assert {run.pk for run in together(send, send, send)} == {ImportRun.objects.get().pk}
    assert len([path for path in Path(shelf).rglob("*") if path.is_file()]) == 1


def test_an_import_in_an_order_of_its_own_and_a_change_of_many_sales_do_not_wait_for_each_other_for_ever(by, shelf):
    sales = SaleFactory.create_batch(40, owner=by)
    rows = [[sale.pk, f"{sale.subject} 2"] for sale in reversed(sales)]
    run = planned(by, ["number", "subject"], *rows, mapping=["number", "subject"], key="number")
    other, everything = UserFactory(role="manager"), Sale.objects.filter(pk__in=[sale.pk for sale in sales])
    basis = preview(everything, HandOver(other)).basis

    together(lambda: through(run, by), lambda: change_many(everything, HandOver(other), basis=basis, by=other))
    run.refresh_from_db()
    through(running.undo(run, by=by), by)
    assert sorted(everything.values_list("subject", flat=True)) == sorted(sale.subject for sale in sales)


def test_a_sale_imported_while_merging_never_ends_at_the_signpost(by, shelf):
    for _attempt in range(3):
        survivor, other = RelationFactory(), RelationFactory()
        run = planned(by, ["subject", "customer"], ["Roof", other.name], mapping=["subject", "customer"])
        together(
            lambda run=run: through(run, by),
            partial(merge, survivor, other, taken=[], version=1, other_version=1, by=by),
        )
        assert not Sale.objects.filter(customer=other).exists()
        assert Relation.objects.get(pk=other.pk).merged_into == survivor
