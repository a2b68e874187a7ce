"""Every mail goes out once: what is tried again, what is not, and what nobody knows."""

import smtplib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core import mail as django_mail
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from salescrm.background import queue
from salescrm.mail import outbox, smtp
from salescrm.mail.models import MailState, OutgoingMail
from tests.at_once import People, beside, undecided
from tests.bench.servers import free_port
from tests.processes import until
from tests.salescrm.mail.server import HANG_UP, LETTERS, SILENT

pytestmark = pytest.mark.django_db
State = MailState


def after(mail, **limits):
    """How it stands after one attempt."""
    outbox.send(mail.pk, **limits)
    mail.refresh_from_db()
    return mail


def test_a_mail_that_is_taken_is_sent(server, mail):
    after(mail)
    assert (mail.state, mail.due_at, mail.attempts, mail.last_error) == (State.SENT, None, 1, "")
    assert mail.sent_at <= timezone.now()
    (message,) = server.arrived
    assert (message["To"], message["Message-ID"]) == (mail.to, mail.message_id)
    after(mail)
    assert len(server.arrived) == 1


def test_it_is_asked_for_in_the_transaction_that_needs_it(administrator):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        outbox.post("test", administrator.pk, to=administrator.email, by=administrator)
        1 / 0  # noqa: B018
    assert (OutgoingMail.objects.count(), ProcrastinateJob.objects.count()) == (0, 0)
    mail = outbox.post("test", administrator.pk, to=administrator.email, by=administrator)
    assert ProcrastinateJob.objects.get().args == {"kind": "mail", "pk": mail.pk}


@pytest.mark.parametrize(
    ("step", "says", "state", "arrived"),
    [
        ("CONNECT", "421 too busy", State.WAITING, 0),
        ("CONNECT", "554 go away", State.WAITING, 0),
        ("MAIL", "451 later", State.WAITING, 0),
        ("MAIL", "530 log in first", State.WAITING, 0),
        ("RCPT", "450 grey", State.WAITING, 0),
        ("RCPT", "550 nobody here", State.FAILED, 0),
        ("DATA", "451 later", State.WAITING, 0),
        ("DATA", "554 no", State.FAILED, 0),
        ("END", "452 disk full", State.WAITING, 0),
        ("END", "554 that is spam", State.FAILED, 0),
        ("END", "HTTP/1.1 what", State.UNSURE, 1),
        ("END", "251 somewhere else", State.UNSURE, 1),
        ("QUIT", "500 why", State.SENT, 1),
    ],
)
def test_what_the_server_says_decides(server, mail, step, says, state, arrived):
    server.script = {step: says}
    after(mail)
    assert (mail.state, len(server.arrived), mail.due_at is None) == (state, arrived, state != State.WAITING)
    if state in (State.WAITING, State.FAILED):
        assert says in mail.last_error


@pytest.mark.parametrize(
    ("step", "state", "arrived"),
    [
        ("CONNECT", State.WAITING, 0), ("MAIL", State.WAITING, 0), ("RCPT", State.WAITING, 0),
        ("DATA", State.WAITING, 0), ("END", State.UNSURE, 1), ("QUIT", State.SENT, 1),
    ],
)  # fmt: skip
@pytest.mark.parametrize("way", [SILENT, HANG_UP, LETTERS])
def test_a_server_that_stops_answering(server, mail, step, way, state, arrived):
    server.script = {step: way}
    limits = {SILENT: {"seconds": 1}, HANG_UP: {}, LETTERS: {"at_most": 1}}
    after(mail, **limits[way])
    assert (mail.state, len(server.arrived), mail.due_at is None) == (state, arrived, state != State.WAITING)
    assert bool(mail.last_error) == (state != State.SENT)


def test_nobody_who_listens(settings, mail):
    options = {"host": "127.0.0.1", "port": free_port()}
    settings.MAILERS = {"default": {"BACKEND": "salescrm.mail.smtp.EmailBackend", "OPTIONS": options}}
    after(mail)
    assert (mail.state, mail.attempts) == (State.WAITING, 1)
    assert "refused" in mail.last_error
    assert timedelta(0) < mail.due_at - timezone.now() <= timedelta(minutes=1)
    after(mail)  # not due
    assert mail.attempts == 1


def test_the_server_comes_back_and_the_mail_arrives_once(server, mail):
    server.script = {"MAIL": "451 later"}
    after(mail)
    server.script = {}
    OutgoingMail.objects.update(due_at=timezone.now())
    after(mail)
    assert (mail.state, mail.attempts, mail.last_error, len(server.arrived)) == (State.SENT, 2, "", 1)


def test_after_two_days_it_has_failed(server, mail):
    server.script = {"MAIL": "451 later"}
    OutgoingMail.objects.update(requested_at=timezone.now() - timedelta(days=2, minutes=1))
    after(mail)
    assert (mail.state, mail.due_at) == (State.FAILED, None)


def test_a_mail_whose_fate_is_unknown_is_sent_again_by_a_person_only_with_its_id(server, mail):
    server.script = {"END": HANG_UP}
    after(mail)
    server.script = {}
    queue.sweep(0)
    queue.carry_out(kind="mail", pk=mail.pk)
    after(mail)
    assert (mail.state, len(server.arrived)) == (State.UNSURE, 1)
    assert outbox.change(mail, "again")
    after(mail)
    assert mail.state == State.SENT
    assert [message["Message-ID"] for message in server.arrived] == [mail.message_id] * 2


@pytest.mark.parametrize("state", [State.UNDERWAY, State.HANDOVER])
def test_what_a_process_left_behind(server, mail, state):
    OutgoingMail.objects.update(state=state, attempts=1)
    after(mail)
    known = {State.UNDERWAY: (State.SENT, 1), State.HANDOVER: (State.UNSURE, 0)}
    assert (mail.state, len(server.arrived)) == known[state]


def test_what_is_on_hold_never_goes_by_itself(server, mail):
    assert outbox.hold_all() == 1
    queue.sweep(0)
    queue.carry_out(kind="mail", pk=mail.pk)
    after(mail)
    assert (mail.state, server.steps) == (State.ON_HOLD, [])
    assert outbox.release_all() == 1
    after(mail)
    assert (mail.state, len(server.arrived)) == (State.SENT, 1)


def test_holding_leaves_what_is_over(mail):
    for state in (State.FAILED, State.UNSURE, State.DROPPED):
        OutgoingMail.objects.update(state=state, due_at=None)
        assert (outbox.hold_all(), outbox.release_all()) == (0, 0)
    OutgoingMail.objects.update(state=State.SENT, sent_at=timezone.now())
    assert outbox.hold_all() == 0


DEEDS = {
    "again": {State.WAITING, State.FAILED, State.UNSURE},
    "drop": {State.WAITING, State.FAILED, State.UNSURE, State.ON_HOLD},
    "release": {State.ON_HOLD},
    "arrived": {State.UNSURE},
}


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize("state", State)
def test_what_a_person_may_do(mail, state, deed):
    OutgoingMail.objects.update(state=state, due_at=None, sent_at=timezone.now() if state == State.SENT else None)
    mail.refresh_from_db()
    assert outbox.change(mail, deed) == (state in DEEDS[deed])
    mail.refresh_from_db()
    ends = {"drop": State.DROPPED, "arrived": State.SENT}.get(deed, State.WAITING)
    assert mail.state == (ends if state in DEEDS[deed] else state)
    assert (mail.due_at is not None) == (mail.state == State.WAITING and state in DEEDS[deed])


def test_a_decision_about_another_state_than_was_seen_is_none(mail):
    OutgoingMail.objects.update(state=State.UNSURE, due_at=None)
    assert not outbox.change(mail, "again")  # it was seen waiting: that it may arrive twice was not
    mail.refresh_from_db()
    assert mail.state == State.UNSURE


def test_a_mail_that_is_dropped_before_it_begins_is_not_sent(server, mail, monkeypatch):
    begin = outbox._begin

    def dropped_first(row):
        OutgoingMail.objects.update(state=State.DROPPED, due_at=None)
        return begin(row)

    monkeypatch.setattr(outbox, "_begin", dropped_first)
    after(mail)
    assert (mail.state, server.steps) == (State.DROPPED, [])


def test_a_program_error_is_shown_and_tried_again(mail):
    OutgoingMail.objects.update(kind="of another version")
    after(mail)
    assert (mail.state, mail.attempts, "of another version" in mail.last_error) == (State.WAITING, 1, True)


def test_an_address_that_is_none_has_failed(server, mail):
    OutgoingMail.objects.update(to="not an address")
    assert after(mail).state == State.FAILED


def test_other_ways_of_mail_are_known_by_what_they_raise(settings, mail):
    after(mail)
    assert (mail.state, len(django_mail.outbox)) == (State.SENT, 1)
    settings.MAILERS = {"default": {"BACKEND": "tests.invoicing.broken_mail.EmailBackend"}}
    OutgoingMail.objects.update(state=State.WAITING, due_at=timezone.now(), sent_at=None)
    assert after(mail).state == State.WAITING


def test_where_no_worker_lives_it_is_tried_once_at_once(server, mail):
    outbox.try_once(mail)
    assert (mail.state, len(server.arrived)) == (State.SENT, 1)


def test_a_wish_is_one_mail(administrator):
    words = {"to": administrator.email, "by": administrator, "site": "http://here"}
    first = outbox.renew("test", administrator.pk, **words)
    assert outbox.renew("test", administrator.pk, **words) == first
    other = outbox.renew("test", administrator.pk, **words | {"to": "new@example.com"})
    first.refresh_from_db()
    assert (first.state, other.state) == (State.DROPPED, State.WAITING)
    OutgoingMail.objects.filter(pk=other.pk).update(state=State.SENT, due_at=None, sent_at=timezone.now())
    assert outbox.renew("test", administrator.pk, **words | {"to": "new@example.com"}) not in (first, other)


def test_a_wish_takes_the_place_of_what_is_on_hold(administrator):
    words = {"to": administrator.email, "by": None, "site": "http://here"}
    held = outbox.renew("test", administrator.pk, **words)
    outbox.hold_all()
    mail = outbox.renew("test", administrator.pk, **words)
    held.refresh_from_db()
    assert (mail.state, held.state) == (State.WAITING, State.DROPPED)


def test_a_mail_is_renewed_in_the_name_and_at_the_address_of_the_last_wish(administrator, manager):
    first = outbox.renew("test", 1, to="a@b.example", by=manager, site="http://intern")
    assert outbox.renew("test", 1, to="a@b.example", by=administrator, site="https://crm.example") == first
    first.refresh_from_db()
    assert (first.by, first.site) == (administrator, "https://crm.example")


@pytest.mark.django_db(transaction=True)
def test_two_wishes_at_the_same_moment_are_one_mail(administrator):
    def wish():
        return outbox.renew("test", 1, to="a@b.example", by=None, site="").pk

    with People() as people:
        with undecided(wish):
            people.start(wish)
        people.results()
    assert OutgoingMail.objects.count() == 1


@pytest.mark.parametrize(
    "options", [{"username": "é", "password": "p", "use_tls": False}, {"use_tls": True, "use_ssl": True}]
)
def test_what_an_administrator_has_to_correct_is_tried_again(settings, server, mail, options):
    settings.MAILERS["default"]["OPTIONS"] |= options
    server.script = {"EHLO": "250-good day\r\n250 AUTH PLAIN"}
    after(mail)
    assert (mail.state, bool(mail.last_error), mail.due_at > timezone.now()) == (State.WAITING, True, True)


@pytest.mark.parametrize("values", [{"state": "failed"}, {"state": "sent", "due_at": None}, {"state": "sent"}])
def test_rows_that_cannot_be(mail, values):
    with pytest.raises(IntegrityError), transaction.atomic():
        OutgoingMail.objects.update(**values)


@pytest.mark.parametrize("says", ["550 no\0body\x1b[2J here", "550-" + "x" * 5000 + "\r\n550 nobody"])
def test_what_a_server_says_can_be_stored_and_shown(server, mail, says):
    server.script = {"RCPT": says}
    after(mail)
    assert (mail.state, mail.last_error.isprintable(), len(mail.last_error) <= 500) == (State.FAILED, True, True)


def test_readable_errors():
    refused = smtplib.SMTPRecipientsRefused({"a@b.example": (550, b"no \xff such user")})
    assert smtp.readable(refused) == "550 no � such user"
    assert smtp.readable(TimeoutError()) == "TimeoutError"


@pytest.mark.django_db(transaction=True)
def test_two_processes_at_one_row(server, mail):
    """One of them lost its lock with its connection and does not know: it hands nothing over any more."""
    server.held = "DATA"

    def first():
        try:
            outbox.send(mail.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        one = pool.submit(first)
        until(lambda: "DATA" in server.steps)
        server.held = ""
        after(mail)
        assert (mail.state, len(server.arrived)) == (State.SENT, 1)
        server.resume()
        one.result(60)
    mail.refresh_from_db()
    assert (mail.state, len(server.arrived)) == (State.SENT, 1)


@pytest.mark.django_db(transaction=True)
def test_a_row_that_somebody_is_at_is_left_alone(server, mail):
    with beside() as other:
        other.execute("SELECT pg_advisory_lock(hashtext('salescrm.background.mail'), %s)", [mail.pk])
        queue.carry_out(kind="mail", pk=mail.pk)
        outbox.try_once(mail)
    assert (mail.state, server.steps) == (State.WAITING, [])
