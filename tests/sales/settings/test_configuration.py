"""The domain of Settings > Sales: rules 1, 3, 4 and 5, without HTTP."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from relations.models import Relation, RelationType
from sales.models import AcceptReason, LossReason, Phase, Sale, SaleEvent, SalesSettings, Source
from sales.settings import configuration
from sales.settings.configuration import (
    Changed,
    change_phase,
    move_all,
    preview_probability,
)
from salescrm import lookups
from tests.factories import RelationFactory, SaleFactory, UserFactory

OFFER = {"name": "Offer", "colour": "pink", "age_limit": None}


@pytest.fixture
def proposals(phases):
    """Three open sales that follow Proposal (one with an older percentage), one by hand, one unknown, two closed."""
    phase = phases[50]
    SaleFactory(phase=phase, expected_revenue=Decimal("12000.00"))
    SaleFactory(phase=phase, expected_revenue=Decimal("0.05"))
    SaleFactory(phase=phase, expected_revenue=Decimal("1000.01"), probability=40)
    SaleFactory(phase=phase, expected_revenue=Decimal("30000.00"), probability=65, probability_by_hand=True)
    SaleFactory(phase=phase, expected_revenue=None)
    SaleFactory(phase=phase, status="lost", closed_on="2026-03-05", expected_revenue=Decimal("7000.00"))
    SaleFactory(
        phase=phase, status="accepted", closed_on="2026-03-05", follow_up="none", expected_revenue=Decimal("9000.00")
    )
    SaleFactory(phase=phases[75], expected_revenue=Decimal("8000.00"))
    return phase


def probabilities(phase):
    return list(phase.sales.order_by("pk").values_list("probability", flat=True))


def test_preview_counts_and_adds_up_exactly(proposals):
    change = preview_probability(proposals, 60)
    assert (change.before, change.after, change.count, change.by_hand, change.unknown) == (50, 60, 4, 1, 1)
    assert change.weighted_before == Decimal("6400.0290")
    assert change.weighted_after == Decimal("7800.0360")
    assert change.difference == Decimal("1400.0070")
    assert change.forecast_before == Decimal("6400.0290") + 19500 + 6000
    assert change.forecast_after == change.forecast_before + change.difference


def test_preview_stores_nothing(proposals, reads_only):
    with reads_only():
        preview_probability(proposals, 60)


def test_another_probability_for_open_sales_too_leaves_hand_set_and_closed_sales(proposals, administrator):
    basis = preview_probability(proposals, 60).basis
    events = SaleEvent.objects.count()
    count = change_phase(proposals, **OFFER, probability=60, open_sales=True, basis=basis, by=administrator)
    assert count == 4
    assert probabilities(proposals) == [60, 60, 60, 65, 60, 50, 50]
    assert SaleEvent.objects.count() == events + 4
    assert set(SaleEvent.objects.filter(kind="changed").values_list("probability", "by")) == {(60, administrator.pk)}
    assert Phase.objects.values_list("name", "colour", "probability").get(pk=proposals.pk) == ("Offer", "pink", 60)
    changed = Sale.objects.filter(events__kind="changed")
    assert {(sale.version, sale.last_sequence, sale.probability_by_hand) for sale in changed} == {(2, 2, False)}


def test_another_probability_for_new_moves_only_leaves_every_sale(proposals, administrator):
    basis = preview_probability(proposals, 60).basis
    change_phase(proposals, **OFFER, probability=60, open_sales=False, basis=basis, by=administrator)
    assert probabilities(proposals) == [50, 50, 40, 65, 50, 50, 50]
    assert not SaleEvent.objects.filter(kind="changed").exists()


@pytest.mark.parametrize("meanwhile", ["sale", "phase"])
def test_a_preview_that_no_longer_holds_is_not_applied(proposals, administrator, meanwhile):
    basis = preview_probability(proposals, 60).basis
    if meanwhile == "sale":
        SaleFactory(phase=proposals)
    else:
        Phase.objects.filter(pk=proposals.pk).update(probability=55)
    with pytest.raises(Changed):
        change_phase(proposals, **OFFER, probability=60, open_sales=True, basis=basis, by=administrator)
    assert not SaleEvent.objects.filter(kind="changed").exists()
    assert Phase.objects.get(pk=proposals.pk).name == "Proposal"


def test_another_name_needs_no_preview(proposals, administrator):
    change_phase(
        proposals, **{**OFFER, "age_limit": 21}, probability=50, open_sales=False, basis=None, by=administrator
    )
    stored = Phase.objects.get(pk=proposals.pk)
    assert (stored.name, stored.age_limit) == ("Offer", 21)


def test_move_all_moves_open_sales_and_leaves_closed_ones(proposals, phases, administrator):
    assert move_all(proposals, to=phases[75], by=administrator) == 5
    assert sorted(proposals.sales.values_list("status", flat=True)) == ["accepted", "lost"]
    assert set(phases[75].sales.values_list("probability", "probability_by_hand")) == {(75, False)}
    assert SaleEvent.objects.filter(kind="moved", by=administrator).count() == 5


def test_move_all_refuses_itself_and_a_retired_row(proposals, phases, administrator):
    configuration.retire(phases[75])
    for target in (proposals, phases[75]):
        with pytest.raises(ValidationError):
            move_all(proposals, to=target, by=administrator)


def test_move_all_of_a_reason_gives_one_event_per_sale(company, phases, administrator):
    first, second = LossReason.objects.all()[:2]
    for phase in phases.values():
        SaleFactory(phase=phase, status="lost", closed_on="2026-03-05", loss_reason=first)
    assert move_all(first, to=second, by=administrator) == 5
    assert (first.sales.count(), second.sales.count()) == (0, 5)
    assert SaleEvent.objects.filter(kind="corrected", loss_reason=second).count() == 5


def test_move_all_of_a_source_covers_open_and_closed_sales(company, administrator):
    first, second = Source.objects.all()[:2]
    SaleFactory(source=first)
    SaleFactory(source=first, status="lost", closed_on="2026-03-05")
    assert move_all(first, to=second, by=administrator) == 2
    assert sorted(SaleEvent.objects.filter(source=second).values_list("kind", flat=True)) == ["changed", "corrected"]


def test_move_all_of_a_relation_type_raises_the_version_of_relations(company, administrator):
    first, second = RelationType.objects.all()[:2]
    RelationFactory.create_batch(3, relation_type=first)
    assert move_all(first, to=second, by=administrator) == 3
    assert set(Relation.objects.values_list("relation_type", "version", "updated_by")) == {
        (second.pk, 2, administrator.pk)
    }


def test_the_last_active_phase_cannot_be_retired_or_deleted(phases):
    *others, last = phases.values()
    for phase in others:
        configuration.retire(phase)
    for forbidden in (configuration.retire, configuration.delete):
        with pytest.raises(ValidationError) as refused:
            forbidden(last)
        assert refused.value.code == "last"
    assert list(Phase.objects.active()) == [last]


@pytest.mark.parametrize(("name", "model"), [("accept_reason", AcceptReason), ("loss_reason", LossReason)])
def test_the_last_active_reason_stays_while_a_reason_is_required(switch, name, model):
    switch(**{name: "required"})
    *others, last = model.objects.all()
    for reason in others:
        configuration.retire(reason)
    with pytest.raises(ValidationError):
        configuration.retire(last)
    with pytest.raises(ValidationError):
        configuration.delete(last)
    switch(**{name: "optional"})
    configuration.retire(last)
    assert not model.objects.active().exists()


def switches(**changed):
    names = ["accept_reason", "loss_reason", "lost_to", "source", "own_probability", "sales_to_persons"]
    current = SalesSettings.objects.get()
    values = {name: getattr(current, name) for name in names} | {"accepted_type": current.accepted_type} | changed
    configuration.change_switches(
        values=values, sales_visible="own", number_projects=False, project_pattern="{year}.{seq}",
        version=current.version, by=UserFactory(role="administrator"),
    )  # fmt: skip


@pytest.mark.parametrize(("name", "model"), [("accept_reason", AcceptReason), ("loss_reason", LossReason)])
def test_a_reason_is_not_required_without_an_active_row(company, name, model):
    model.objects.update(is_active=False)
    with pytest.raises(ValidationError) as refused:
        switches(**{name: "required"})
    assert list(refused.value.message_dict) == [name]
    model.objects.filter(pk=model.objects.first().pk).update(is_active=True)
    switches(**{name: "required"})
    assert getattr(SalesSettings.objects.get(), name) == "required"


def test_switching_own_probability_off_keeps_hand_set_percentages(proposals, switch):
    switch(own_probability=True)
    switches(own_probability=False)
    assert Sale.objects.filter(probability_by_hand=True).values_list("probability").get() == (65,)


def test_a_row_in_use_or_in_history_cannot_be_deleted(company, administrator):
    first, second, third = Source.objects.all()[:3]
    SaleFactory(source=first)
    for _twice in range(2):
        with pytest.raises(ValidationError) as refused:
            configuration.delete(first)
        assert refused.value.code == "in_use"
        move_all(first, to=second, by=administrator)
    configuration.delete(third)
    assert not Source.objects.filter(pk=third.pk).exists()


def test_proposed_relation_types_cannot_be_retired(company):
    default = RelationType.objects.get(is_default=True)
    for row in (default, SalesSettings.objects.get().accepted_type):
        with pytest.raises(ValidationError):
            configuration.retire(row)
    other = RelationType.objects.order_by("-position").first()
    configuration.store_row(other, is_default=True)
    assert RelationType.objects.get(is_default=True) == other
    configuration.retire(default)


def test_a_new_row_goes_to_the_end_and_order_follows_the_ids(company):
    row = configuration.store_row(Source(name="Flyer"))
    assert list(Source.objects.all())[-1] == row
    ids = list(Source.objects.values_list("pk", flat=True))[::-1]
    lookups.reorder(Source, ids)
    assert list(Source.objects.values_list("pk", flat=True)) == ids


@pytest.mark.parametrize("wrong", [lambda ids: ids[1:], lambda ids: [*ids, 99999], lambda ids: [*ids[1:], ids[1]]])
def test_an_order_of_other_rows_is_refused(company, wrong):
    ids = list(Source.objects.values_list("pk", flat=True))
    with pytest.raises(ValidationError):
        lookups.reorder(Source, wrong(ids))
    assert list(Source.objects.values_list("pk", flat=True)) == ids


def test_usage_counts_records_and_not_history(company):
    first, second = Source.objects.all()[:2]
    for source in (first, first, second):
        SaleFactory(source=source)
    assert dict(Source.objects.with_usage().values_list("pk", "usage")) == {
        source.pk: {first.pk: 2, second.pk: 1}.get(source.pk, 0) for source in Source.objects.all()
    }
