"""An invitation and a reset, the real worker and a mail server that is slow, dead or back again, or a worker that is
killed: each arrives once, or nobody knows and only a person sends it again.
"""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from salescrm.background.worker import is_alive
from salescrm.mail import outbox
from salescrm.mail.models import MailState, OutgoingMail
from tests.factories import UserFactory
from tests.outgoing import deliver
from tests.processes import environment, process, until
from tests.salescrm.mail.server import mail_server

pytestmark = pytest.mark.django_db(transaction=True)
WORKER = ["manage.py", "worker"]
NEWCOMER, FORGETFUL = "new@example.com", "forgot@example.com"
LINK = re.compile(r"http://testserver(/accounts/password-reset/\S+)")


@pytest.fixture
def server(settings):
    """A scripted mail server, to which the mail of this process goes, too."""
    with mail_server() as server:
        settings.MAILERS = server.mailers
        settings.SECRET_KEY = "of a test"  # that of the worker: it makes the links
        yield server


@pytest.fixture
def place(server):
    """Of a worker whose mail goes to that server."""
    return environment(EMAIL_URL=server.url)


@pytest.fixture
def people(transactional_db):
    """Who is invited, and who forgot their password."""
    return UserFactory(email=NEWCOMER), UserFactory(email=FORGETFUL)


@pytest.fixture
def posts(people):
    """An invitation and a reset that wait."""
    kinds = zip(("invitation", "reset"), people, strict=True)
    return [outbox.post(kind, user.pk, to=user.email, by=None, site="http://testserver") for kind, user in kinds]


def request_both(browser, people):
    """Ask for both on their pages."""
    newcomer, forgetful = people
    invitation = browser.post(reverse("settings:user-invite", args=[newcomer.pk]))
    reset = browser.post(reverse("password_reset"), {"email": forgetful.email})
    assert (invitation.status_code, reset.status_code) == (302, 302)


def states():
    return [*OutgoingMail.objects.order_by("kind").values_list("state", flat=True)]


def arrivals(server):
    return sorted(message["Message-ID"] for message in server.arrived)


def ids(posts):
    return sorted(mail.message_id for mail in posts)


def has_arrived_once_each_with_a_link(server, client):
    """The link leads to the form for a password."""
    links = {message["To"]: LINK.search(message.get_payload(decode=True).decode()) for message in server.arrived}
    pages = {address: client.get(link[1]).url for address, link in links.items()}
    return (len(server.arrived), {*pages}) == (2, {NEWCOMER, FORGETFUL}) and all(
        page.endswith("/set-password/") for page in pages.values()
    )


@pytest.mark.parametrize("step", ["CONNECT", "END"])
def test_mail_server_that_is_slow_gets_each_once_and_no_page_waits(
    server, place, people, administrator, as_user, client, step
):
    server.held = step
    with process(WORKER, place):
        until(is_alive)
        request_both(as_user(administrator), people)
        until(lambda: server.steps.count(step) == 2)
        assert not {*states()} & {MailState.SENT, MailState.UNSURE}
        server.resume()
        until(lambda: states() == [MailState.SENT] * 2)
    assert has_arrived_once_each_with_a_link(server, client)


def test_mail_server_that_is_dead_and_comes_back_gets_each_once(
    server, people, administrator, as_user, client, settings
):
    with mail_server() as gone:
        settings.MAILERS = gone.mailers
    request_both(as_user(administrator), people)
    assert states() == [MailState.WAITING] * 2
    assert all("refused" in mail.last_error for mail in OutgoingMail.objects.all())
    settings.MAILERS = server.mailers
    for _round in range(2):
        OutgoingMail.objects.filter(state=MailState.WAITING).update(due_at=timezone.now())
        deliver()
    assert states() == [MailState.SENT] * 2
    assert has_arrived_once_each_with_a_link(server, client)


@pytest.mark.parametrize("step", ["CONNECT", "DATA"])
def test_worker_killed_before_they_are_handed_over_loses_none(server, place, posts, client, step):
    server.held = step
    with process(WORKER, place) as worker:
        until(lambda: server.steps.count(step) == 2)
        worker.kill()
        worker.wait()
    server.resume()
    with process(WORKER, place):
        until(lambda: states() == [MailState.SENT] * 2)
    assert arrivals(server) == ids(posts)
    assert has_arrived_once_each_with_a_link(server, client)


def test_worker_killed_while_they_are_handed_over_leaves_them_to_a_person(server, place, posts, administrator):
    server.held = "END"
    with process(WORKER, place) as worker:
        until(lambda: len(server.arrived) == 2)
        worker.kill()
        worker.wait()
    server.resume()
    with process(WORKER, place):
        until(lambda: states() == [MailState.UNSURE] * 2)
        assert arrivals(server) == ids(posts)
        for mail in OutgoingMail.objects.all():
            assert outbox.decide(mail, "again", by=administrator)
        until(lambda: states() == [MailState.SENT] * 2)
    assert arrivals(server) == sorted(ids(posts) * 2)


def test_worker_killed_after_they_were_taken_sends_nothing_twice(server, place, posts):
    with process(WORKER, place) as worker:
        until(lambda: states() == [MailState.SENT] * 2)
        worker.kill()
        worker.wait()
    deliver()
    assert arrivals(server) == ids(posts)
