"""Mailing an issued invoice, once, and remembering it."""

import pytest
from django.core import mail
from django.db import connection

from invoicing.history import Refused
from invoicing.issuing import issue
from invoicing.models import Invoice
from invoicing.sending import invoice_address, send
from relations.models import Relation
from salescrm.calendar import today
from salescrm.models import Organisation
from salescrm.versions import Stale

BROKEN = {"default": {"BACKEND": "tests.invoicing.broken_mail.EmailBackend"}}


@pytest.fixture
def issued(draft, manager):
    return issue(draft(), version=1, by=manager)


def test_send_mails_the_document_and_remembers_it(issued, manager):
    event = send(issued, to="facturen@vandam.example", version=2, by=manager)
    [message] = mail.outbox
    [attachment] = message.attachments
    number = f"{today().year}-0001"
    assert (event.kind, event.detail, event.by) == ("sent", "facturen@vandam.example", manager)
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
    assert Invoice.objects.get().sent_at is not None


def test_the_mail_speaks_the_language_of_the_customer(draft, customer, manager):
    Relation.objects.filter(pk=customer.pk).update(language="nl")
    invoice = issue(draft(), version=1, by=manager)
    send(invoice, to="a@b.example", version=2, by=manager)
    assert "€ 1.350,38" in mail.outbox[0].body
    assert '<html lang="nl">' in mail.outbox[0].attachments[0].content


def test_second_click_mails_nothing_and_gives_the_first_result(issued, manager):
    first = send(issued, to="a@b.example", version=2, by=manager)
    assert send(issued, to="a@b.example", version=2, by=manager) == first
    assert len(mail.outbox) == 1


def test_second_click_by_somebody_else_is_stale(issued, manager, administrator):
    send(issued, to="a@b.example", version=2, by=manager)
    with pytest.raises(Stale) as refusal:
        send(issued, to="a@b.example", version=2, by=administrator)
    assert refusal.value.message == "Mila Brand sent this invoice after you opened it. It was not sent again."
    assert len(mail.outbox) == 1


def test_send_again_is_possible_with_the_new_version(issued, manager):
    send(issued, to="a@b.example", version=2, by=manager)
    send(issued, to="c@d.example", version=3, by=manager)
    assert [message.to for message in mail.outbox] == [["a@b.example"], ["c@d.example"]]
    assert list(issued.events.values_list("kind", flat=True)) == ["created", "issued", "sent", "sent"]


def test_failing_mail_leaves_the_invoice_issued_and_says_so(issued, manager, settings):
    settings.MAILERS = BROKEN
    event = send(issued, to="a@b.example", version=2, by=manager)
    invoice = Invoice.objects.get()
    assert (event.kind, event.detail) == ("failed", "a@b.example: please run connect() first")
    assert (invoice.status, invoice.sent_at, invoice.version) == ("issued", None, 3)


@pytest.mark.django_db(transaction=True)
def test_nothing_is_locked_while_mailing(issued, manager, monkeypatch):
    seen = []
    monkeypatch.setattr(
        "django.core.mail.EmailMessage.send", lambda message: seen.append(connection.in_atomic_block), raising=True
    )
    send(issued, to="a@b.example", version=2, by=manager)
    assert seen == [False]


def test_a_draft_and_an_empty_address_are_refused(draft, issued, manager):
    with pytest.raises(Refused):
        send(draft(), to="a@b.example", version=1, by=manager)
    with pytest.raises(Refused) as refusal:
        send(issued, to="", version=2, by=manager)
    assert list(refusal.value.message_dict) == ["to"]
    assert mail.outbox == []


def test_invoice_address_falls_back_on_the_general_one(customer):
    assert invoice_address(customer) == "facturen@vandam.example"
    customer.invoice_email = ""
    assert invoice_address(customer) == "info@vandam.example"


def test_a_line_break_in_our_name_does_not_reach_the_headers(draft, manager):
    Organisation.objects.update(name="Zuid\nB.V.")
    issued = issue(draft(), version=1, by=manager)
    send(issued, to="a@b.example", version=2, by=manager)
    assert mail.outbox[0].subject.endswith(f"{issued.number} from Zuid B.V.")
