"""Settings > Outgoing mail: every mail with its state, what an administrator decides, and a test mail."""

import pytest
from django.urls import reverse
from django.utils import timezone

from salescrm.mail import outbox
from salescrm.mail.models import MailState, OutgoingMail
from tests.at_once import beside

pytestmark = pytest.mark.django_db
PAGE, TEST, RELEASE = "/settings/mail/", "/settings/mail/test/", "/settings/mail/release/"
State = MailState


@pytest.fixture
def admin(client, administrator):
    client.force_login(administrator)
    return client


def become(mail, state, error="450 later"):
    """Bring a mail into a state."""
    OutgoingMail.objects.filter(pk=mail.pk).update(
        state=state, due_at=None, last_error=error, sent_at=timezone.now() if state == State.SENT else None
    )
    mail.refresh_from_db()


def decide(admin, mail, deed, state=None):
    """What the page answers, once it is there."""
    url = reverse("settings:mail-decide", args=[mail.pk, deed])
    return admin.post(url, {"state": state or mail.state}, follow=True).content.decode()


def test_nothing_has_been_mailed_yet(admin):
    assert "Nothing has been mailed yet" in admin.get(PAGE).content.decode()


@pytest.mark.parametrize(
    ("state", "shown", "deeds"),
    [
        (State.WAITING, "waiting", ["Try again", "Drop…"]),
        (State.UNDERWAY, "being sent", []),
        (State.HANDOVER, "being handed over", []),
        (State.SENT, "sent", []),
        (State.FAILED, "450 later", ["Try again", "Drop…"]),
        (State.UNSURE, "It may have arrived. 450 later", ["Send again…", "It has arrived", "Drop…"]),
        (State.ON_HOLD, "on hold", ["Release", "Drop…"]),
        (State.DROPPED, "dropped", []),
    ],
)
def test_each_state_is_shown_with_what_can_be_done(admin, mail, state, shown, deeds):
    become(mail, state)
    rows = admin.get(PAGE).content.decode().partition('id="rows"')[2]
    assert shown in rows
    known = ["Try again", "Send again…", "Drop…", "Release", "It has arrived"]
    assert [deed for deed in known if f"{mail.to}: {deed}" in rows] == sorted(deeds, key=known.index)


def test_the_list_never_holds_what_a_mail_says(admin, mail):
    OutgoingMail.objects.update(subject="Secret subject", text="Secret text", site="http://secret.example")
    assert "ecret" not in admin.get(PAGE).content.decode()


def test_the_list_narrows_to_a_state(admin, mail, administrator):
    become(outbox.post("test", 1, to="gone@example.com", by=None), State.SENT)
    for word, addresses in {
        "sent": ["gone@example.com"], "waiting": [mail.to], "open": [mail.to], "failed": [],
        "": [mail.to, "gone@example.com"],
    }.items():  # fmt: skip
        rows = admin.get(PAGE, {"state": word, "sort": "to"}).context["rows"]
        assert [row.to for row in rows] == addresses
    assert admin.get(PAGE, {"state": "odd"}).status_code == 400


def test_narrowing_keeps_the_order(admin, mail):
    assert '<input type="hidden" name="sort" value="to">' in admin.get(PAGE, {"sort": "to"}).text
    assert 'name="sort"' not in admin.get(PAGE).text


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_asks_as_much_for_many(admin, administrator, rows, django_assert_num_queries):
    for _one in range(rows):
        outbox.post("test", administrator.pk, to=administrator.email, by=administrator)
    with django_assert_num_queries(7):
        admin.get(PAGE)


def test_without_a_worker_it_says_how_many_wait(admin, mail):
    assert "No worker runs: 1 mail waits." in admin.get(PAGE).content.decode()


def test_with_a_worker_it_does_not(transactional_db, admin, mail):
    with beside() as other:
        other.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now())")
    assert "No worker runs" not in admin.get(PAGE).content.decode()


def test_what_failed_is_tried_again_at_once(admin, server, mail):
    become(mail, State.FAILED)
    assert "has been sent" in decide(admin, mail, "again")
    assert len(server.arrived) == 1
    server.script = {"RCPT": "550 nobody here"}
    become(mail, State.FAILED)
    assert "could not be sent: 550 nobody here" in decide(admin, mail, "again")


def test_what_is_unsure_is_sent_again_after_saying_that_it_may_arrive_twice(admin, server, mail):
    become(mail, State.UNSURE)
    page = admin.get(reverse("settings:mail-decide", args=[mail.pk, "again"])).content.decode()
    assert "it may arrive twice" in page
    decide(admin, mail, "again")
    assert [message["Message-ID"] for message in server.arrived] == [mail.message_id]


def test_what_became_unsure_since_the_page_was_shown_is_not_sent_again(admin, server, mail):
    become(mail, State.UNSURE)
    assert "is unsure by now. Nothing was changed." in decide(admin, mail, "again", state="failed")
    assert server.steps == []


def test_a_mail_is_dropped_and_a_second_click_changes_nothing(admin, server, mail):
    assert "will not be sent" in decide(admin, mail, "drop")
    assert "Nothing was changed" in decide(admin, mail, "drop")
    mail.refresh_from_db()
    assert (mail.state, server.steps) == (State.DROPPED, [])


def test_what_is_unsure_counts_as_sent_once_somebody_says_so(admin, server, mail):
    become(mail, State.UNSURE)
    assert "counts as sent then" in admin.get(reverse("settings:mail-decide", args=[mail.pk, "arrived"])).text
    assert "counts as sent." in decide(admin, mail, "arrived")
    mail.refresh_from_db()
    assert (mail.state, mail.last_error, mail.sent_at is None, server.steps) == (State.SENT, "", False, [])
    become(mail, State.FAILED)
    assert "Nothing was changed" in decide(admin, mail, "arrived")


def test_what_is_on_hold_is_released_one_by_one_or_at_once(admin, server, mail):
    second = outbox.post("test", 1, to="second@example.com", by=None)
    outbox.hold_all()
    mail.refresh_from_db()
    assert "2 mails are on hold." in admin.get(PAGE).content.decode()
    decide(admin, mail, "release")
    assert [message["To"] for message in server.arrived] == [mail.to]
    admin.post(RELEASE)
    second.refresh_from_db()
    assert second.state == State.WAITING


def test_an_unknown_deed_is_none(admin, mail):
    assert admin.get(reverse("settings:mail-decide", args=[mail.pk, "burn"])).status_code == 404


def test_a_test_mail_and_what_became_of_it(admin, server, administrator):
    assert "You have sent no test mail yet." in admin.get(TEST).content.decode()
    page = admin.post(TEST, follow=True).content.decode()
    assert "The mail server has taken it." in page
    assert [message["To"] for message in server.arrived] == [administrator.email]
    server.script = {"MAIL": "530 log in first"}
    page = admin.post(TEST, follow=True).content.decode()
    assert "530 log in first" in page
    assert "No worker runs: it goes out once one does." in page


def test_a_test_mail_on_its_way_is_looked_at_again(transactional_db, admin, mail):
    with beside() as other:
        other.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now())")
    assert 'data-hx-trigger="load delay:1s"' in admin.get(TEST).content.decode()
    become(mail, State.SENT)
    assert "data-hx-trigger" not in admin.get(TEST, headers={"HX-Request": "true"}).content.decode()
