"""The ground under all tests: the database server, the browser, and the guard that reads do not write."""

import os
import re
import shutil
from contextlib import contextmanager
from functools import lru_cache

import hypothesis
import pytest
from django.apps import apps
from django.db import connection
from django.db.backends.signals import connection_created
from django.db.models import CASCADE
from django.test import TransactionTestCase
from psycopg.pq import TransactionStatus

from salescrm import embedded
from salescrm.versions import LOCK_ORDER
from tests.copies import Ground

pytest.register_assert_rewrite("tests.pages")
pytest_plugins = ["tests.world", "tests.filled", "tests.many"]

# The shell, the same engine without windows, starts and draws for a third of the work.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, [os.environ.get("CHROMIUM"), *map(shutil.which, BROWSERS)]), None)
WRITES = ("INSERT", "UPDATE", "DELETE", "TRUNCATE", "MERGE")
EVERY = object()  # all rows of a table
LOCKS = re.compile(r'\bFOR (NO KEY )?(UPDATE|SHARE|KEY SHARE)( OF "(?P<of>\w+)")?')
FIRST = re.compile(r'(?:FROM|INTO) "?(\w+)')
CHANGE = re.compile(r'(?:^\s*|\()(?:UPDATE|DELETE FROM|INSERT INTO(?=.* ON CONFLICT)) "?(\w+)', re.DOTALL)
PLAIN = re.compile(r'(?:UPDATE|DELETE FROM) "(\w+)"(?!.* RETURNING )', re.DOTALL)

# How long drawing takes says how busy the machine is; fixtures that one property shares are only read.
UNHEALTHY = [hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.function_scoped_fixture]
hypothesis.settings.register_profile("project", deadline=None, database=None, suppress_health_check=UNHEALTHY)
hypothesis.settings.load_profile("project")


def pytest_configure(config):
    """Sweep up after test runs that were killed; the server itself starts with the first connection."""
    if not hasattr(config, "workerinput"):
        for cluster in embedded.leftovers():
            cluster.remove()


def pytest_unconfigure(config):
    """The run that made the server removes it; workers leave it to their controller."""
    if not hasattr(config, "workerinput"):
        embedded.current().remove()


def pytest_collection_modifyitems(config, items):
    """Everything below tests/browser needs a browser."""
    for item in items:
        if config.rootpath / "tests" / "browser" in item.path.parents:
            item.add_marker("browser")


def pytest_runtest_setup(item):
    """No browser: skip, but fail where one was promised."""
    if item.get_closest_marker("browser"):
        if CHROMIUM is None:
            message = "Chromium not found: install it or set CHROMIUM to its path"
            pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # the loop of Playwright stays in this process from here on


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """The Chromium of the system; its sandbox does not work for root, and what it keeps at home goes with the run."""
    arguments = ["--disable-dev-shm-usage", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    environment = {**os.environ, "HOME": str(embedded.current().scratch)}
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": arguments, "env": environment}


class OneOrder:
    """Fails where a transaction locks a row of a table above one it holds in LOCK_ORDER, or of none that is in it.

    A change is a lock too: UPDATE, DELETE and INSERT ... ON CONFLICT. What is part of a record, as its lines are, goes
    with the record when that is held; a table without a place is changed by who holds none that has one.

    Not seen are the locks the database takes by itself: on what a new row names (FOR KEY SHARE, most at the commit), on
    a value that must be there once, in a trigger; nor the order of the rows of one statement that changes several.
    """

    def __init__(self):
        self.held = []  # the place of each table, its name and the ids of the rows, in the order in which they came
        self.marks = {}  # how many were held at each savepoint

    def __call__(self, execute, sql, params, many, context):
        database, cursor = context["connection"], context["cursor"].cursor
        in_test_only = all(block._from_testcase for block in database.atomic_blocks)
        if in_test_only or database.connection.info.transaction_status == TransactionStatus.IDLE:
            self.held, self.marks = [], {}
        result = execute(sql if many else _telling(sql), params, many, context)
        word, _space, last = sql.rpartition(" ")
        if word == "SAVEPOINT":
            self.marks[last] = len(self.held)
        elif word == "ROLLBACK TO SAVEPOINT":
            del self.held[self.marks.get(last, 0) :]
        elif sql.startswith("LOCK TABLE"):
            for table in re.findall(r'"(\w+)"', sql):
                self.hold(table, {EVERY}, sql)
        elif change := CHANGE.search(sql):
            tells = PLAIN.match(sql) and not many and cursor.description
            self.change(change[1], _rows(cursor, ()) if tells else None, sql)
        elif sql.startswith("INSERT INTO") and cursor.description:  # nobody else sees what is new
            self.held.append((-1, FIRST.search(sql)[1], _rows(cursor, params)))
        elif cursor.description and (match := LOCKS.search(sql)):
            self.hold(match["of"] or FIRST.search(sql)[1], _rows(cursor, params), sql)
        if in_test_only:  # the transaction of the test is no deed
            self.held = []
        return result

    def change(self, table, rows, sql):
        """As hold(), of rows that are changed; None when the statement does not tell which."""
        held = {name for _place, name, _ids in self.held}
        if held & _wholes(table) or (rows is None and table in held):
            return
        if table in LOCK_ORDER:
            self.hold(table, {EVERY} if rows is None else rows, sql)
        elif rows != set():
            locked = {name for place, name, _ids in self.held if place >= 0}
            assert not locked, f"{table} is changed after {locked} and has no place in LOCK_ORDER: {sql}"

    def hold(self, table, rows, sql):
        assert table in LOCK_ORDER, f"{table} is locked and has no place in LOCK_ORDER"
        place = LOCK_ORDER.index(table)
        known = set().union(*(ids for _place, name, ids in self.held if name == table))
        if EVERY in known or rows <= known:  # what is held already is no new lock
            return
        above = {name for other, name, _ids in self.held if other > place}
        assert not above, f"{table} is locked after {above}: {sql}"
        self.held.append((place, table, rows))


@lru_cache
def _keys() -> dict[str, str]:
    """The column of the primary key of every table."""
    models = apps.get_models(include_auto_created=True)
    return {model._meta.db_table: model._meta.pk.column for model in models}


@lru_cache
def _wholes(table: str) -> set[str]:
    """The tables of what a row of this table is part of: it goes when one of these goes."""
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.db_table == table]
    keys = [field for model in models for field in model._meta.concrete_fields if field.is_relation]
    return {key.related_model._meta.db_table for key in keys if key.remote_field.on_delete is CASCADE}


def _telling(sql: str) -> str:
    """The statement, made to tell which rows it changes."""
    change = PLAIN.match(sql)
    key = _keys().get(change[1]) if change else None
    return f'{sql} RETURNING "{change[1]}"."{key}" AS id' if key else sql


def _rows(cursor, params) -> set:
    """The ids of the rows a statement has locked; what it was asked for when it does not tell."""
    names = [column.name for column in cursor.description]
    if "id" not in names:
        return {key for value in params for key in (value if isinstance(value, list) else [value])}
    ids = {row[names.index("id")] for row in cursor}
    if ids:
        cursor.scroll(0, mode="absolute")
    return ids


@pytest.fixture(scope="session", autouse=True)
def one_order_of_locks():
    """Watch over the locks of every connection, those of other threads too."""

    def watch(connection, **_signal):
        if not any(isinstance(wrapper, OneOrder) for wrapper in connection.execute_wrappers):
            connection.execute_wrappers.append(OneOrder())

    connection_created.connect(watch, weak=False)
    watch(connection)


@pytest.fixture(autouse=True)
def empty_queue(request):
    """No job is left after a test with real transactions: the tables of the queue are not emptied with the others."""
    yield
    marker = request.node.get_closest_marker("django_db")
    if "transactional_db" in request.fixturenames or (marker and marker.kwargs.get("transaction")):
        with request.getfixturevalue("django_db_blocker").unblock(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_workers")
            cursor.execute("DELETE FROM procrastinate_jobs")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """What the database holds before any test: after one that commits it holds that again."""
    if not connection.settings_dict["NAME"].startswith("test_"):  # no test of this run asks for the database
        yield None
        return
    with django_db_blocker.unblock():
        ground = Ground()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _case: ground.restore())
        yield ground


@pytest.fixture
def reads_only():
    """A context manager: `with reads_only(): client.get(...)` fails on any statement that writes."""

    def refuse_writes(execute, sql, params, many, context):
        assert not sql.lstrip().upper().startswith(WRITES), f"a read wrote: {sql}"
        return execute(sql, params, many, context)

    @contextmanager
    def guard():
        with connection.execute_wrapper(refuse_writes):
            yield

    return guard
