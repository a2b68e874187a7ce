"""The ground under all tests: the database server, the browser, and the guard that reads do not write."""

import os
import shutil
from contextlib import contextmanager

import hypothesis
import pytest
from django.db import connection

from salescrm import embedded

pytest.register_assert_rewrite("tests.pages")
pytest_plugins = ["tests.world", "tests.filled", "tests.many"]

CHROMIUM = next(
    filter(None, [os.environ.get("CHROMIUM"), *map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))]),
    None,
)
WRITES = ("INSERT", "UPDATE", "DELETE", "TRUNCATE", "MERGE")

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
