"""What an administrator decides about the mail of an invoice on the list of all mail: the invoice knows of it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateWorker

from invoicing.issuing import issue
from invoicing.models import Invoice
from invoicing.sending import send
from salescrm.mail import outbox
from salescrm.mail.models import MailState, OutgoingMail

pytestmark = pytest.mark.django_db


@pytest.fixture
def worker():
    """A worker that lives as long as the test, so that no page sends by itself."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() + interval '1 day')")
    return ProcrastinateWorker.objects.get()


def decide_on_list(browser, post, deed, state):
    return browser.post(reverse("settings:mail-decide", args=[post.pk, deed]), {"state": state})


def decide_on_page(browser, invoice, **data):
    return browser.post(reverse("invoicing:mail-decide", args=[invoice.pk]), data)


@pytest.mark.parametrize(
    ("state", "deed", "kinds"),
    [
        (MailState.WAITING, "again", ["posted"]), (MailState.FAILED, "again", ["posted"]),
        (MailState.UNSURE, "again", ["posted"]), (MailState.UNSURE, "arrived", ["sent"]),
        (MailState.FAILED, "drop", ["dropped"]), (MailState.ON_HOLD, "release", ["posted"]),
    ],
)  # fmt: skip
def test_administrator_decides_on_the_list_of_mail_and_the_invoice_knows(
    become, worker, issued, administrator, as_user, state, deed, kinds
):
    post = become(state)
    browser = as_user(administrator)
    assert decide_on_list(browser, post, deed, state).status_code == 302
    if state != MailState.WAITING:  # of one that still waits a second click is no other than a second wish
        assert decide_on_list(browser, post, deed, state).status_code == 302
    events = list(issued.events.order_by("pk"))[3:]  # created, issued, posted
    assert [(event.kind, event.by, event.mail, event.detail) for event in events] == [
        (kind, administrator, post, "a@b.example") for kind in kinds
    ]
    invoice = Invoice.objects.get()
    post.refresh_from_db()
    assert (invoice.version, invoice.updated_by, events[-1].invoice_version) == (4, administrator, 4)
    assert invoice.sent_at == post.sent_at
    assert (invoice.sent_at is None) == (deed != "arrived")


def test_decision_on_the_list_of_mail_makes_the_page_of_the_invoice_stale(
    become, issued, manager, administrator, as_user
):
    post = become(MailState.UNSURE)
    decide_on_list(as_user(administrator), post, "drop", "unsure")
    assert decide_on_page(as_user(manager), issued, version=3, state="unsure", deed="again").status_code == 409
    post.refresh_from_db()
    assert (post.state, issued.events.count()) == (MailState.DROPPED, 4)


def test_refused_decision_of_an_administrator_leaves_the_invoice_as_it_was(become, issued, administrator, as_user):
    post = become(MailState.SENT)
    decide_on_list(as_user(administrator), post, "drop", "failed")
    assert (Invoice.objects.get().version, issued.events.count()) == (3, 3)


def test_invoice_says_that_a_restore_held_its_mail_and_who_released_all(become, issued, administrator, as_user):
    post = become(MailState.HANDOVER)
    outbox.post("test", 1, to="c@d.example", by=None)
    assert outbox.hold_all() == 2
    assert (issued.events.last().kind, issued.events.last().by, issued.events.last().mail) == ("on_hold", None, post)
    browser = as_user(administrator)
    text = " ".join(browser.get(issued.get_absolute_url()).text.split())
    assert "A backup was restored: the mail to <b>a@b.example</b> is on hold" in text
    browser.post(reverse("settings:mail-release"))
    assert [event.kind for event in issued.events.all()] == ["created", "issued", "posted", "on_hold", "posted"]
    assert (issued.events.last().by, Invoice.objects.get().version) == (administrator, 5)


@pytest.mark.parametrize("deed", ["release", "hold"])
def test_page_of_an_invoice_does_not_do_what_an_administrator_does(become, issued, manager, as_user, deed):
    become(MailState.ON_HOLD)
    assert decide_on_page(as_user(manager), issued, version=3, state="on_hold", deed=deed).status_code == 400


def test_holding_and_releasing_cost_the_same_for_few_and_many(draft, manager):
    counts = []
    for several in (1, 5):
        for _one in range(several):
            send(issue(draft(), version=1, by=manager), to="a@b.example", version=2, by=manager)
        with CaptureQueriesContext(connection) as queries:
            assert outbox.hold_all() == several
            assert outbox.release_all(by=manager) == several
        counts.append(len(queries))
        OutgoingMail.objects.update(state=MailState.DROPPED, due_at=None)
    assert counts[0] == counts[1]
