"""A hundred thousand sales in a database of their own: for plans, which look different when there are few rows.

It stands outside every transaction, because VACUUM needs that, so a test that uses it has no `db` fixture and only
reads. It is made once; the group keeps its tests on one worker: `pytestmark = pytest.mark.xdist_group("many sales")`.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection

from sales.defaults import install_defaults
from sales.demo.generating import generate, tidy
from sales.models import Phase
from salescrm import embedded

SALES = 100_000
LIMIT = 60  # days in a phase


@pytest.fixture(scope="session")
def _database_of_many(django_db_blocker) -> str:
    name = f"many_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    cluster = embedded.current()
    cluster.start()
    with psycopg.connect(
        host=str(cluster.socket_dir), user=embedded.SUPERUSER, dbname="postgres", autocommit=True
    ) as server:
        server.execute(f"DROP DATABASE IF EXISTS {name}")  # of a run that was killed
        server.execute(f"CREATE DATABASE {name} TEMPLATE template0 {embedded.LOCALE}")
    with django_db_blocker.unblock(), _connected_to(name):
        call_command("migrate", verbosity=0)
        install_defaults("en")
        Phase.objects.update(age_limit=LIMIT)
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role TO replica")  # keys that are right need no looking up
        generate(sales=SALES, seed=5)
        tidy()
    return name


def settle(*tables: str) -> None:
    """Statistics for rows a test has just made, and none that wait beside a GIN index, where they cost as well."""
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ANALYZE {table}")
            cursor.execute(
                "SELECT gin_clean_pending_list(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
                "JOIN pg_am a ON a.oid = c.relam WHERE a.amname = 'gin' AND i.indrelid = %s::regclass",
                [table],
            )


@pytest.fixture
def many_sales(_database_of_many, django_db_blocker) -> Iterator[None]:
    """For this test the default connection leads to a hundred thousand sales, about 40 % of them open."""
    with django_db_blocker.unblock(), _connected_to(_database_of_many):
        yield


@contextmanager
def _connected_to(name: str) -> Iterator[None]:
    usual = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual
