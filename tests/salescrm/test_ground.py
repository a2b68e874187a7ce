"""Settings, probes and headers: what every page stands on."""

import re

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder

from salescrm import embedded
from tests.commands import manage

PRODUCTION = {
    "DEBUG": "0",
    "DATABASE_URL": "postgresql://nobody@localhost/nothing",
    "SECRET_KEY": "k8#mZ!q2vR7pT$wX9yB4nC6dF1gH3jL5sA0eU-oI+zQxWcVbNm",
    "ALLOWED_HOSTS": "crm.example.com",
}


@pytest.mark.parametrize("name", ["DATABASE_URL", "SECRET_KEY", "ALLOWED_HOSTS"])
def test_production_refuses_to_start_without(name):
    result = manage("check", **{key: value for key, value in PRODUCTION.items() if key != name})

    assert result.returncode == 1
    assert result.stderr.splitlines()[-1].endswith(
        f"Set {name}: production (DEBUG and DEMO both off) does not start without it."
    )


def test_production_refuses_a_frozen_day():
    result = manage("check", **PRODUCTION, TODAY="2026-03-20")

    assert result.returncode == 1
    assert result.stderr.splitlines()[-1].endswith("Unset TODAY: production does not freeze the clock.")


@pytest.mark.parametrize("mode", [{"DEBUG": "1"}, {"DEMO": "1"}])
def test_development_and_demo_freeze_the_day(mode):
    command = "from django.conf import settings; print(settings.TODAY)"

    assert manage("shell", "--no-imports", "-c", command, **mode, TODAY="2026-03-20").stdout == "2026-03-20\n"


@pytest.mark.django_db
def test_deployment_check_is_clean(monkeypatch):
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # as every browser test leaves it
    database = f"postgresql://{embedded.SUPERUSER}@/postgres?host={connection.settings_dict['HOST']}"

    result = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION | {"DATABASE_URL": database})

    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == "System check identified no issues (2 silenced).\n"  # those about subdomains and preload


@pytest.mark.parametrize(
    ("environment", "policy"),
    [
        ({}, (31536000, False, False)),
        ({"HSTS_SUBDOMAINS": "1"}, (31536000, True, False)),
        ({"HSTS_SUBDOMAINS": "1", "HSTS_PRELOAD": "1", "HSTS_SECONDS": "0"}, (0, True, True)),
    ],
)
def test_tls_is_insisted_on_for_this_host_only_unless_asked(environment, policy):
    names = ("SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_HSTS_PRELOAD")
    command = f"from django.conf import settings; print(*(getattr(settings, name) for name in {names}))"

    result = manage("shell", "--no-imports", "-c", command, **PRODUCTION, **environment)

    assert result.stdout == f"{' '.join(map(str, policy))}\n"


def test_compose_hands_on_every_setting_of_the_readme_that_production_has(settings):
    table = re.search(r"\| variable \|.*?\n\n", (settings.BASE_DIR / "README.md").read_text(), re.DOTALL)[0].strip()
    named = {name for row in table.splitlines() for name in re.findall(r"`([A-Z_]+)`", row.split("|")[1])}
    handed_on = re.findall(r"^ +([A-Z_]+):", (settings.BASE_DIR / "docker-compose.yml").read_text(), re.MULTILINE)
    of_the_image = {"BIND"}

    assert named - {*handed_on} - of_the_image == {"DEBUG", "DEMO", "EMBEDDED_WORKER", "TODAY"}


def test_healthz_answers_without_a_database(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    settings.ALLOWED_HOSTS = ["crm.example.com"]

    response = client.get("/healthz", headers={"host": "10.0.0.7"})

    assert (response.status_code, response.content) == (200, b"ok\n")
    assert response.headers["Content-Type"] == "text/plain"


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_questions_of_a_supervisor_are_read_only(client, path):
    assert [client.generic(method, path).status_code for method in ("POST", "DELETE")] == [405, 405]


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_answer_reads_only(client, path):
    answers = {method: client.generic(method, path) for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS")}

    statuses = {"GET": 200, "HEAD": 200, "POST": 405, "PUT": 405, "DELETE": 405, "OPTIONS": 405}
    assert {method: answer.status_code for method, answer in answers.items()} == statuses
    assert answers["POST"].headers["Allow"] == "GET, HEAD"


@pytest.mark.django_db
def test_readyz_answers_when_migrated(client, settings):
    settings.SECURE_SSL_REDIRECT = True

    response = client.get("/readyz", headers={"host": "10.0.0.7"})

    assert (response.status_code, response.content) == (200, b"ready\nworker: none\n")


@pytest.mark.django_db
def test_readyz_refuses_while_a_migration_waits(client):
    MigrationRecorder(connection).record_unapplied("sessions", "0001_initial")

    response = client.get("/readyz")

    assert (response.status_code, response.content) == (503, b"1 migrations to apply\n")


@pytest.mark.django_db
def test_readyz_refuses_without_a_database(client):
    def unreachable(*args):
        raise OperationalError

    with connection.execute_wrapper(unreachable):
        response = client.get("/readyz")

    assert (response.status_code, response.content) == (503, b"database unreachable\n")


def test_every_answer_carries_the_content_security_policy(client):
    response = client.get("/no-such-page/")

    assert response.status_code == 404
    assert response.headers["Content-Security-Policy"] == (
        "default-src 'self'; img-src 'self' data:; base-uri 'self'; form-action 'self'; "
        "frame-ancestors 'none'; object-src 'none'"
    )


@pytest.mark.django_db
def test_database_sorts_by_code_point_everywhere():
    with connection.cursor() as cursor:
        cursor.execute("SELECT datlocprovider, datlocale FROM pg_database WHERE datname = current_database()")

        assert cursor.fetchone() == ("b", "C.UTF-8")


@pytest.mark.django_db
def test_database_tries_few_orders_of_joins():
    with connection.cursor() as cursor:
        cursor.execute("SHOW join_collapse_limit")
        assert cursor.fetchone() == ("4",)
