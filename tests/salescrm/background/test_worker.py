"""The worker as a process: it does what is due, ends when it is told to, and a kill in the middle loses nothing."""

import os
import signal
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from salescrm.background import chores, queue, worker
from salescrm.background.models import ChoreState
from tests import processes
from tests.bench.servers import free_port
from tests.processes import PATIENCE, process, until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def chore(tmp_path):
    """A chore that is due, with its two files: what it wrote, and what holds it up."""
    (tmp_path / "wait").touch()
    row = ChoreState.objects.create(name="slow", due_at=timezone.now() - timedelta(minutes=1))
    row.log, row.wait = tmp_path / "log", tmp_path / "wait"
    return row


@pytest.fixture
def environment(chore):
    """Of a process with that chore."""
    files = {"CHORE_LOG": str(chore.log), "CHORE_WAIT": str(chore.wait)}
    return processes.environment(DJANGO_SETTINGS_MODULE="tests.salescrm.background.settings", **files)


def lines(chore):
    return chore.log.read_text().split() if chore.log.exists() else []


def is_done(chore):
    chore.refresh_from_db()
    return chore.done_at is not None


def test_it_does_what_is_due_and_finishes_it_when_it_is_to_end(chore, environment):
    assert not worker.is_alive()
    with process(["manage.py", "worker"], environment) as child:
        until(lambda: lines(chore) == ["begin"])
        assert worker.is_alive()
        child.send_signal(signal.SIGTERM)
        time.sleep(0.2)  # it has been told, and is still at it
        chore.wait.unlink()
        assert child.wait(PATIENCE) == 0
    assert lines(chore) == ["begin", "end"]
    assert is_done(chore)
    assert not worker.is_alive()


def test_what_a_killed_one_left_undone_the_next_one_does(chore, environment):
    with process(["manage.py", "worker"], environment) as child:
        until(lambda: lines(chore) == ["begin"])
        child.kill()
    chore.refresh_from_db()
    assert (chore.done_at, chore.attempts) == (None, 0)
    chore.wait.unlink()
    with process(["manage.py", "worker"], environment) as child:
        until(lambda: is_done(chore))
        child.terminate()
        assert child.wait(PATIENCE) == 0
    assert lines(chore) == ["begin", "begin", "end"]


def test_it_works_on_when_the_database_was_away_for_a_moment(chore, environment):
    ChoreState.objects.update(due_at=timezone.now() + timedelta(hours=1))
    chore.wait.unlink()
    with process(["manage.py", "worker"], environment) as child:
        until(worker.is_alive)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        moment = timezone.now()
        until(lambda: child.poll() is not None or (worker.last_sign() or moment) > moment)
        assert child.poll() is None
        ChoreState.objects.filter(pk=chore.pk).update(due_at=moment)
        queue.enqueue(chores.KIND, chore.pk)
        until(lambda: is_done(chore))
        child.terminate()
        assert child.wait(PATIENCE) == 0


def test_the_server_of_the_demo_brings_one_and_takes_it_along(chore, environment):
    chore.wait.unlink()
    command = ["-m", "gunicorn", "--workers", "1", "--log-level", "warning", "--bind", f"127.0.0.1:{free_port()}"]
    with process(command, environment | {"EMBEDDED_WORKER": "1"}) as server:
        until(lambda: is_done(chore))
        assert _workers(environment)
        server.terminate()
        assert server.wait(PATIENCE) == 0
    until(lambda: not _workers(environment))


def test_the_worker_of_a_server_that_is_killed_ends_by_itself(chore, environment):
    chore.wait.unlink()
    command = ["-m", "gunicorn", "--workers", "1", "--log-level", "warning", "--bind", f"127.0.0.1:{free_port()}"]
    with process(command, environment | {"EMBEDDED_WORKER": "1"}) as server:
        until(lambda: is_done(chore))
        server.kill()
    until(lambda: not _workers(environment))


def _workers(environment) -> list[str]:
    """The workers with this environment; what serves pages ends when the server does."""
    mark, running = f"CHORE_LOG={environment['CHORE_LOG']}\0", []
    for number in filter(str.isdigit, os.listdir("/proc")):
        with suppress(OSError):
            of_test = mark in Path(f"/proc/{number}/environ").read_text(errors="replace")
            running += [number] if of_test and "--parent" in Path(f"/proc/{number}/cmdline").read_text() else []
    return running
