"""Owners and customers the command adds stay only with a row that is taken over."""

import pytest

from relations.models import Relation
from sales.models import Sale, Source
from salescrm.models import User
from tests.factories import InvoiceFactory
from tests.sales.imports.test_import import (
    export,
    mapped,
    row,
    run,
    summary,
)

__all__ = ["export", "run"]  # fixtures
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("refused", [
    {"stage": "Won"}, {"stage": "Won", "end": "01-01-17"}, {"stage": "Lost", "end": "01-01-99"}, {"retired": True},
])  # fmt: skip
def test_who_is_new_in_a_rejected_row_is_not_added(run, export, tmp_path, refused):
    retired = refused.pop("retired", False)
    Source.objects.create(name="Fair", position=9, is_active=False)
    mapping = mapped(tmp_path, one=("[subject]", 'source = "engage_quarter"\n[subject]'))
    bad = row("A1", owner="Pim Slot", account="Second", **refused)[:-1] + ("Fair," if retired else ",")
    output = run(export(bad), commit=True, mapping=str(mapping))
    assert summary(output) == {"created": 0, "updated": 0, "unchanged": 0, "rejected": 1}
    assert "0 owners, 0 added; 0 customers, 0 added" in output
    assert (Relation.objects.count(), User.objects.count()) == (0, 0)

    output = run(export(bad, row("A2", owner="Pim Slot", account="Second")), commit=True, mapping=str(mapping))
    assert "1 owners, 1 added; 1 customers, 1 added" in output
    assert (Sale.objects.get().owner.name, Sale.objects.get().customer.number) == ("Pim Slot", "0001")


def test_who_is_new_in_a_change_comes_only_with_the_change(run, export):
    run(export(row("A1"), row("A2")), commit=True)
    held = Sale.objects.get(external_reference="A1")
    Sale.objects.filter(pk=held.pk).update(invoice=InvoiceFactory(customer=held.customer))
    before = Relation.objects.count()
    changed = [row("A1", owner="Pim Slot", account="Veste Oost"), row("A2", owner="Otto Tas", account="Kaap Zuid")]

    assert summary(run(export(*changed), commit=True)) == {"created": 0, "updated": 1, "unchanged": 0, "rejected": 1}
    assert Relation.objects.count() == before + 1
    assert sorted(User.objects.filter(email__endswith="@import.invalid").values_list("name", flat=True)) == [
        "Ilse Broek", "Otto Tas",
    ]  # fmt: skip
    assert Sale.objects.get(external_reference="A2").customer.name == "Kaap Zuid"
