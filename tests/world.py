"""The people and the company every test starts from."""

import pytest
from django.test import Client
from django.utils import translation

from sales.defaults import install_defaults
from sales.models import Phase, SalesSettings
from salescrm.models import Organisation
from tests.factories import UserFactory


@pytest.fixture(autouse=True)
def english():
    """Every test starts in English: a request of the test before may have left another language behind."""
    translation.activate("en")


@pytest.fixture
def company(db, django_db_setup):
    """A fresh English installation: lists, switches, roles."""
    if django_db_setup.defaults.are_free():
        django_db_setup.defaults.put()
        return Organisation.objects.get()
    return install_defaults("en")


@pytest.fixture
def salesperson(company):
    return UserFactory(name="Sanne de Wit", email="sanne@example.com", role="salesperson")


@pytest.fixture
def colleague(company):
    """Another salesperson."""
    return UserFactory(name="Bram Bakker", email="bram@example.com", role="salesperson")


@pytest.fixture
def manager(company):
    return UserFactory(name="Mila Brand", email="mila@example.com", role="manager")


@pytest.fixture
def administrator(company):
    return UserFactory(name="Ad Mink", email="ad@example.com", role="administrator")


@pytest.fixture
def phases(company):
    """The five phases by probability: phases[50] is Proposal."""
    return {phase.probability: phase for phase in Phase.objects.all()}


@pytest.fixture
def switch(company):
    """Turn switches of Settings > Sales: switch(own_probability=True); `sales_visible` too."""

    def turn(**values):
        if "sales_visible" in values:
            Organisation.objects.update(sales_visible=values.pop("sales_visible"))
        if values:
            SalesSettings.objects.update(**values)

    return turn


@pytest.fixture
def as_user(db):
    """A browser in which this user is logged in: as_user(manager).get("/sales/")."""

    def browser(user, **options):
        client = Client(**options)
        client.force_login(user, backend="salescrm.accounts.backends.RoleBackend")
        return client

    return browser


@pytest.fixture
def shelf(tmp_path, settings):
    """An empty directory where files people add go during this test."""
    options = settings.STORAGES["default"]["OPTIONS"] | {"location": tmp_path}
    settings.STORAGES = settings.STORAGES | {"default": settings.STORAGES["default"] | {"OPTIONS": options}}
    return tmp_path


@pytest.fixture
def no_shelf(tmp_path, settings):
    """Files people add go where nothing can be stored during this test, whoever asks."""
    (tmp_path / "shelf").touch()
    options = settings.STORAGES["default"]["OPTIONS"] | {"location": tmp_path / "shelf" / "files"}
    settings.STORAGES = settings.STORAGES | {"default": settings.STORAGES["default"] | {"OPTIONS": options}}
    return tmp_path
