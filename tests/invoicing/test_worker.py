"""An invoice, the real worker and a mail server that is slow, dead or back again, or a worker that is killed: once."""

import pytest
from django.utils import timezone

from invoicing.sending import decide, send
from salescrm.mail.models import MailState, OutgoingMail
from tests.outgoing import deliver
from tests.processes import environment, process, until
from tests.salescrm.mail.server import mail_server

pytestmark = pytest.mark.django_db(transaction=True)
WORKER = ["manage.py", "worker"]
ADDRESS = "ap@customer.example"


@pytest.fixture
def server(settings):
    """A scripted mail server, to which the mail of this process goes, too."""
    with mail_server() as server:
        settings.MAILERS = server.mailers
        yield server


@pytest.fixture
def place(server):
    """Of a worker whose mail goes to that server."""
    return environment(EMAIL_URL=server.url)


def state():
    return OutgoingMail.objects.get().state


def kinds(invoice):
    return list(invoice.events.values_list("kind", flat=True))[2:]  # after it was issued


def ids(server):
    return [message["Message-ID"] for message in server.arrived]


@pytest.mark.parametrize("step", ["CONNECT", "MAIL", "DATA", "END"])
def test_mail_server_that_is_slow_gets_the_invoice_once_and_no_page_waits(
    server, place, issued, manager, as_user, step
):
    server.held = step
    letter = {"version": 2, "to": ADDRESS, "subject": "Your invoice", "text": "Here it is."}
    with process(WORKER, place):
        browser = as_user(manager)
        assert browser.post(f"/invoices/{issued.pk}/send/", letter).status_code == 302
        until(lambda: step in server.steps)
        assert f"Being sent to {ADDRESS}." in browser.get(issued.get_absolute_url()).text
        server.resume()
        until(lambda: state() == MailState.SENT)
    issued.refresh_from_db()
    assert (len(server.arrived), kinds(issued), issued.sent_at is None) == (1, ["posted", "sent"], False)
    (message,) = server.arrived
    assert (message["To"], message["Subject"]) == (ADDRESS, "Your invoice")
    assert [part.get_content_type() for part in message.get_payload()] == ["text/plain", "text/html"]


def test_mail_server_that_is_dead_and_comes_back_gets_the_invoice_once(server, issued, manager, settings):
    send(issued, to=ADDRESS, version=2, by=manager)
    with mail_server() as gone:
        settings.MAILERS = gone.mailers
    deliver()
    issued.refresh_from_db()
    assert (state(), kinds(issued), issued.sent_at) == (MailState.WAITING, ["posted"], None)
    assert "refused" in OutgoingMail.objects.get().last_error
    settings.MAILERS = server.mailers
    for _round in range(2):
        OutgoingMail.objects.filter(state=MailState.WAITING).update(due_at=timezone.now())
        deliver()
    assert (len(server.arrived), kinds(issued)) == (1, ["posted", "sent"])


def test_mail_server_that_refuses_the_address_ends_it_and_another_address_gets_the_invoice(server, issued, manager):
    server.script = {"RCPT": "550 nobody here"}
    send(issued, to="wrong@customer.example", version=2, by=manager)
    deliver()
    server.script = {}
    assert (state(), issued.events.last().detail) == (
        MailState.FAILED, "wrong@customer.example: 550 nobody here",
    )  # fmt: skip
    send(issued, to=ADDRESS, version=3, by=manager)
    deliver()
    assert [message["To"] for message in server.arrived] == [ADDRESS]
    assert kinds(issued) == ["posted", "failed", "posted", "sent"]


@pytest.mark.parametrize("step", ["CONNECT", "DATA"])
def test_worker_killed_before_the_invoice_is_handed_over_loses_nothing(server, place, issued, manager, step):
    post = send(issued, to=ADDRESS, version=2, by=manager)
    server.held = step
    with process(WORKER, place) as worker:
        until(lambda: step in server.steps)
        worker.kill()
        worker.wait()
    assert kinds(issued) == ["posted"]
    server.resume()
    with process(WORKER, place):
        until(lambda: state() == MailState.SENT)
    assert (ids(server), kinds(issued)) == ([post.message_id], ["posted", "sent"])


def test_worker_killed_while_the_invoice_is_handed_over_leaves_it_to_a_person(server, place, issued, manager):
    post = send(issued, to=ADDRESS, version=2, by=manager)
    server.held = "END"
    with process(WORKER, place) as worker:
        until(lambda: server.arrived)
        worker.kill()
        worker.wait()
    server.resume()
    with process(WORKER, place):
        until(lambda: state() == MailState.UNSURE)
        issued.refresh_from_db()
        assert (kinds(issued), issued.sent_at, ids(server)) == (["posted", "unsure"], None, [post.message_id])
        decide(issued, "again", state=MailState.UNSURE, version=3, by=manager)
        until(lambda: state() == MailState.SENT)
    assert ids(server) == [post.message_id] * 2
    assert kinds(issued) == ["posted", "unsure", "posted", "sent"]


def test_worker_killed_after_the_invoice_was_taken_sends_nothing_twice(server, place, issued, manager):
    post = send(issued, to=ADDRESS, version=2, by=manager)
    with process(WORKER, place) as worker:
        until(lambda: state() == MailState.SENT)
        worker.kill()
        worker.wait()
    deliver()
    assert (ids(server), kinds(issued)) == ([post.message_id], ["posted", "sent"])
