"""Starting and ending gunicorn on a free loopback port, and the Caddyfile for the Caddy that is here."""

import contextlib
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WORKERS = 3
OLD_WORDS = {
    "request_buffers 110MB": "buffer_requests",
    "response_buffers 110MB": "buffer_responses\n\t\tmax_buffer_size 110MB",
}


def free_port() -> int:
    """A port nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@contextlib.contextmanager
def gunicorn(
    application: str, *, folder: Path, log: Path, port: int | None = None, **environment: str
) -> Iterator[int]:
    """Serve `application` with three synchronous workers while the block runs; gives the port."""
    port = port or free_port()
    command = [
        sys.executable, "-m", "gunicorn", "--config", str(ROOT / "gunicorn.conf.py"), "--workers", str(WORKERS),
        "--bind", f"127.0.0.1:{port}", "--log-level", "warning", application,
    ]  # fmt: skip
    known = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(folder), "EMBEDDED_WORKER": "0"}
    with log.open("a") as out:
        process = subprocess.Popen(
            command, cwd=folder, env={**os.environ, **known, **environment}, stdout=out, stderr=out
        )
    try:
        wait_for(port, process, log)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=45)


def wait_for(port: int, process: subprocess.Popen, log: Path) -> None:
    """Wait until somebody listens on this port."""
    for _attempt in range(240):
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.25)
    raise SystemExit(f"The server did not start:\n{log.read_text()[-3000:]}")


def is_old(caddy: str) -> bool:
    """Is this Caddy 2.6 (Debian 12), which has other words, and cannot ask again with a form it has to send twice?"""
    version = subprocess.run([caddy, "version"], capture_output=True, text=True, check=True).stdout
    return [int(number) for number in re.findall(r"\d+", version)[:2]] < [2, 7]


def caddyfile(caddy: str, folder: Path) -> Path:
    """The shipped Caddyfile; for an old Caddy a copy in `folder` with two lines replaced."""
    shipped = ROOT / "deploy" / "Caddyfile"
    if not is_old(caddy):
        return shipped
    text = shipped.read_text()
    for new, old in OLD_WORDS.items():
        print(
            f"Replaced in the Caddyfile for this old Caddy: {new} by {' and '.join(map(str.strip, old.splitlines()))}"
        )
        before, text = text, text.replace(f"\t\t{new}\n", f"\t\t{old}\n")
        if before == text:
            raise SystemExit(f"The Caddyfile has no line “{new}” to replace.")
    copy = folder / "Caddyfile"
    copy.write_text(text)
    return copy
