"""An issued invoice goes out through the outbox: what is posted, what goes out, and when it counts as sent."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import transaction
from django.utils import timezone

from invoicing.history import Refused
from invoicing.issuing import issue
from invoicing.letters import Letter, usual_letter
from invoicing.models import Invoice
from invoicing.sending import decide, invoice_address, issue_and_send, send
from relations.models import Relation
from salescrm.calendar import today
from salescrm.mail import clearing, outbox
from salescrm.mail.models import MailState, OutgoingMail
from salescrm.models import Organisation
from salescrm.versions import Stale
from tests.outgoing import deliver

BROKEN = {"default": {"BACKEND": "tests.invoicing.broken_mail.EmailBackend"}}
LETTER = Letter("Your invoice", "Dear Daan,\n\nHere it is.")


def kinds(invoice):
    return list(invoice.events.values_list("kind", flat=True))


def test_send_mails_the_document_and_remembers_it(issued, manager):
    post = send(issued, to="facturen@vandam.example", version=2, by=manager)
    deliver()
    [message] = mail.outbox
    [attachment] = message.attachments
    number = f"{today().year}-0001"
    event = issued.events.last()
    assert (event.kind, event.detail, event.by, event.mail) == ("sent", "facturen@vandam.example", manager, post)
    assert (message.to, message.subject, message.reply_to) == (
        ["facturen@vandam.example"], f"Invoice {number} from Atelier Noord B.V.", ["info@noord.example"],
    )  # fmt: skip
    assert (attachment.filename, attachment.mimetype) == (f"invoice {number}.html", "text/html")
    for text in (
        "Van Dam Logistiek B.V.",
        "NL91 ABNA 0417 1643 00",
        "12345678",
        "€ 1,350.38",
        "@page { size: A4",
        number,
    ):
        assert text in attachment.content
    assert ("<link" in attachment.content, "http" in attachment.content) == (False, False)
    assert "€ 1,350.38" in message.body
    post.refresh_from_db()
    assert post.state == MailState.SENT
    assert Invoice.objects.get().sent_at == post.sent_at


def test_an_invoice_counts_as_sent_only_when_it_has_gone_out(issued, manager):
    post = send(issued, to="a@b.example", version=2, by=manager)
    invoice = Invoice.objects.get()
    assert (mail.outbox, invoice.sent_at, invoice.version, kinds(invoice)) == (
        [], None, 3, ["created", "issued", "posted"],
    )  # fmt: skip
    assert (post.state, post.kind, post.record, post.by) == (MailState.WAITING, "invoice", issued.pk, manager)
    deliver()
    assert (Invoice.objects.get().sent_at is None, kinds(issued)) == (False, ["created", "issued", "posted", "sent"])


def test_the_letter_is_what_the_sender_wrote_and_is_stored_with_the_mail(issued, manager):
    post = send(issued, to="a@b.example", letter=LETTER, version=2, by=manager)
    deliver()
    assert (post.subject, post.text, issued.events.get(kind="posted").mail) == (*LETTER, post)
    assert (mail.outbox[0].subject, mail.outbox[0].body) == (LETTER.subject, f"{LETTER.text}\n")


def test_the_mail_speaks_the_language_of_the_customer(draft, customer, manager):
    Relation.objects.filter(pk=customer.pk).update(language="nl")
    invoice = issue(draft(), version=1, by=manager)
    send(invoice, to="a@b.example", version=2, by=manager)
    deliver()
    assert "€ 1.350,38" in mail.outbox[0].body
    assert '<html lang="nl">' in mail.outbox[0].attachments[0].content
    assert mail.outbox[0].attachments[0].filename == f"factuur {invoice.number}.html"


def test_the_attachment_is_the_invoice_as_it_was_issued(issued, customer, manager):
    send(issued, to="a@b.example", version=2, by=manager)
    Relation.objects.filter(pk=customer.pk).update(name="Another B.V.")
    Organisation.objects.update(name="Other sellers")
    deliver()
    content = mail.outbox[0].attachments[0].content
    assert ("Van Dam Logistiek B.V." in content, "Another B.V." in content, "Other sellers" in content) == (
        True, False, False,
    )  # fmt: skip


def test_second_click_mails_nothing_and_gives_the_first_result(issued, manager):
    first = send(issued, to="a@b.example", version=2, by=manager)
    assert send(issued, to="a@b.example", version=2, by=manager) == first
    deliver()
    assert send(issued, to="a@b.example", version=2, by=manager) == first
    deliver()
    assert len(mail.outbox) == 1


def test_another_letter_from_a_second_tab_is_stale_and_not_taken_for_the_first(issued, manager):
    send(issued, to="a@b.example", version=2, by=manager)
    for other in ({"to": "c@d.example"}, {"to": "a@b.example", "letter": LETTER}):
        with pytest.raises(Stale):
            send(issued, version=2, by=manager, **other)
    assert OutgoingMail.objects.count() == 1


def test_second_click_by_somebody_else_is_stale(issued, manager, administrator):
    send(issued, to="a@b.example", version=2, by=manager)
    with pytest.raises(Stale) as refusal:
        send(issued, to="a@b.example", version=2, by=administrator)
    assert refusal.value.message == "Mila Brand sent this invoice after you opened it. It was not sent again."
    deliver()
    assert len(mail.outbox) == 1


def test_send_again_is_possible_with_the_new_version(issued, manager):
    send(issued, to="a@b.example", version=2, by=manager)
    deliver()
    send(issued, to="c@d.example", version=3, by=manager)
    deliver()
    assert [message.to for message in mail.outbox] == [["a@b.example"], ["c@d.example"]]
    assert kinds(issued) == ["created", "issued", "posted", "sent", "posted", "sent"]


@pytest.mark.parametrize("state", [MailState.WAITING, *outbox.AT_WORK, MailState.ON_HOLD])
def test_an_invoice_with_a_mail_on_its_way_is_not_sent_again(become, issued, manager, administrator, state):
    become(state)
    with pytest.raises(Refused) as refusal:
        send(issued, to="c@d.example", version=3, by=administrator)
    assert (refusal.value.code, refusal.value.messages) == (
        "pending", ["A mail with this invoice to a@b.example is on its way already."],
    )  # fmt: skip
    assert (OutgoingMail.objects.count(), Invoice.objects.get().version) == (1, 3)


@pytest.mark.parametrize("state", [MailState.FAILED, MailState.UNSURE])
def test_another_mail_takes_the_place_of_one_that_did_not_arrive(become, issued, manager, state):
    old = become(state)
    new = send(issued, to="c@d.example", version=3, by=manager)
    old.refresh_from_db()
    assert (old.state, new.state, new.message_id == old.message_id) == (MailState.DROPPED, MailState.WAITING, False)


def test_failing_mail_leaves_the_invoice_issued_and_is_tried_again(issued, manager, settings):
    post = send(issued, to="a@b.example", version=2, by=manager)
    working, settings.MAILERS = settings.MAILERS, BROKEN
    deliver()
    post.refresh_from_db()
    assert (post.state, post.last_error, post.attempts) == (MailState.WAITING, "please run connect() first", 1)
    assert (Invoice.objects.get().sent_at, kinds(issued)) == (None, ["created", "issued", "posted"])
    settings.MAILERS = working
    OutgoingMail.objects.update(due_at=timezone.now())
    deliver()
    assert (len(mail.outbox), kinds(issued)) == (1, ["created", "issued", "posted", "sent"])


def test_mail_that_fails_for_good_is_told_in_the_history(issued, manager, settings):
    post = send(issued, to="a@b.example", version=2, by=manager)
    settings.MAILERS = BROKEN
    OutgoingMail.objects.update(requested_at=timezone.now() - outbox.PATIENCE - timedelta(minutes=1))
    deliver()
    invoice, event = Invoice.objects.get(), issued.events.last()
    assert (event.kind, event.detail, event.mail) == ("failed", "a@b.example: please run connect() first", post)
    assert (invoice.status, invoice.sent_at, invoice.version) == ("issued", None, 3)


def test_mail_that_was_broken_off_is_unsure_and_is_told_in_the_history(become, issued):
    become(MailState.HANDOVER)
    deliver()
    assert (Invoice.objects.get().sent_at, kinds(issued)[-1], mail.outbox) == (None, "unsure", [])


def test_unsure_mail_is_sent_again_by_a_person_with_the_same_id(become, issued, manager):
    post = become(MailState.UNSURE)
    assert decide(issued, "again", state="unsure", version=3, by=manager) == post
    assert decide(issued, "again", state="unsure", version=3, by=manager) == post  # a second click
    deliver()
    assert [message.extra_headers["Message-ID"] for message in mail.outbox] == [post.message_id]
    assert (kinds(issued), Invoice.objects.get().version) == (["created", "issued", "posted", "posted", "sent"], 4)


def test_unsure_mail_counts_as_sent_once_a_person_says_so(become, issued, administrator):
    post = become(MailState.UNSURE)
    decide(issued, "arrived", state="unsure", version=3, by=administrator)
    decide(issued, "arrived", state="unsure", version=3, by=administrator)
    post.refresh_from_db()
    event = issued.events.last()
    assert (post.state, Invoice.objects.get().sent_at) == (MailState.SENT, post.sent_at)
    assert (kinds(issued), event.by, event.mail) == (["created", "issued", "posted", "sent"], administrator, post)
    deliver()
    assert mail.outbox == []


@pytest.mark.parametrize("state", [MailState.WAITING, MailState.FAILED, MailState.UNSURE, MailState.ON_HOLD])
def test_dropped_mail_is_never_sent_and_makes_room_for_another(become, issued, manager, state):
    become(state)
    decide(issued, "drop", state=state, version=3, by=manager)
    deliver()
    assert (mail.outbox, kinds(issued)[-1], Invoice.objects.get().sent_at) == ([], "dropped", None)
    send(issued, to="c@d.example", version=4, by=manager)
    deliver()
    assert [message.to for message in mail.outbox] == [["c@d.example"]]


@pytest.mark.parametrize(
    ("state", "deed"),
    [
        (MailState.SENT, "again"), (MailState.DROPPED, "again"), (MailState.UNDERWAY, "again"),
        (MailState.ON_HOLD, "again"), (MailState.SENT, "drop"), (MailState.HANDOVER, "drop"),
        (MailState.FAILED, "arrived"), (MailState.WAITING, "arrived"),
    ],
)  # fmt: skip
def test_what_cannot_be_decided_about_a_mail_is_refused(become, issued, manager, state, deed):
    post = become(state)
    with pytest.raises(Refused) as refusal:
        decide(issued, deed, state=state, version=3, by=manager)
    post.refresh_from_db()
    invoice = Invoice.objects.get()
    assert (refusal.value.code, post.state, invoice.version, invoice.sent_at) == ("settled", state, 3, None)


def test_a_decision_about_a_mail_as_it_no_longer_stands_is_refused(become, issued, manager, administrator):
    become(MailState.UNSURE)
    with pytest.raises(Refused) as refusal:  # somebody who saw it waiting does not know that it may have arrived
        decide(issued, "again", state="waiting", version=3, by=manager)
    assert refusal.value.code == "settled"
    decide(issued, "drop", state="unsure", version=3, by=manager)
    with pytest.raises(Stale):
        decide(issued, "again", state="unsure", version=3, by=administrator)
    with pytest.raises(Stale):
        decide(issued, "again", state="unsure", version=3, by=manager)
    assert OutgoingMail.objects.get().state == MailState.DROPPED


def test_nothing_is_decided_about_an_invoice_without_mail(issued, manager):
    with pytest.raises(Refused) as refusal:
        decide(issued, "again", state="failed", version=2, by=manager)
    assert refusal.value.code == "settled"


@pytest.mark.django_db(transaction=True)
def test_nothing_is_locked_while_mailing(issued, manager, monkeypatch):
    seen = []
    monkeypatch.setattr(
        "django.core.mail.backends.locmem.EmailBackend.send_messages",
        lambda backend, messages: seen.append(transaction.get_connection().in_atomic_block),
    )
    send(issued, to="a@b.example", version=2, by=manager)
    deliver()
    assert seen == [False]


def test_issuing_and_sending_is_one_deed(draft, manager):
    invoice = draft()
    with pytest.raises(Refused):
        issue_and_send(invoice, on=None, to="", version=1, by=manager)
    assert (Invoice.objects.get().is_draft, OutgoingMail.objects.count()) == (True, 0)
    first = issue_and_send(invoice, on=None, to="a@b.example", version=1, by=manager)
    assert issue_and_send(invoice, on=None, to="a@b.example", version=1, by=manager) == first
    deliver()
    assert [message.subject for message in mail.outbox] == [f"Invoice {today().year}-0001 from Atelier Noord B.V."]


def test_a_draft_and_an_empty_address_are_refused(draft, issued, manager):
    with pytest.raises(Refused):
        send(draft(), to="a@b.example", version=1, by=manager)
    with pytest.raises(Refused) as refusal:
        send(issued, to="", version=2, by=manager)
    assert list(refusal.value.message_dict) == ["to"]
    assert OutgoingMail.objects.count() == 0


def test_a_mail_whose_invoice_is_not_there_fails_and_says_so(company, manager):
    post = outbox.post("invoice", 4711, to="a@b.example", by=manager, subject="Invoice", text="Here it is.")
    deliver()
    post.refresh_from_db()
    assert (post.state, post.last_error, mail.outbox) == (
        MailState.FAILED, "This invoice is not there any more.", [],
    )  # fmt: skip


def test_invoice_address_falls_back_on_the_general_one(customer):
    assert invoice_address(customer) == "facturen@vandam.example"
    customer.invoice_email = ""
    assert invoice_address(customer) == "info@vandam.example"


def test_a_line_break_in_our_name_does_not_reach_the_headers(draft, manager):
    Organisation.objects.update(name="Zuid\nB.V.")
    issued = issue(draft(), version=1, by=manager)
    send(issued, to="a@b.example", version=2, by=manager)
    deliver()
    assert mail.outbox[0].subject.endswith(f"{issued.number} from Zuid B.V.")


def test_the_usual_letter_is_that_of_before(issued):
    letter = usual_letter(issued)
    assert letter.text.startswith("Dear customer,\n\nAttached you find invoice")
    assert letter.text.endswith("Kind regards,\n\nAtelier Noord B.V.")


@pytest.mark.parametrize("state", [MailState.SENT, MailState.DROPPED])
def test_the_history_of_an_invoice_loses_no_mail_at_night(become, issued, manager, as_user, state):
    post = become(state, text="Dear Daan, here it is.")
    long_ago = timezone.now() - timedelta(days=1000)
    OutgoingMail.objects.update(requested_at=long_ago, sent_at=long_ago if state == MailState.SENT else None)
    assert clearing.CHORE.run() == 0
    assert issued.events.last().mail == post
    assert "Dear Daan, here it is." in as_user(manager).get(issued.get_absolute_url()).text
