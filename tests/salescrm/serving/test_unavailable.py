"""A database that is away, or busy for too long: 503 and what to do now, never a fault of ours, and nothing half."""

import os
import re
import subprocess
import sys
import time
from contextlib import contextmanager

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from sales.defaults import install_defaults
from sales.models import Sale
from tests.environment import ENVIRONMENT
from tests.factories import SaleFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)
DAY = "/sales/day/"


@pytest.fixture
def sale():
    """A sale of somebody who is logged in."""
    install_defaults("en")
    return SaleFactory(owner=UserFactory(role="salesperson"), subject="Roof", next_step="Call")


@pytest.fixture
def desk(sale):
    """The browser of its owner: it sees what a browser sees, not the exception."""
    client = Client(raise_request_exception=False)
    client.force_login(sale.owner, backend="salescrm.accounts.backends.RoleBackend")
    return client


@contextmanager
def beside():
    """A connection of somebody else to the same database."""
    place = connection.settings_dict
    with psycopg.connect(host=place["HOST"], user=place["USER"], dbname=place["NAME"]) as other:
        yield other


def end(pid: int) -> None:
    """End the connection with this number, and wait until it is gone."""
    with beside() as other:
        other.execute("SELECT pg_terminate_backend(%s, 10000)", [pid])


@contextmanager
def at_the_first(statement: str, deed):
    """Do something right before the first such statement; the connection ends with it, as after a request."""
    pending = [deed]

    def watch(execute, sql, params, many, context):
        if pending and statement in sql:
            pending.pop()(context["cursor"])
        return execute(sql, params, many, context)

    try:
        with connection.execute_wrapper(watch):
            yield
    finally:
        connection.close()


def dying(cursor) -> None:
    end(cursor.connection.info.backend_pid)


def sleeping(cursor) -> None:
    cursor.execute("SET statement_timeout = '1ms'")
    cursor.execute("SELECT pg_sleep(60)")


def idling(cursor) -> None:
    cursor.execute("SET idle_in_transaction_session_timeout = '1ms'")
    with beside() as other:
        while other.execute(
            "SELECT 1 FROM pg_stat_activity WHERE pid = %s", [cursor.connection.info.backend_pid]
        ).fetchone():
            other.commit()
            time.sleep(0.01)


def words(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.text).split())


def post(desk, sale, **headers):
    values = {"version": 1, "subject": "Tower", "expected_revenue": "1", "phase": sale.phase_id}
    return desk.post(f"/sales/{sale.pk}/change/amount/", values, headers=headers)


def test_page_is_503_while_the_database_is_away_and_there_again_after(desk, sale):
    with at_the_first("SELECT", dying):
        response = desk.get(DAY)

    assert (response.status_code, response["Retry-After"], response["Cache-Control"]) == (503, "5", "no-store")
    assert "The database does not answer." in words(response)
    assert "Try again" in words(response)
    assert desk.get(DAY).status_code == 200


@pytest.mark.parametrize(
    ("deed", "reason"),
    [(dying, "does not answer"), (sleeping, "took too long"), (idling, "")],
    ids=["dying", "long statement", "idle in a transaction"],
)
@pytest.mark.parametrize("htmx", [False, True])
def test_form_is_503_when_the_database_breaks_off_in_the_middle(desk, sale, deed, reason, htmx):
    with at_the_first("UPDATE sales_sale SET", deed):
        response = post(desk, sale, **{"hx-request": "true"} if htmx else {})

    assert (response.status_code, reason in words(response)) == (503, True)
    sentence = "What you typed is still here" if htmx else "it is still in the form"
    assert sentence in words(response)
    assert response.text.startswith('<li class="toast"') == htmx
    assert Sale.objects.filter(pk=sale.pk, version=1, expected_revenue=sale.expected_revenue).exists()


def test_form_is_503_when_somebody_else_holds_the_row_too_long(desk, sale):
    with beside() as other:
        other.execute("SELECT 1 FROM sales_sale WHERE id = %s FOR UPDATE", [sale.pk])
        with at_the_first("SELECT", lambda cursor: cursor.execute("SET lock_timeout = '1ms'")):
            response = post(desk, sale)
    connection.close()

    assert response.status_code == 503
    assert "Somebody else is changing the same at this moment" in words(response)
    assert Sale.objects.get(pk=sale.pk).version == 1


def test_session_that_was_ended_meanwhile_spoils_no_answer(desk, sale):
    session = desk.session
    with beside() as other:
        other.execute("DELETE FROM django_session WHERE session_key = %s", [session.session_key])
        other.commit()

    session["said"] = "a long message"
    session.save()

    assert desk.get(DAY).status_code == 302


def shell(code: str, **environment: str) -> str:
    """What a program of its own prints that runs `code`."""
    inherited = {name: value for name, value in os.environ.items() if name not in ENVIRONMENT}
    manage = [sys.executable, str(settings.BASE_DIR / "manage.py"), "shell", "--no-imports", "-c", code]
    return subprocess.run(manage, env=inherited | environment, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("language", ["en", "nl"])
def test_every_page_is_503_without_a_server(language):
    code = f"""
from django.test import Client
browser = Client(raise_request_exception=False, headers={{"host": "localhost", "accept-language": "{language}"}})
browser.cookies["sessionid"] = "x" * 32
for ask in (browser.get, browser.post):
    for path in ("/accounts/login/", "/", "/sales/"):
        answer = ask(path)
        print(answer.status_code, f'lang="{language}"' in answer.text, "404" in answer.text)
"""
    environment = {"DJANGO_SETTINGS_MODULE": "salescrm.settings", "DEMO": "1"}

    output = shell(code, **environment, DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing")

    assert output == "503 True False\n" * 6


def test_only_pages_give_up_in_time():
    code = """
from django.db import connection
import contextlib
names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
with connection.cursor() as cursor:
    for name in names:
        cursor.execute(f"SHOW {name}")
        print(cursor.fetchone()[0], end=" ")
"""
    place = connection.settings_dict
    environment = {
        "DJANGO_SETTINGS_MODULE": "salescrm.settings",
        "DATABASE_URL": f"postgresql://{place['USER']}@/{place['NAME']}?host={place['HOST']}",
        "DEMO": "1",
        "LOCK_TIMEOUT": "7",
    }

    assert shell(code, **environment) == "0 0 0 "
    assert shell(f"import salescrm.wsgi{code}", **environment) == "30s 7s 1min "
