"""The settings of a test run: a cluster of its own, and nothing from the environment of whoever runs it."""

import os

for name in ("DATABASE_URL", "DEMO", "TODAY", "SECRET_KEY", "ALLOWED_HOSTS", "EMAIL_URL", "TIME_ZONE", "TRUST_PROXY"):
    os.environ.pop(name, None)
os.environ["DEBUG"] = "1"  # only chooses development settings; pytest-django switches DEBUG itself off
os.environ.setdefault("EMBEDDED_CLUSTER", f"test-{os.getpid()}")  # workers of one run inherit and share it

from salescrm.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
WHITENOISE_AUTOREFRESH = True
