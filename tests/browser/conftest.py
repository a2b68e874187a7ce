"""A real browser on a real server: log in by cookie, and watch that nothing leaves the host or breaks in silence."""

import threading
import time
from decimal import Decimal

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import expect

from tests.factories import RelationFactory, SaleFactory

expect.set_options(timeout=10_000)
EXPECTED = (
    "Failed to load resource",  # Chromium's own line about a 409 or 422, which these tests provoke
    *("htmx:sendAbort", "htmx:afterRequest"),  # the pair of lines about a question that a newer one has replaced
)
TRAFFIC = pytest.StashKey[list[str]]()


@pytest.fixture(scope="session")
def base_url(live_server):
    """Where `page.goto("/sales/")` goes."""
    return live_server.url


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    """A desk: wide, light, without animation."""
    return {
        **browser_context_args,
        "viewport": {"width": 1280, "height": 900},
        "color_scheme": "light",
        "reduced_motion": "reduce",
        "locale": "en-GB",
    }


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    """A test that fails tells what its browsers requested and were answered: a rare failure is not seen twice."""
    report = yield
    if report.failed and TRAFFIC in item.stash:
        report.sections.append(("Requests of its browsers", "\n".join(item.stash[TRAFFIC])))
    return report


@pytest.fixture
def watch(live_server, request):
    """Watch a context: at the end no request has left the host, and the console is clean."""
    complaints, begin = [], time.monotonic()
    traffic = request.node.stash[TRAFFIC] = []

    def note(sign, query, result=""):
        path = query.url.removeprefix(live_server.url)
        traffic.append(f"{time.monotonic() - begin:6.2f} {sign} {query.method} {path} {result}")

    def look(context):
        context.set_default_timeout(10_000)
        context.on("request", lambda query: note(">", query))
        context.on("response", lambda answer: note("<", answer.request, answer.status))
        context.on("requestfailed", lambda query: note("!", query, query.failure))
        context.on(
            "request",
            lambda request: (
                request.url.startswith((live_server.url, "data:", "about:")) or complaints.append(request.url)
            ),
        )
        context.on("console", lambda line: line.type == "error" and complaints.append(line.text))
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        return context

    yield look
    assert [text for text in complaints if not text.startswith(EXPECTED)] == []


@pytest.fixture(autouse=True)
def answered(transactional_db, live_server):
    """A test ends when the last question of its browser is answered: emptying the database would lock up with it."""
    yield
    until = time.monotonic() + 10
    while asking := [thread for thread in threading.enumerate() if "process_request_thread" in thread.name]:
        assert time.monotonic() < until, asking
        time.sleep(0.005)


@pytest.fixture(autouse=True)
def watched(answered, context, watch):
    """The context of `page` is watched in every test, and shut before the last answers are waited for."""
    return watch(context)


@pytest.fixture
def log_in(log_in_as, company):
    """Log a user of the fresh company in: log_in(context, manager)."""
    return log_in_as


@pytest.fixture
def log_in_as(live_server, transactional_db):
    """Log a user in: log_in_as(context, manager)."""

    def enter(context, user):
        client = Client()
        client.force_login(user, backend="salescrm.accounts.backends.RoleBackend")
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
        return context

    return enter


@pytest.fixture
def customer(company):
    return RelationFactory(name="Van Dam Logistics")


@pytest.fixture
def sale(salesperson, customer):
    """An open sale of € 24,000 in the first phase, version 1."""
    return SaleFactory(owner=salesperson, subject="Warehouse", customer=customer, expected_revenue=Decimal("24000"))


@pytest.fixture
def desk(page, context, log_in, salesperson):
    """The page of a salesperson who has logged in."""
    log_in(context, salesperson)
    return page


@pytest.fixture
def office(page, context, log_in, administrator):
    """The page of an administrator who has logged in."""
    log_in(context, administrator)
    return page
