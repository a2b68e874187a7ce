"""All settings of the project, read from the environment; the README lists the variables.

Three modes. Production is the default as soon as DATABASE_URL is set. DEBUG is the default without it. DEMO serves
like production, but without TLS and on the embedded database.
"""

import sys
from datetime import date
from pathlib import Path

import django
import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _

from salescrm import embedded

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# Core

DATABASE_URL = env.str("DATABASE_URL", default="")
DEMO = env.bool("DEMO", default=False)
DEBUG = env.bool("DEBUG", default=not DATABASE_URL and not DEMO)
PRODUCTION = not DEBUG and not DEMO


def _days(name: str, default: int) -> int:
    """After how many days something goes; 0 and nothing mean never."""
    value = env.str(name, default=str(default)) or "0"
    if not (value.isascii() and value.isdigit() and int(value) <= 36_500):
        raise ImproperlyConfigured(f"Set {name} to a number of days, at most 36500 (0: never).")
    return int(value)


def _required(name: str) -> str:
    """A variable production cannot do without."""
    value = env.str(name, default="")
    if not value and PRODUCTION:
        raise ImproperlyConfigured(f"Set {name}: production (DEBUG and DEMO both off) does not start without it.")
    return value


_required("DATABASE_URL")
SECRET_KEY = _required("SECRET_KEY") or "insecure: development and demo only, production refuses to start without one"
ALLOWED_HOSTS = [host.strip() for host in _required("ALLOWED_HOSTS").split(",") if host.strip()]
if not PRODUCTION:
    ALLOWED_HOSTS += ["localhost", "127.0.0.1", "[::1]"]

TODAY = date.fromisoformat(env.str("TODAY")) if env.str("TODAY", default="") else None
if TODAY and PRODUCTION:
    raise ImproperlyConfigured("Unset TODAY: production does not freeze the clock.")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "django_htmx",
    "heroicons",
    "procrastinate.contrib.django",
    "salescrm",
    "salescrm.background",
    "salescrm.mail",
    "relations",
    "invoicing",
    "projects",
    "reports",
    "sales",  # last: it installs the roles once every app has its permissions
]

# Who takes part in what the kernel does for every app: what a fresh installation starts with, and what somebody can
# own and hand over (salescrm.accounts.handing_over), in the order in which it is shown.
DEFAULTS = "sales.defaults.install_defaults"
POSSESSIONS = [
    "sales.handing_over.POSSESSION",
    "relations.handing_over.POSSESSION",
    "projects.handing_over.POSSESSION",
    "invoicing.handing_over.POSSESSION",
]
# What carries itself out (salescrm.background): kinds of rows, and the chores of every night.
WORK = ["salescrm.mail.outbox.KIND", "salescrm.background.chores.KIND"]
MAILS = [
    "salescrm.accounts.users.INVITATION",
    "salescrm.accounts.resets.RESET",
    "salescrm.mail.testing.TEST",
    "invoicing.sending.MAIL",
]
CHORES = [
    "salescrm.accounts.sessions.CHORE",
    "salescrm.accounts.lockout.CHORE",
    "salescrm.background.chores.JOBS",
    "salescrm.mail.clearing.CHORE",
    "sales.imports.clearing.CHORE",
]
MAIL_DAYS = _days("MAIL_DAYS", 90)
IMPORT_DAYS = _days("IMPORT_DAYS", 180)
PROCRASTINATE_IMPORT_PATHS = ["salescrm.background.queue"]

MIDDLEWARE = [
    "salescrm.serving.middleware.probes",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "salescrm.serving.middleware.one_organisation",
    "salescrm.serving.middleware.user_language",
    "salescrm.serving.middleware.private_pages",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "salescrm.serving.middleware.explained_methods",
    "salescrm.serving.middleware.LoginRequired",
    "salescrm.serving.middleware.explained_absence",
    "salescrm.serving.middleware.domain_refusals",
    "salescrm.serving.collisions.second_try",
]

ROOT_URLCONF = "salescrm.urls"
WSGI_APPLICATION = "salescrm.wsgi.application"

# Database

RUNSERVER = len(sys.argv) > 1 and sys.argv[1] == "runserver"  # a thread per request: connections would pile up
if DATABASE_URL:
    DATABASES = {"default": env.db_url("DATABASE_URL")}
else:
    DATABASES = {
        "default": {
            "ENGINE": "salescrm.embedded",
            "NAME": embedded.DATABASE,
            "USER": embedded.SUPERUSER,
            "HOST": str(embedded.current().socket_dir),
        }
    }
DATABASES["default"] |= {"CONN_MAX_AGE": 0 if RUNSERVER else 60, "CONN_HEALTH_CHECKS": True}
# The page of a sale joins eight tables by key: trying every order of them takes longer than the answer.
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("options", "-c join_collapse_limit=4")
# How long a page may keep the database busy, in seconds (0: for ever). Commands take the time they need.
WEB_TIMEOUTS = {
    "statement_timeout": env.int("STATEMENT_TIMEOUT", default=30),
    "lock_timeout": env.int("LOCK_TIMEOUT", default=10),
    "idle_in_transaction_session_timeout": env.int("IDLE_IN_TRANSACTION_TIMEOUT", default=60),
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Email

DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Sales CRM <crm@localhost>")
_mail = env.email_url("EMAIL_URL", default="smtp://localhost:25" if PRODUCTION else "consolemail://")
_backend = _mail["EMAIL_BACKEND"].replace("django.core.mail.backends.smtp", "salescrm.mail.smtp")
MAILERS = {"default": {"BACKEND": _backend}}
if _mail["EMAIL_HOST"]:
    MAILERS["default"]["OPTIONS"] = {
        "host": _mail["EMAIL_HOST"],
        "port": _mail["EMAIL_PORT"] or 25,
        "username": _mail["EMAIL_HOST_USER"] or "",
        "password": _mail["EMAIL_HOST_PASSWORD"] or "",
        "use_tls": _mail.get("EMAIL_USE_TLS", False),
        "use_ssl": _mail.get("EMAIL_USE_SSL", False),
        "timeout": 20,
    }

# Forms

FORM_RENDERER = "salescrm.forms.rendering.FormRenderer"

# Globalization

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("nl", _("Dutch"))]
LOCALE_PATHS = [BASE_DIR / "salescrm" / "locale"]
TIME_ZONE = env.str("TIME_ZONE", default="Europe/Amsterdam")
USE_TZ = True
USE_THOUSAND_SEPARATOR = False  # would print ids as 1.234; the money filter groups digits

# HTTP and security

TRUST_PROXY = env.bool("TRUST_PROXY", default=False)
SECURE_CSP = {
    "default-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "base-uri": [CSP.SELF],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "object-src": [CSP.NONE],
}
X_FRAME_OPTIONS = "DENY"
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=365 * 24 * 3600) if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("HSTS_SUBDOMAINS", default=False)
SECURE_HSTS_PRELOAD = env.bool("HSTS_PRELOAD", default=False)
# The check would have both on: they decide over every host of the domain, which is for its owner to choose.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUST_PROXY else None
SESSION_ENGINE = "salescrm.accounts.sessions"
SESSION_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "salescrm.accounts.logged_out.not_ours"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
URLIZE_ASSUME_HTTPS = True

# Logging

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "procrastinate": {"level": "WARNING"},
    },
}

# Templates

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates", Path(django.__file__).parent / "forms" / "templates"],
        "OPTIONS": {
            "loaders": [("salescrm.serving.markup.Loader", ["django.template.loaders.filesystem.Loader"])],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "django_htmx.templatetags.django_htmx",
                "heroicons.templatetags.heroicons",
                "salescrm.templatetags.constant_text",
                "salescrm.templatetags.crm",
                "salescrm.templatetags.parts",
            ],
        },
    }
]

# Users

AUTH_USER_MODEL = "salescrm.User"
AUTHENTICATION_BACKENDS = ["salescrm.accounts.backends.RoleBackend"]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "login"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email", "name"]},
    },
    {"NAME": "salescrm.accounts.passwords.OwnWords"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
# What is tried too often waits, see salescrm.accounts.lockout; LONGEST_WAIT is in minutes.
LOGIN_TRIES = env.int("LOGIN_TRIES", default=10)
LOGIN_TRIES_PER_CLIENT = env.int("LOGIN_TRIES_PER_CLIENT", default=50)
RESET_MAILS = env.int("RESET_MAILS", default=3)
RESET_MAILS_PER_CLIENT = env.int("RESET_MAILS_PER_CLIENT", default=10)
LONGEST_WAIT = env.int("LONGEST_WAIT", default=15)

# Files people add: never below a directory whose files are served to anybody

FILES_DIR = Path(env.str("FILES_DIR", default=str(BASE_DIR / ".data" / "files"))).resolve()
FILE_MAX_MB = env.int("FILE_MAX_MB", default=10)
UPLOAD_MAX_MB = max(FILE_MAX_MB, 50)  # nothing of a file beyond this is stored, see salescrm.files.Bounded
FILE_UPLOAD_HANDLERS = [
    "salescrm.files.Bounded",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "salescrm.files.Temporary",
]

# Static files

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / ".data" / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
if any(FILES_DIR.is_relative_to(served) for served in (STATIC_ROOT, *STATICFILES_DIRS)):
    raise ImproperlyConfigured("Set FILES_DIR to another place: everybody can read what is below a static directory.")
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": FILES_DIR, "file_permissions_mode": 0o600, "directory_permissions_mode": 0o700},
    },
    "staticfiles": {
        "BACKEND": "salescrm.serving.staticfiles.HashedFiles"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = not PRODUCTION
