"""The synthetic data set keeps every rule a real one keeps."""

from collections import Counter

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count

from relations.models import Contact, Relation
from relations.naming import apply_names
from sales.demo.generating import generate
from sales.models import Sale, SaleEvent
from salescrm.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def generated(company):
    generate(sales=500, seed=7)


def test_generate_makes_the_shape_it_promises(generated):
    status = Counter(Sale.objects.values_list("status", flat=True))

    assert sum(status.values()) == 500
    assert abs(status["open"] - 200) < 40
    assert abs(status["accepted"] - 175) < 40
    assert abs(status["lost"] - 125) < 40
    assert Counter(Relation.objects.values_list("kind", flat=True)) == {"organization": 100, "person": 50}
    assert Contact.objects.count() == 50
    assert User.objects.filter(groups__name="salesperson").count() == 12
    assert 5 < Sale.objects.open().undated().count() < 50
    assert Sale.objects.exclude(expected_revenue__gt=0).count() == 0


def test_replaying_the_events_gives_every_row(generated):
    for sale in Sale.objects.prefetch_related("events"):
        events = sorted(sale.events.all(), key=lambda event: event.sequence)

        assert [event.sequence for event in events] == list(range(1, sale.last_sequence + 1))
        assert [event.sale_version for event in events] == list(range(1, sale.version + 1))
        assert [event.at for event in events] == sorted(event.at for event in events)
        assert events[0].kind == SaleEvent.Kind.CREATED
        assert events[0].status == Sale.Status.OPEN
        assert events[-1].state() == sale.state()
        assert sale.is_open or events[-1].kind == sale.status
        assert sale.is_open or events[-1].at.date() == sale.closed_on


def test_generate_twice_with_one_seed_gives_the_same_sales(company):
    fields = ["subject", "status", "expected_revenue", "expected_end_date", "phase", "owner"]
    generate(sales=40, seed=3)
    first = list(Sale.objects.order_by("pk").values_list(*fields))
    generate(sales=40, seed=3)
    both = list(Sale.objects.order_by("pk").values_list(*fields))

    assert both == first + first


def test_another_seed_gives_other_sales(company):
    generate(sales=40, seed=3)
    generate(sales=40, seed=4)

    assert Sale.objects.values("expected_revenue").annotate(times=Count("pk")).filter(times__gt=1).count() == 0


def test_generated_relations_are_found_by_name(generated):
    assert Relation.objects.search("compa 17").get().name == "Company 17"
    assert Relation.objects.search("jan jansen").exists()


def test_generated_relations_hold_what_saving_them_would_derive(generated):
    derived = ("name", "sort_key", "name_key", "domain")
    for relation in Relation.objects.all():
        stored = [getattr(relation, name) for name in derived]
        apply_names(relation)
        assert [getattr(relation, name) for name in derived] == stored


def test_generate_makes_as_many_organizations_as_asked(company):
    generate(sales=20, seed=1, relations=300)

    assert Relation.objects.filter(kind="organization").count() == 300
    assert Sale.objects.values("customer").distinct().count() > 10


def test_records_made_afterwards_get_a_number_of_their_own(generated, manager, as_user):
    last = Relation.objects.order_by("pk").last()
    later = Relation.objects.create(name="Later", relation_type=last.relation_type)

    assert later.pk == last.pk + 1


def test_generate_refuses_production(settings):
    settings.PRODUCTION = True

    with pytest.raises(CommandError, match="production"):
        call_command("generate", sales=1)
