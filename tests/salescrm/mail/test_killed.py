"""The real worker and a mail server: killed before, during and after the dialogue, and each mail arrives once."""

import pytest

from salescrm.mail import outbox
from salescrm.mail.models import MailState, OutgoingMail
from tests.processes import PATIENCE, environment, process, until

pytestmark = pytest.mark.django_db(transaction=True)
WORKER = ["manage.py", "worker"]
State = MailState


@pytest.fixture
def place(transactional_db, server):
    """Of a worker whose mail goes to that server."""
    return environment(EMAIL_URL=server.url)


def has(mail, state):
    mail.refresh_from_db()
    return mail.state == state


def finish(place, mail, state):
    """Let a worker run until the mail has this state, and end."""
    with process(WORKER, place) as worker:
        until(lambda: has(mail, state))
        worker.terminate()
        assert worker.wait(PATIENCE) == 0


@pytest.mark.parametrize("step", ["CONNECT", "DATA"])
def test_killed_before_the_mail_is_handed_over_the_next_one_sends_it(server, place, mail, step):
    server.held = step
    with process(WORKER, place) as worker:
        until(lambda: step in server.steps)
        worker.kill()
    server.resume()
    finish(place, mail, State.SENT)
    assert (len(server.arrived), mail.attempts) == (1, 2)


def test_killed_while_it_is_handed_over_nobody_sends_it_but_a_person(server, place, mail):
    server.held = "END"
    with process(WORKER, place) as worker:
        until(lambda: server.arrived)
        assert has(mail, State.HANDOVER)
        worker.kill()
    server.resume()
    finish(place, mail, State.UNSURE)
    assert (len(server.arrived), mail.due_at) == (1, None)
    assert outbox.change(mail, "again")
    finish(place, mail, State.SENT)
    assert [message["Message-ID"] for message in server.arrived] == [mail.message_id] * 2


def test_killed_after_it_was_taken_it_is_not_sent_again(server, place, mail):
    with process(WORKER, place) as worker:
        until(lambda: has(mail, State.SENT))
        worker.kill()
    second = outbox.post("test", mail.record, to=mail.to, by=mail.by)
    finish(place, second, State.SENT)
    assert [message["Message-ID"] for message in server.arrived] == [mail.message_id, second.message_id]


def test_two_workers_send_each_mail_once(server, place, administrator):
    posts = [outbox.post("test", administrator.pk, to=administrator.email, by=administrator) for _one in range(20)]
    with process(WORKER, place), process(WORKER, place):
        until(lambda: OutgoingMail.objects.filter(state=State.SENT).count() == len(posts))
    assert sorted(message["Message-ID"] for message in server.arrived) == sorted(mail.message_id for mail in posts)
