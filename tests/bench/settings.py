"""The settings of a bench: as production serves, but on loopback without TLS and on a database of its own."""

import os

from salescrm.settings import *  # noqa: F403

ROOT_URLCONF = "tests.bench.urls"
STATIC_ROOT = os.environ["BENCH_STATIC"]
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "salescrm.serving.staticfiles.HashedFiles"}}  # noqa: F405
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = False
LOGGING = LOGGING | {"root": {"handlers": ["console"], "level": "WARNING"}}  # noqa: F405
