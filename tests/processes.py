"""Processes beside a test, on its database: how they are started and what is waited for."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection

from tests.environment import ENVIRONMENT

PATIENCE = 150  # seconds until what does not happen is a fault: what is lost is looked for every minute


def until(condition: Callable[[], object]) -> None:
    """Wait until it is so."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "It did not happen"
        time.sleep(0.05)


def environment(**more: str) -> dict[str, str]:
    """Of a process on the database of the test."""
    place = connection.settings_dict
    return {name: value for name, value in os.environ.items() if name not in ENVIRONMENT} | {
        "DATABASE_URL": f"postgresql://{place['USER']}@/{place['NAME']}?host={place['HOST']}",
        "DJANGO_SETTINGS_MODULE": "salescrm.settings",
        "SECRET_KEY": "of a test",
        "ALLOWED_HOSTS": "localhost",
        **more,
    }


@contextmanager
def process(command: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen]:
    """A process that is gone after the block."""
    with subprocess.Popen([sys.executable, *command], env=environment, cwd=settings.BASE_DIR) as child:
        try:
            yield child
        finally:
            child.kill()
