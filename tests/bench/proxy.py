"""`python tests/bench/proxy.py`: what deploy/Caddyfile promises, with a real Caddy in front of gunicorn on loopback.

Slow strangers hold nothing, an honest slow upload comes through, what is too large is refused, and a stop under load
drops no request. Takes some minutes and ends by itself; the exit code is 1 when a promise is not kept. `caddy` is
taken from the path, or from CADDY. The Caddyfile is written for the image (Caddy 2.7 and later); for Caddy 2.6, which
Debian 12 has, two of its lines are replaced, and the script says so; that one answers 502 to what is too large, and to
forms that are sent in the seconds in which gunicorn starts anew (nothing of them has been carried out).
"""

import argparse
import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
for name in ("DATABASE_URL", "DEBUG", "TODAY", "SECRET_KEY", "ALLOWED_HOSTS", "SITE_ADDRESS"):
    os.environ.pop(name, None)
os.environ |= {
    "DEMO": "1",
    "TRUST_PROXY": "1",
    "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
    "EMBEDDED_CLUSTER": f"test-{os.getpid()}",  # the next test run removes it when this one is killed
}

import django  # noqa: E402
from django.core.management import call_command  # noqa: E402

from salescrm import embedded  # noqa: E402

SCRATCH = embedded.current().make_scratch()
tempfile.tempdir = os.environ["TMPDIR"] = str(SCRATCH)
os.environ |= {"BENCH_STATIC": str(SCRATCH / "static"), "FILES_DIR": str(SCRATCH / "files")}
django.setup()

from sales.defaults import install_defaults  # noqa: E402
from salescrm.accounts.roles import MANAGER  # noqa: E402
from salescrm.accounts.users import add_user  # noqa: E402
from tests.bench.client import Browser  # noqa: E402
from tests.bench.servers import WORKERS, caddyfile, free_port, gunicorn, is_old, wait_for  # noqa: E402
from tests.factories import RelationFactory  # noqa: E402

LOGIN, PASSWORD = "manager@bench.example", "bench"
PAGE, PROFILE = "/accounts/login/", "/accounts/profile/"
MEGABYTE = 1024 * 1024
STRANGERS, SECONDS = 8, 15
SLOW = 150_000  # bytes a second: 1.2 Mbit/s
PATIENCE = SECONDS / 2  # for a page: a worker that is held takes the time of the stranger, or a minute
CLIENTS, STOPS = 6, 3


@contextlib.contextmanager
def proxy(caddy: str, upstream: int) -> Iterator[int]:
    """Caddy with the shipped file on a free port while the block runs; gives the port."""
    port = free_port()
    environment = {
        "SITE_ADDRESS": f"http://127.0.0.1:{port}", "UPSTREAM": f"127.0.0.1:{upstream}",
        "CADDY_ADMIN": f"127.0.0.1:{free_port()}", "XDG_DATA_HOME": str(SCRATCH), "XDG_CONFIG_HOME": str(SCRATCH),
    }  # fmt: skip
    log = SCRATCH / "caddy.log"
    command = [caddy, "run", "--config", str(caddyfile(caddy, SCRATCH)), "--adapter", "caddyfile"]
    with log.open("w") as out:
        process = subprocess.Popen(command, env=os.environ | environment, stdout=out, stderr=out)
    try:
        wait_for(port, process, log)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=60)


def worst_answer(browser: Browser, coming: list[threading.Thread]) -> float:
    """The slowest answer, in seconds, of an ordinary page asked for over and over until the strangers have left."""
    worst = 0.0
    while any(thread.is_alive() for thread in coming):
        took, status, _content = browser.ask(PAGE)
        worst = max(worst, took / 1000 if status == 200 else 999)
        time.sleep(0.1)
    return worst


def strangers(port: int, deed: Callable[[socket.socket], None]) -> list[threading.Thread]:
    """Eight of them at once, each with a connection of their own; they leave by themselves."""

    def come():
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=SECONDS + 5) as line:
            deed(line)

    threads = [threading.Thread(target=come) for _stranger in range(STRANGERS)]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    return threads


def slow_sender(browser: Browser) -> Callable[[socket.socket], None]:
    """Sends the head of a form of a megabyte, then a byte at a time; without a cookie nobody would wait for it."""
    head = (
        f"POST {PAGE} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: csrftoken={browser.cookies['csrftoken']}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {MEGABYTE}\r\n\r\n"
    )

    def send_slowly(line: socket.socket) -> None:
        line.sendall(head.encode())
        for _second in range(SECONDS * 2):
            line.sendall(b"x")
            time.sleep(0.5)

    return send_slowly


def slow_reader(path: str, browser: Browser) -> Callable[[socket.socket], None]:
    """Asks for a large file, and then takes next to nothing of it."""
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())

    def read_slowly(line: socket.socket) -> None:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookies}\r\n\r\n".encode())
        for _second in range(SECONDS * 2):
            line.recv(100)
            time.sleep(0.5)

    return read_slowly


def upload(browser: Browser, path: str, *, size: int, speed: int | None = None) -> int:
    """The status after sending a file of `size` bytes as a note, at `speed` bytes a second."""
    fields = {"csrfmiddlewaretoken": browser.cookies["csrftoken"], "token": uuid4(), "kind": "note", "text": ""}
    field = '--edge\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
    parts = [field.format(name, value) for name, value in fields.items()]
    parts.append('--edge\r\nContent-Disposition: form-data; name="uploads"; filename="plan.pdf"\r\n\r\n')
    body = "".join(parts).encode() + os.urandom(size) + b"\r\n--edge--\r\n"
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookies}\r\nContent-Length: {len(body)}\r\n"
        "Content-Type: multipart/form-data; boundary=edge\r\nConnection: close\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", browser.port), timeout=120) as line:
        with contextlib.suppress(OSError):  # refused before the end: the answer says why
            line.sendall(head.encode())
            step = speed // 10 if speed else len(body)
            for start in range(0, len(body), step):
                line.sendall(body[start : start + step])
                if speed:
                    time.sleep(0.1)
        return int(line.recv(100).split()[1])


def stop_under_load(browser: Browser, web: contextlib.ExitStack, upstream: int) -> dict[int, int]:
    """Stop and start gunicorn three times while pages are read and forms sent; how many answers had which status."""
    seen: dict[int, int] = {}
    lock, done = threading.Lock(), threading.Event()

    def work(turn: int) -> None:
        mine = Browser(browser.port, dict(browser.cookies))
        while not done.is_set():
            turn += 1
            try:
                form = {"version": "1", "name": "Bench", "language": "en"}  # which changes nothing
                _took, status, _content = mine.ask(PROFILE, form if turn % 2 else None)
            except OSError:
                status = 0
            with lock:
                seen[status] = seen.get(status, 0) + 1

    threads = [threading.Thread(target=work, args=[number]) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for _stop in range(STOPS):
        time.sleep(2)
        web.close()
        web.enter_context(serve(upstream))
    time.sleep(2)
    done.set()
    for thread in threads:
        thread.join()
    return seen


def serve(port: int | None = None) -> contextlib.AbstractContextManager[int]:
    """Our gunicorn, with three workers."""
    return gunicorn("salescrm.wsgi", folder=ROOT, log=SCRATCH / "gunicorn.log", port=port)


def prove(caddy: str) -> Iterator[tuple[str, str, bool]]:
    """What was tried, what came of it, and whether that is as promised."""
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    install_defaults("en")
    add_user(email=LOGIN, name="Bench", language="en", role=MANAGER, password=PASSWORD)
    relation, old = RelationFactory(), is_old(caddy)
    notes = f"/relations/{relation.pk}/notes/new/"
    with contextlib.ExitStack() as web:
        upstream = web.enter_context(serve())
        with proxy(caddy, upstream) as port:
            browser, stranger = Browser(port), Browser(port)
            browser.log_in(PAGE, LOGIN, PASSWORD)

            for _page in range(WORKERS * 4):
                stranger.must(PAGE)  # the first page of a worker takes longer
            coming = strangers(port, slow_sender(stranger))
            worst = worst_answer(stranger, coming)
            yield f"{STRANGERS} slow request bodies, {WORKERS} workers", f"worst page {worst:.1f} s", worst < PATIENCE

            status = upload(browser, notes, size=10 * MEGABYTE, speed=SLOW)
            yield "10 MB at 1.2 Mbit/s", f"status {status}", status == 302
            file = relation.notes.get().files.get()
            coming = strangers(port, slow_reader(f"/relations/{relation.pk}/files/{file.key}/", browser))
            worst = worst_answer(stranger, coming)
            yield f"{STRANGERS} slow readers of 10 MB", f"worst page {worst:.1f} s", worst < PATIENCE

            status = upload(browser, notes, size=111 * 1000 * 1000)
            refused = status == (502 if old else 413) and relation.notes.count() == 1
            yield "111 MB at once", f"status {status}", refused

            seen = stop_under_load(browser, web, upstream)
            yield (
                f"{STOPS} stops under load",
                f"answers {seen}",
                {200, 302} <= set(seen) <= {200, 302, 502 if old else 200},
            )


def main() -> int:
    """Try everything and print a table as it comes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.parse_args()
    caddy = os.environ.get("CADDY") or shutil.which("caddy")
    if not caddy:
        raise SystemExit("Caddy not found: install it, or set CADDY to its path.")
    passes = []
    try:
        for tried, outcome, passed in prove(caddy):
            print(f"{tried:40}{outcome:50}{'ok' if passed else 'MISS'}", flush=True)
            passes.append(passed)
    finally:
        embedded.current().remove()
    return int(not all(passes))


if __name__ == "__main__":
    sys.exit(main())
