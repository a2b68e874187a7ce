"""What stands between slow clients and the workers: the shipped Caddyfile, gunicorn, and how long each waits."""

import os
import re
import runpy
import shutil
import signal
import socket
import subprocess
import sys
import time

import pytest
from django.conf import settings

from salescrm.background.worker import GRACE
from salescrm.mail.outbox import AT_MOST
from tests.bench.servers import caddyfile, free_port, wait_for

CADDYFILE = settings.BASE_DIR / "deploy" / "Caddyfile"
UNITS = {"": 1, "s": 1, "m": 60, "KB": 1000, "MB": 1000**2}


def directive(name):
    """The number behind the one directive of this name, in seconds or bytes."""
    (figure,) = re.findall(rf"^\s*{name} (\d+)(\w*)$", CADDYFILE.read_text(), re.MULTILINE)
    return int(figure[0]) * UNITS[figure[1]]


def compose(service):
    """The lines of one service."""
    text = (settings.BASE_DIR / "docker-compose.yml").read_text()
    return re.search(rf"^  {service}:[^\n]*\n(.*?)(?=^\S|^  \w)", text, re.MULTILINE | re.DOTALL).group(1)


@pytest.fixture
def gunicorn():
    """The settings gunicorn reads."""
    return runpy.run_path(str(settings.BASE_DIR / "gunicorn.conf.py"))


def test_a_body_is_with_the_proxy_as_a_whole_before_a_worker_gets_it():
    assert directive("request_buffers") == directive("max_size")
    assert directive("response_buffers") > settings.FILE_MAX_MB * UNITS["MB"] * 1.1


def test_the_proxy_takes_two_files_of_the_largest_kind():
    assert directive("max_size") >= 2 * settings.UPLOAD_MAX_MB * UNITS["MB"]


def test_nobody_sends_or_reads_for_ever_and_an_honest_slow_upload_has_the_time():
    assert directive("read_header") <= 30
    assert directive("idle") <= 300
    assert directive("read_body") >= 10 * UNITS["MB"] * 8 / 100_000  # at 0.1 Mbit/s
    assert directive("write") > directive("read_body")


def test_requests_wait_for_the_next_gunicorn_longer_than_the_last_one_takes_to_stop(gunicorn):
    assert directive("lb_try_duration") > gunicorn["graceful_timeout"] + 5


@pytest.mark.parametrize("service", ["web", "proxy", "worker"])
def test_compose_kills_nobody_who_is_still_answering_or_sending(gunicorn, service):
    waits = int(re.search(r"stop_grace_period: (\d+)s", compose(service)).group(1))
    needs = {"web": gunicorn["graceful_timeout"], "proxy": directive("grace_period"), "worker": GRACE}
    assert waits > needs[service]


def test_worker_that_is_to_end_finishes_the_dialogue_with_the_slowest_mail_server():
    assert GRACE > AT_MOST


def test_caddy_accepts_the_file(tmp_path):
    caddy = os.environ.get("CADDY") or shutil.which("caddy")
    if not caddy:
        pytest.skip("Caddy not found: install it or set CADDY to its path")
    known = os.environ | {"XDG_DATA_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), "SITE_ADDRESS": "http://:1"}
    command = [caddy, "validate", "--config", caddyfile(caddy, tmp_path), "--adapter", "caddyfile"]
    answer = subprocess.run(command, capture_output=True, text=True, env=known)
    assert answer.returncode == 0, answer.stderr


BUSY = """
import pathlib, time

def application(environ, start):
    if environ["PATH_INFO"] == "/busy":
        pathlib.Path("busy").touch()
        while not pathlib.Path("go").exists():
            time.sleep(0.01)
    start("200 OK", [("Content-Length", "4")])
    return [b"done"]
"""


def until(condition):
    """Wait for something that happens soon; fail when it does not."""
    for _attempt in range(500):
        if condition():
            return
        time.sleep(0.02)
    raise AssertionError(condition)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can close a door behind a queue")
def test_gunicorn_answers_everybody_who_is_inside_when_it_stops(tmp_path):
    (tmp_path / "busy_app.py").write_text(BUSY)
    port, log = free_port(), tmp_path / "log"
    command = [
        sys.executable, "-m", "gunicorn", "--config", str(settings.BASE_DIR / "gunicorn.conf.py"), "--workers", "1",
        "--bind", f"127.0.0.1:{port}", "busy_app:application",
    ]  # fmt: skip
    with log.open("w") as out:
        server = subprocess.Popen(
            command, cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(tmp_path)}, stdout=out, stderr=out
        )
    try:
        wait_for(port, server, log)
        lines = []
        for path in ("/busy", "/waits", "/waits"):
            lines.append(socket.create_connection(("127.0.0.1", port), timeout=30))
            lines[-1].sendall(f"GET {path} HTTP/1.1\r\nHost: here\r\n\r\n".encode())
            until((tmp_path / "busy").exists)
        server.send_signal(signal.SIGTERM)

        def closed():
            try:
                socket.create_connection(("127.0.0.1", port), timeout=0.3).close()
            except OSError:
                return True

        until(closed)
        (tmp_path / "go").touch()
        answers = [b"".join(iter(lambda line=line: line.recv(1000), b"")).decode() for line in lines]
        assert [(answer[:15], answer[-4:]) for answer in answers] == [("HTTP/1.1 200 OK", "done")] * 3
        server.wait(timeout=30)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=5)
    finally:
        server.kill()
        server.wait()
        for line in lines:
            line.close()
