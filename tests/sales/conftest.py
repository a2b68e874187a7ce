"""What the tests of sales have in common: a sale and its desk, a file and its visitor."""

from decimal import Decimal

import pytest

from tests.factories import RelationFactory, SaleFactory
from tests.sales.imports.browser import Browser


@pytest.fixture
def sale(salesperson):
    """An open sale of € 24,000 in the first phase, version 1."""
    return SaleFactory(owner=salesperson, subject="Warehouse", expected_revenue=Decimal("24000"))


@pytest.fixture
def desk(as_user, salesperson):
    """The browser of the salesperson."""
    return as_user(salesperson)


@pytest.fixture
def visitor(manager, as_user):
    """Somebody who may import."""
    return Browser(as_user(manager))


@pytest.fixture
def van_dam(company):
    """A relation the files name."""
    return RelationFactory(name="Van Dam", number="R-1", city="Delft")
