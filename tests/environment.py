"""The settings of a test run: a cluster of its own, and nothing from the environment of whoever runs it."""

import os
import tempfile

from salescrm import embedded

ENVIRONMENT = (
    *("DATABASE_URL", "DEBUG", "DEMO", "SECRET_KEY", "ALLOWED_HOSTS", "TODAY"),
    *("EMAIL_URL", "DEFAULT_FROM_EMAIL", "TIME_ZONE", "TRUST_PROXY", "EMBEDDED_WORKER"),
    *("HSTS_SECONDS", "HSTS_SUBDOMAINS", "HSTS_PRELOAD"),
    *("STATEMENT_TIMEOUT", "LOCK_TIMEOUT", "IDLE_IN_TRANSACTION_TIMEOUT"),
    *("FILES_DIR", "FILE_MAX_MB"),
    *("LOGIN_TRIES", "LOGIN_TRIES_PER_CLIENT", "RESET_MAILS", "RESET_MAILS_PER_CLIENT", "LONGEST_WAIT"),
    *("MAIL_DAYS", "IMPORT_DAYS"),
    "DJANGO_ALLOW_ASYNC_UNSAFE",  # a browser test leaves it in its worker (tests/conftest.py)
)
for name in ENVIRONMENT:
    os.environ.pop(name, None)
os.environ["DEBUG"] = "1"  # only chooses development settings; pytest-django switches DEBUG itself off
if not os.environ.get("EMBEDDED_CLUSTER", "").startswith("test-"):  # the run removes its cluster: never one with data
    os.environ["EMBEDDED_CLUSTER"] = f"test-{os.getpid()}"  # workers of one run inherit and share it
# Whatever a test or a browser leaves lies in one folder, which goes away with the cluster.
tempfile.tempdir = os.environ["TMPDIR"] = str(embedded.current().make_scratch())
os.environ["FILES_DIR"] = tempfile.mkdtemp(prefix="files-")
os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = str(embedded.CHECKOUT / ".venv" / "cache" / "hypothesis")

from salescrm.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
WHITENOISE_AUTOREFRESH = True
