"""What the database itself refuses, whatever the code does: each constraint broken once by update()."""

import pytest
from django.db import IntegrityError, transaction

from sales.models import AcceptReason, LossReason, Phase, Sale, SaleEvent
from salescrm.calendar import today
from tests.factories import RelationFactory, SaleFactory

OPEN = {"status": "open", "closed_on": None}


def broken(sale, **values):
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        Sale.objects.filter(pk=sale.pk).update(**values)
    return error.value.__cause__.diag.constraint_name


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"probability": 101}, "sale_probability_is_0_to_100"),
        ({"expected_revenue": -1}, "sale_revenue_is_not_negative"),
        ({"status": "lost"}, "sale_is_closed_when_not_open"),
        ({"closed_on": "2026-01-01"}, "sale_is_closed_when_not_open"),
        ({"status": "accepted", "closed_on": "2026-01-01"}, "sale_follow_up_exactly_when_accepted"),
        ({"follow_up": "none"}, "sale_follow_up_exactly_when_accepted"),
    ],
)
def test_sale_constraint_refuses(company, values, constraint):
    assert broken(SaleFactory(), **values) == constraint


def test_sale_reasons_and_competitor_go_with_their_status(company):
    sale = SaleFactory()
    assert broken(sale, accept_reason=AcceptReason.objects.first()) == "sale_reason_accepted_only_when_accepted"
    assert broken(sale, loss_reason=LossReason.objects.first()) == "sale_loss_only_when_lost"
    assert broken(sale, lost_to=RelationFactory()) == "sale_loss_only_when_lost"
    lost = {"status": "lost", "closed_on": today(), "lost_to": sale.customer}
    assert broken(sale, **lost) == "sale_is_not_lost_to_its_customer"


def test_phase_probability_and_name_are_guarded(company):
    with pytest.raises(IntegrityError), transaction.atomic():
        Phase.objects.update(probability=101)
    with pytest.raises(IntegrityError), transaction.atomic():
        Phase.objects.create(name="PROPOSAL", probability=1)


def test_external_reference_is_unique_once_given(company):
    SaleFactory.create_batch(2)
    with pytest.raises(IntegrityError), transaction.atomic():
        Sale.objects.update(external_reference="A1")


@pytest.mark.parametrize("change", [lambda events: events.update(probability=1), lambda events: events.delete()])
def test_events_are_never_changed_or_deleted(company, change):
    SaleFactory()
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        change(SaleEvent.objects.all())
