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
from contextlib import suppress

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


def worker_exit(server, worker):
    """A worker that ends because all end answers the rest of the queue first; nobody else would."""
    for listener in worker.sockets if server.stopping[0] else []:
        with suppress(BlockingIOError):
            while True:
                worker.accept(listener)
