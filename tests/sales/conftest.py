"""What the tests of imports in the browser have in common."""

import pytest

from tests.factories import RelationFactory
from tests.sales.importing_browser import Browser


@pytest.fixture
def visitor(manager, as_user):
    """Somebody who may import."""
    return Browser(as_user(manager))


@pytest.fixture
def van_dam(company):
    """A relation the files name."""
    return RelationFactory(name="Van Dam", number="R-1", city="Delft")
