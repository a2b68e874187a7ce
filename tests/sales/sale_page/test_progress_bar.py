"""The phases of the progress bar, read with the switches in one statement that is written out."""

import pytest

from relations.models import RelationType
from sales.models import Phase, SalesSettings
from sales.sale_page.progress_bar import read_phases_and_switches
from salescrm.models import Organisation


@pytest.fixture
def one_request():
    Organisation.keep()
    yield
    Organisation.forget()


def values(record) -> dict:
    return {field.attname: getattr(record, field.attname) for field in record._meta.concrete_fields}


def test_phases_and_switches_are_what_django_reads_in_two_statements(
    company, switch, one_request, django_assert_num_queries
):
    Phase.objects.filter(probability=50).update(is_active=False, age_limit=14)
    switch(
        accept_reason="off", loss_reason="required", lost_to=False, source=False, own_probability=True,
        sales_to_persons=True, accepted_type=RelationType.objects.last(), competitor_type=None,
    )  # fmt: skip
    Organisation.current()

    with django_assert_num_queries(1):
        phases = read_phases_and_switches()
        switches = SalesSettings.current()

    assert [values(phase) for phase in phases] == [values(phase) for phase in Phase.objects.order_by("position", "pk")]
    assert values(switches) == values(SalesSettings.objects.get())
