"""The pages of imports take as many statements for many rows as for one."""

import pytest
from django.urls import reverse

from tests.factories import RelationFactory
from tests.sales.importing_browser import Browser, csv

pytestmark = pytest.mark.django_db


@pytest.fixture
def visitor(manager, as_user):
    RelationFactory(name="Van Dam")
    return Browser(as_user(manager))


def checked(visitor, rows):
    """An import of so many new sales, checked."""
    visitor.upload(csv(("Deal", "Klant", "Bedrag"), *((f"Kade {n}", "Van Dam", 1000 + n) for n in range(rows))))
    assert visitor.check() == [("create", "")] * rows


@pytest.mark.parametrize("count", [1, 3])
def test_list_of_imports_takes_the_same_statements(visitor, count, django_assert_num_queries, reads_only):
    for rows in range(1, count + 1):
        checked(visitor, rows)
    with django_assert_num_queries(5), reads_only():
        assert len(visitor.client.get(reverse("sales:imports")).context["rows"]) == count


@pytest.mark.parametrize("count", [1, 3])
def test_preview_takes_the_same_statements(visitor, count, django_assert_num_queries, reads_only):
    checked(visitor, count)
    with django_assert_num_queries(8), reads_only():
        assert len(visitor.client.get(reverse("sales:import", args=[visitor.run.pk])).context["shown"]) == count
