"""How gunicorn serves, in the demo as in production: synchronous workers behind a proxy that buffers slow clients."""

import os

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
