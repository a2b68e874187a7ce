"""The embedded server: starts when needed, once, also after it was killed."""

import os
import signal
import subprocess
import sys

import environ
import psycopg
import pytest

from salescrm import embedded
from salescrm.embedded.base import create_database


@pytest.fixture(scope="module")
def sandbox():
    """A process whose number names a cluster of this module only."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        cluster = embedded.Cluster(f"test-{process.pid}", throwaway=True)
        cluster.start()
        yield cluster
        cluster.remove()
        process.communicate(b"\n")


def server_number(cluster: embedded.Cluster) -> int:
    return int((cluster.data / "postmaster.pid").read_text().splitlines()[0])


def answer(cluster: embedded.Cluster) -> int:
    with psycopg.connect(host=cluster.socket_dir, user=embedded.SUPERUSER, dbname="postgres") as connection:
        return connection.execute("SELECT 1").fetchone()[0]


def test_start_leaves_a_running_server_alone(sandbox):
    before = server_number(sandbox)

    sandbox.start()

    assert server_number(sandbox) == before


def test_start_by_many_processes_gives_one_server(sandbox):
    sandbox.stop()
    name = sandbox.data.name.rsplit("-", 1)[0]
    command = [sys.executable, "-m", "salescrm.embedded", "start"]
    starts = [subprocess.Popen(command, env=os.environ | {"EMBEDDED_CLUSTER": name}) for _ in range(4)]

    assert [start.wait() for start in starts] == [0, 0, 0, 0]
    assert answer(sandbox) == 1


def test_start_recovers_from_a_killed_server(sandbox):
    os.kill(server_number(sandbox), signal.SIGKILL)

    sandbox.start()

    assert answer(sandbox) == 1


def test_start_ignores_a_pid_file_that_names_another_program(sandbox):
    sandbox.stop()
    pid_file = sandbox.data / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{sandbox.data}\n")

    sandbox.start()

    assert answer(sandbox) == 1


def test_stop_says_whether_a_server_ran(sandbox):
    sandbox.start()

    assert [sandbox.stop(), sandbox.stop()] == [True, False]
    sandbox.start()


def test_url_reaches_the_database(sandbox):
    create_database(str(sandbox.socket_dir))
    create_database(str(sandbox.socket_dir))

    options = environ.Env.db_url_config(sandbox.url)

    assert (options["NAME"], options["USER"]) == ("salescrm", "postgres")
    with psycopg.connect(sandbox.url) as connection:
        assert connection.execute("SELECT current_database()").fetchone() == ("salescrm",)


def test_long_paths_put_the_socket_elsewhere(monkeypatch, tmp_path):
    monkeypatch.setattr(embedded, "CHECKOUT", tmp_path / ("deep" * 40))
    monkeypatch.setattr(embedded, "VARIABLE_DATA", tmp_path / ("deep" * 40))
    monkeypatch.setattr(embedded, "_reachable", lambda directory: True)

    cluster = embedded.Cluster("pg")

    assert cluster.socket_dir != cluster.data
    assert len(str(cluster.socket_dir / embedded.SOCKET)) < embedded.LONGEST_SOCKET_PATH
