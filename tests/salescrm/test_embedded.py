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


@pytest.fixture
def far_away(monkeypatch, tmp_path):
    """A checkout with a path too long for a socket."""
    monkeypatch.setattr(embedded, "CHECKOUT", tmp_path / ("deep" * 40))
    monkeypatch.setattr(embedded, "VARIABLE_DATA", tmp_path / ("deep" * 40))
    monkeypatch.setattr(embedded, "_reachable", lambda directory: True)


def test_long_paths_put_the_socket_elsewhere_and_removing_takes_it_along(far_away, monkeypatch, tmp_path):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    cluster = embedded.Cluster("pg")
    cluster.make_scratch()
    with cluster._locked():
        assert cluster.socket_dir.exists()

    assert [place.parent for place in (cluster.socket_dir, cluster.scratch)] == [embedded.SHORT, embedded.SHORT]
    assert len(str(cluster.socket_dir / embedded.SOCKET)) < embedded.LONGEST_SOCKET_PATH
    cluster.remove()
    assert [cluster.socket_dir.exists(), cluster.scratch.exists(), cluster.lock_file.exists()] == [False] * 3


def test_stop_leaves_no_folder_of_a_socket_behind(far_away):
    cluster = embedded.Cluster(f"test-{os.getpid()}")
    with cluster._locked():  # a start that was killed
        assert cluster.socket_dir.exists()

    assert cluster.stop() is False
    assert not cluster.socket_dir.exists()


def test_erasing_removes_every_cluster_and_what_lies_outside_the_checkout(monkeypatch, tmp_path):
    monkeypatch.setattr(embedded, "CHECKOUT", tmp_path / "checkout")
    monkeypatch.setattr(embedded, "VARIABLE_DATA", tmp_path / "lib")
    monkeypatch.setattr(embedded, "_reachable", lambda directory: False)
    clusters = [embedded.Cluster(name) for name in ("pg", "test-1", f"test-{os.getpid()}")]
    for cluster in clusters:
        cluster.make_scratch()

    embedded.erase()

    assert not any(place.exists() for cluster in clusters for place in (cluster.data, cluster.scratch))
    assert list((tmp_path / "lib").glob("*")) == []


def test_run_that_was_killed_before_its_server_started_is_left_over(monkeypatch, tmp_path):
    monkeypatch.setattr(embedded, "CHECKOUT", tmp_path)
    monkeypatch.setattr(embedded, "_reachable", lambda directory: True)
    with subprocess.Popen([sys.executable, "-c", ""]) as dead:
        dead.wait()
    for pid in (os.getpid(), dead.pid):
        embedded.Cluster(f"test-{pid}", throwaway=True).make_scratch()

    leftovers = embedded.leftovers()
    embedded.erase()

    assert [cluster.scratch for cluster in leftovers] == [embedded.Cluster(f"test-{dead.pid}").scratch]
