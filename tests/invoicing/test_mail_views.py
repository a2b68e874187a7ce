"""What the pages say of the mail of an invoice, and what a person decides there."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateWorker

from invoicing.models import Invoice
from invoicing.sending import decide, send
from salescrm.mail.models import MailState, OutgoingMail
from tests.factories import InvoiceFactory
from tests.markup import Markup
from tests.outgoing import deliver

HTMX = {"HX-Request": "true"}
LETTER = {"to": "a@b.example", "subject": "Your invoice", "text": "Dear Daan,\r\n\r\nHere it is."}
ERROR = "550 nobody here"


def url(name, *args):
    return reverse(f"invoicing:{name}", args=args)


def looks_again(response, invoice):
    return f'data-hx-get="{url("mail", invoice.pk)}"' in response.text


def words(response):
    return " ".join(response.text.split())


def deeds(response):
    buttons = [element for element in Markup(response.text).elements() if element.get("name") == "deed"]
    return [button.get("value") for button in buttons]


@pytest.fixture
def worker(db):
    """A worker that lives as long as the test."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() + interval '1 day')")
    return ProcrastinateWorker.objects.get()


def test_send_answers_at_once_and_says_that_it_waits(issued, manager, as_user):
    response = as_user(manager).post(url("send", issued.pk), LETTER | {"version": 2}, follow=True)
    assert mail.outbox == []
    assert [str(message) for message in response.context["messages"]] == ["Waiting to be sent to a@b.example."]
    post = OutgoingMail.objects.get()
    assert (post.to, post.subject, post.text) == ("a@b.example", "Your invoice", "Dear Daan,\n\nHere it is.")
    deliver()
    response = as_user(manager).get(issued.get_absolute_url())
    assert "Waiting to be sent" not in response.text
    history = [event.kind for event in response.context["events"]]
    assert history == ["sent", "posted", "issued", "created"]
    assert "<p>Here it is.</p>" in response.text


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_send_proposes_the_usual_letter_and_after_a_failure_the_one_that_failed(
    headers, become, issued, manager, as_user
):
    browser = as_user(manager)
    form = browser.get(url("send", issued.pk), headers=headers).context["form"]
    assert (form["to"].value(), form["subject"].value()) == (
        "facturen@vandam.example", f"Invoice {issued.number} from Atelier Noord B.V.",
    )  # fmt: skip
    assert form["text"].value().startswith("Dear customer,\n\nAttached you find")
    become(MailState.FAILED, to="wrong@b.example", subject="My own", text="Own words.")
    form = browser.get(url("send", issued.pk), headers=headers).context["form"]
    assert [form[name].value() for name in ("to", "subject", "text")] == ["wrong@b.example", "My own", "Own words."]


@pytest.mark.parametrize(("name", "nonsense"), [("to", "nobody"), ("to", ""), ("subject", " "), ("text", "")])
def test_send_refuses_beside_the_field_and_keeps_what_was_typed(issued, manager, as_user, name, nonsense):
    data = {"version": 2, "to": "a@b.example", "subject": "My own", "text": "Own words."} | {name: nonsense}
    response = as_user(manager).post(url("send", issued.pk), data)
    form = response.context["form"]
    assert (response.status_code, list(form.errors), OutgoingMail.objects.count()) == (422, [name], 0)
    assert [form[field].value() for field in ("to", "subject", "text")] == [data[f] for f in ("to", "subject", "text")]


def test_send_while_a_mail_is_on_its_way_is_refused_and_keeps_what_was_typed(become, issued, manager, as_user):
    become(MailState.WAITING)
    browser = as_user(manager)
    assert "is on its way already" in words(browser.get(url("send", issued.pk)))
    response = browser.post(url("send", issued.pk), LETTER | {"version": 3, "text": "Typed"})
    assert (response.status_code, response.context["form"].non_field_errors()) == (
        422, ["A mail with this invoice to a@b.example is on its way already."],
    )  # fmt: skip
    assert ("Typed" in response.text, OutgoingMail.objects.count()) == (True, 1)


@pytest.mark.parametrize(
    ("state", "sentence", "offered"),
    [
        (MailState.WAITING, "Waiting to be sent to a@b.example.", ["drop"]),
        (MailState.UNDERWAY, "Being sent to a@b.example.", []),
        (MailState.HANDOVER, "Being sent to a@b.example.", []),
        (MailState.FAILED, "The mail to a@b.example could not be sent.", ["again", "drop"]),
        (MailState.UNSURE, "Nobody knows whether the mail to a@b.example has arrived.", ["again", "arrived"]),
        (MailState.ON_HOLD, "The mail to a@b.example is on hold.", ["drop"]),
        (MailState.DROPPED, "The mail to a@b.example was not sent, and will not be sent any more.", []),
        (MailState.SENT, "Last sent", []),
    ],
)  # fmt: skip
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_page_says_how_it_stands_and_what_can_be_done(
    become, issued, worker, manager, salesperson, as_user, state, sentence, offered, headers
):
    become(state)
    if state == MailState.SENT:
        Invoice.objects.update(sent_at=timezone.now())
    answer = as_user(manager).get(url("detail", issued.pk), headers=headers)
    assert (sentence in words(answer), deeds(answer)) == (True, offered)
    answer = as_user(salesperson).get(url("detail", issued.pk), headers=headers)
    assert (sentence in words(answer), deeds(answer)) == (True, [])


@pytest.mark.parametrize("state", MailState)
def test_page_offers_to_send_only_when_no_mail_is_on_its_way(become, issued, manager, as_user, state):
    become(state)
    text = as_user(manager).get(url("detail", issued.pk)).text
    is_at_rest = state in (MailState.FAILED, MailState.UNSURE, MailState.DROPPED, MailState.SENT)
    assert text.count(f'href="{url("send", issued.pk)}"') == is_at_rest


def test_failed_mail_shows_the_words_of_the_server(become, issued, manager, as_user):
    become(MailState.FAILED, last_error=ERROR)
    assert ERROR in as_user(manager).get(url("detail", issued.pk)).text


def test_waiting_mail_shows_the_last_error_and_the_next_attempt(become, issued, worker, manager, as_user):
    become(MailState.WAITING, last_error=ERROR, due_at=timezone.now() + timedelta(hours=1))
    answer = as_user(manager).get(url("detail", issued.pk))
    assert (ERROR in answer.text, "Next attempt:" in answer.text, deeds(answer)) == (True, True, ["again", "drop"])
    assert not looks_again(answer, issued)  # nothing will happen soon


def test_without_a_worker_the_page_says_that_it_waits_and_why(become, issued, manager, as_user):
    become(MailState.WAITING)
    answer = as_user(manager).get(url("detail", issued.pk))
    assert "The worker that sends mail is not running: the mail goes out once it does." in words(answer)
    assert not looks_again(answer, issued)


def test_mail_that_a_restore_left_halfway_is_shown_and_sent_by_a_person(become, issued, worker, manager, as_user):
    become(MailState.WAITING, due_at=None, last_error=ERROR)
    answer = as_user(manager).get(url("detail", issued.pk))
    assert (looks_again(answer, issued), "Next attempt" in answer.text, deeds(answer)) == (
        False, False, ["again", "drop"],
    )  # fmt: skip


def test_page_looks_again_by_itself_until_the_mail_is_sent(become, issued, worker, manager, as_user, reads_only):
    become(MailState.WAITING)
    browser = as_user(manager)
    assert looks_again(browser.get(url("detail", issued.pk)), issued)
    with reads_only():
        part = browser.get(url("mail", issued.pk), headers=HTMX)
    assert (looks_again(part, issued), "<h1" in part.text) == (True, False)
    deliver()
    part = browser.get(url("mail", issued.pk), headers=HTMX)
    assert (looks_again(part, issued), "Sent to a@b.example on" in words(part)) == (False, True)
    assert "<h1" in browser.get(url("mail", issued.pk)).text


@pytest.mark.parametrize("headers", [{}, HTMX])
@pytest.mark.parametrize(
    ("deed", "became", "sentence"),
    [
        ("again", MailState.WAITING, "Waiting to be sent to a@b.example."),
        ("drop", MailState.DROPPED, "The mail to a@b.example will not be sent any more."),
        ("arrived", MailState.SENT, "The invoice counts as sent to a@b.example."),
    ],
)
def test_person_decides_about_an_unsure_mail_and_a_second_click_is_the_first(
    become, issued, manager, as_user, deed, became, sentence, headers
):
    post = become(MailState.UNSURE)
    browser = as_user(manager)
    data = {"version": 3, "state": "unsure", "deed": deed}
    for _click in range(2):
        answer = browser.post(url("mail-decide", issued.pk), data, headers=headers)
        assert answer.headers.get("HX-Redirect", answer.headers.get("Location")) == issued.get_absolute_url()
    post.refresh_from_db()
    assert (post.state, Invoice.objects.get().version) == (became, 4)
    assert sentence in words(browser.get(issued.get_absolute_url()))


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_decision_about_a_mail_that_went_on_meanwhile_is_409(become, issued, manager, administrator, as_user, headers):
    become(MailState.UNSURE)
    browser = as_user(manager)
    late = {"version": 3, "state": "waiting", "deed": "drop"}
    answer = browser.post(url("mail-decide", issued.pk), late, headers=headers)
    assert (answer.status_code, "Something else has become of this mail" in answer.text) == (409, True)
    assert deeds(answer) == ["again", "arrived"]
    decide(issued, "drop", state="unsure", version=3, by=administrator)
    stale = {"version": 3, "state": "unsure", "deed": "again"}
    answer = browser.post(url("mail-decide", issued.pk), stale, headers=headers)
    assert (answer.status_code, f"{administrator} changed this invoice" in answer.text) == (409, True)
    assert OutgoingMail.objects.get().state == MailState.DROPPED


def test_unknown_decision_and_a_missing_version_are_400(become, issued, manager, as_user):
    become(MailState.UNSURE)
    browser = as_user(manager)
    for data in ({"version": 3, "state": "unsure", "deed": "burn"}, {"state": "unsure", "deed": "drop"}):
        assert browser.post(url("mail-decide", issued.pk), data).status_code == 400


def test_salesperson_decides_nothing(become, issued, salesperson, as_user):
    become(MailState.UNSURE)
    data = {"version": 3, "state": "unsure", "deed": "drop"}
    assert as_user(salesperson).post(url("mail-decide", issued.pk), data).status_code == 403
    assert as_user(salesperson).get(url("mail", issued.pk)).status_code == 200


@pytest.mark.parametrize(
    ("state", "badge"),
    [
        (MailState.WAITING, "Waiting"), (MailState.UNDERWAY, "Being sent"), (MailState.HANDOVER, "Being sent"),
        (MailState.FAILED, "Sending failed"), (MailState.UNSURE, "Sending unsure"), (MailState.ON_HOLD, "On hold"),
        (MailState.DROPPED, "Not sent"),
    ],
)  # fmt: skip
def test_list_says_how_it_stands(become, manager, as_user, state, badge):
    become(state)
    answer = as_user(manager).get(url("list"), headers=HTMX)
    badges = [e.text for e in Markup(answer.text).elements() if e.get("class") == "badge"]
    assert badges == [badge]


@pytest.mark.parametrize("state", [MailState.DROPPED, MailState.SENT])
def test_list_counts_an_invoice_that_was_sent_before_as_sent(become, manager, as_user, state):
    become(state)
    Invoice.objects.update(sent_at=timezone.now())
    answer = as_user(manager).get(url("list"), headers=HTMX)
    assert [e.text for e in Markup(answer.text).elements() if e.get("class") == "badge"] == ["Sent"]


def test_list_costs_the_same_for_few_and_many_mails(become, issued, manager, as_user):
    become(MailState.WAITING)
    browser, counts = as_user(manager), []
    browser.get(url("list"))
    for _round in range(2):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            browser.get(url("list"))
        counts.append(len(queries))
        InvoiceFactory.create_batch(3)
    assert counts[0] == counts[1]


@pytest.mark.parametrize("mails", [1, 4])
def test_page_costs_the_same_for_one_and_many_mails(issued, manager, as_user, django_assert_num_queries, mails):
    for number in range(mails):
        send(issued, to=f"a{number}@b.example", version=2 + number, by=manager)
        deliver()
    browser = as_user(manager)
    with django_assert_num_queries(5):
        browser.get(url("detail", issued.pk))
