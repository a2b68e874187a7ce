"""How gunicorn serves, in the demo as in production: synchronous workers behind a proxy that buffers slow clients.

Told to stop (SIGTERM), it closes the door first and then answers everybody who is inside: whoever comes too late is
refused before anything was sent, so that the proxy may ask its successor.
"""

import ctypes
import mmap
import os
import signal
import socket
import struct
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

wsgi_app = "salescrm.wsgi"
bind = os.environ.get("BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WEB_CONCURRENCY", (os.cpu_count() or 1) + 1))
preload_app = True
timeout = 60
graceful_timeout = 30
max_requests = 5000
max_requests_jitter = 500
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108

# The background worker as a child of the server (the demo); else it is a service of its own (docker-compose.yml).
embedded_worker = os.environ.get("EMBEDDED_WORKER", os.environ.get("DEMO", "")).lower() in ("1", "true", "yes", "on")
manage = Path(__file__).resolve().parent / "manage.py"

SO_ATTACH_FILTER = 26
DROP_ALL = ctypes.create_string_buffer(struct.pack("HBBI", 6, 0, 0, 0))  # a packet filter of one line: keep 0 bytes


def when_ready(server):
    """Before the usual handling of SIGTERM, let nobody in any more; who was let in stays in the queue of the socket."""
    usual = signal.getsignal(signal.SIGTERM)
    server.stopping = mmap.mmap(-1, 1)  # shared with the workers

    def stop(number, frame):
        server.stopping[0] = 1
        for listener in server.LISTENERS:
            with suppress(OSError):  # not Linux: the last few of the queue are lost
                program = struct.pack("HL", 1, ctypes.addressof(DROP_ALL))
                listener.sock.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)
        usual(number, frame)

    signal.signal(signal.SIGTERM, stop)
    if embedded_worker:  # it ends by itself when this process is killed
        command = [sys.executable, manage, "worker", "--parent", str(os.getpid())]
        server.background = subprocess.Popen(command)  # noqa: S603 (a constant)


def on_exit(server):
    """End the background worker with the server; what it is doing it finishes, for as long as the server does."""
    background = getattr(server, "background", None)
    if background and background.poll() is None:
        background.terminate()
        with suppress(subprocess.TimeoutExpired):
            background.wait(timeout=graceful_timeout)
        background.kill()


def worker_exit(server, worker):
    """A worker that ends because all end answers the rest of the queue first; nobody else would."""
    for listener in worker.sockets if server.stopping[0] else []:
        with suppress(BlockingIOError):
            while True:
                worker.accept(listener)
