"""Several people at once in an order the test chooses: real threads, and rows held by a connection beside them."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from threading import Event

import psycopg
from django.core.exceptions import ValidationError
from django.db import connection, transaction

PATIENCE = 60  # seconds until a deed that neither ends nor waits is a fault
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@contextmanager
def beside() -> Iterator[psycopg.Connection]:
    """A connection of somebody else to the same database."""
    place = connection.settings_dict
    with psycopg.connect(host=place["HOST"], user=place["USER"], dbname=place["NAME"]) as other:
        yield other


@contextmanager
def holding(row, strength: str = "FOR UPDATE") -> Iterator[psycopg.Connection]:
    """Hold a row until the connection that is given commits, or to the end of the block."""
    with beside() as other:
        other.execute(f"SELECT 1 FROM {row._meta.db_table} WHERE id = %s {strength}", [row.pk])
        yield other


@contextmanager
def undecided(make: Callable) -> Iterator[None]:
    """Let somebody else make a record, of which nobody knows until the end of the block: then it is there."""
    made, end = Event(), Event()

    def deed():
        with transaction.atomic():
            make()
            made.set()
            end.wait(PATIENCE)

    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(_alone, deed)
        future.add_done_callback(lambda _future: made.set())
        made.wait(PATIENCE)
        try:
            yield
        finally:
            end.set()
        future.result(PATIENCE)


def behind(row, *deeds: Callable, strength: str = "FOR UPDATE") -> list:
    """Hold `row`, start the deeds one after another, each once those before it wait, and let go.

    What each gave, or the refusal it raised; any other error, such as a deadlock, is raised here.
    """
    with People() as people:
        with holding(row, strength):
            for deed in deeds:
                people.start(deed)
        return people.results()


class People(ExitStack):
    """Deeds in threads of their own; start() returns once the new deed waits for somebody, or has ended."""

    def __enter__(self):
        self.pool, self.futures = self.enter_context(ThreadPoolExecutor(8)), []
        return self

    def start(self, deed: Callable) -> Future:
        """Let somebody else begin."""
        future = self.pool.submit(_alone, deed)
        self.futures.append(future)
        self.wait()
        return future

    def wait(self) -> None:
        """Until everybody who has begun waits for a lock or is ready."""
        until = time.monotonic() + PATIENCE
        with beside() as other:
            other.autocommit = True
            while other.execute(WAITING).fetchone()[0] < sum(not future.done() for future in self.futures):
                assert time.monotonic() < until, "somebody neither waits nor ends"
                time.sleep(0.01)

    def results(self) -> list:
        """What the deeds gave, in the order in which they began."""
        return [future.result(PATIENCE) for future in self.futures]


def _alone(deed: Callable):
    try:
        return deed()
    except ValidationError as refusal:
        return refusal
    finally:
        connection.close()
