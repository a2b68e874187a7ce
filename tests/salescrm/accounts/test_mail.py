"""Invitations and links for a new password go through the outbox: no token is stored, each attempt makes its own."""

import re

import pytest
from django.core import mail as django_mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from salescrm.mail import outbox
from salescrm.mail.models import MailState, OutgoingMail
from salescrm.models import User
from tests.bench.servers import free_port
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
LINK = re.compile(r"http://testserver/accounts/password-reset/\S+")


@pytest.fixture
def dead(settings):
    """A mail server that is not there."""
    options = {"host": "127.0.0.1", "port": free_port()}
    settings.MAILERS = {"default": {"BACKEND": "salescrm.mail.smtp.EmailBackend", "OPTIONS": options}}


@pytest.fixture
def admin(client, administrator):
    client.force_login(administrator)
    return client


def ask(client, kind, user):
    """Have a mail of this kind sent to a user."""
    if kind == "reset":
        return client.post(reverse("password_reset"), {"email": user.email})
    return client.post(reverse("settings:user-invite", args=[user.pk]))


@pytest.mark.parametrize("kind", ["invitation", "reset"])
def test_a_mail_that_failed_waits_without_a_token_and_is_one_mail(admin, salesperson, dead, settings, kind):
    for _twice in range(2):
        assert ask(admin, kind, salesperson).status_code == 302
    row = OutgoingMail.objects.get()
    assert (row.kind, row.to, row.record, row.state) == (kind, salesperson.email, salesperson.pk, MailState.WAITING)
    assert (row.subject, row.text, row.site) == ("", "", "http://testserver")
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
    assert outbox.change(row, "again")
    outbox.send(row.pk)
    (message,) = django_mail.outbox
    assert admin.get(LINK.search(message.body)[0]).status_code == 302


def test_two_clicks_on_the_invitation_are_one_mail(admin, salesperson, mailoutbox):
    page = admin.get(reverse("settings:user", args=[salesperson.pk])).content.decode()
    words = {"token": re.search(r'name="token" value="([^"]+)"', page)[1]}
    for _twice in range(2):
        assert admin.post(reverse("settings:user-invite", args=[salesperson.pk]), words).status_code == 302
    assert [message.to for message in mailoutbox] == [[salesperson.email]]
    page = admin.get(reverse("settings:user", args=[salesperson.pk])).content.decode()
    words = {"token": re.search(r'name="token" value="([^"]+)"', page)[1]}
    admin.post(reverse("settings:user-invite", args=[salesperson.pk]), words)
    assert len(mailoutbox) == 2


@pytest.mark.django_db(transaction=True)
def test_a_user_is_never_there_without_the_invitation(admin, mailoutbox):
    url = reverse("settings:user-new")
    token = re.search(r'name="token" value="([^"]+)"', admin.get(url).content.decode())[1]
    words = {"token": token, "email": "new@example.com", "name": "New", "language": "en", "role": "salesperson"}
    with CaptureQueriesContext(connection) as queries:
        assert admin.post(url, words).status_code == 302
    texts = [query["sql"] for query in queries]
    user, post = (
        next(place for place, text in enumerate(texts) if text.startswith(f'INSERT INTO "{table}"'))
        for table in ("salescrm_user", "mail_outgoingmail")
    )
    assert "COMMIT" not in texts[user:post]
    assert [message.to for message in mailoutbox] == [["new@example.com"]]


def test_the_page_of_a_user_says_what_became_of_the_invitation(admin, salesperson, dead):
    assert "Invitation:" not in admin.get(reverse("settings:user", args=[salesperson.pk])).content.decode()
    ask(admin, "invitation", salesperson)
    page = admin.get(reverse("settings:user", args=[salesperson.pk])).content.decode()
    assert "Invitation:" in page
    assert "Connection refused" in page


def invited(address, state, error=""):
    """Somebody who never logged in, whose first invitation was dropped and whose last one is in this state."""
    user = UserFactory(email=address)
    for became in (MailState.DROPPED, state):
        mail = outbox.post("invitation", user.pk, to=address, by=None)
        values = {"state": became, "due_at": None, "last_error": error}
        values |= {"due_at": mail.due_at} if became == MailState.WAITING else {}
        values |= {"sent_at": timezone.now()} if became == MailState.SENT else {}
        OutgoingMail.objects.filter(pk=mail.pk).update(**values)
    return user


def invitations(page):
    """The badge of the invitation in each row of the list, by address."""
    rows = page.text.partition("<tbody>")[2].split("</tr>")[:-1]
    badges = [re.findall(r'data-tone="\w+">([\w ]+)</span>', row.partition("mail-state")[2]) for row in rows]
    return {re.search(r"[\w.]+@[\w.]+", row)[0]: names for row, names in zip(rows, badges, strict=True)}


def test_the_list_of_users_says_what_became_of_each_invitation(admin, administrator):
    invited("a@new.example", MailState.WAITING, "[Errno 111] Connection refused")
    invited("b@new.example", MailState.FAILED, "550 nobody here")
    invited("c@new.example", MailState.UNSURE)
    invited("d@new.example", MailState.SENT)
    invited("e@new.example", MailState.ON_HOLD)
    at_home = invited("f@new.example", MailState.SENT)
    User.objects.filter(pk=at_home.pk).update(last_login=timezone.now())
    page = admin.get(reverse("settings:users"))
    assert invitations(page) == {
        "a@new.example": ["waiting"], "b@new.example": ["failed"], "c@new.example": ["unsure"],
        "d@new.example": ["sent"], "e@new.example": ["on hold"], "f@new.example": [], administrator.email: [],
    }  # fmt: skip
    assert "550 nobody here" in page.text and "It may have arrived." in page.text
    assert "Connection refused" in page.text and "Next attempt:" in page.text


@pytest.mark.parametrize("people", [1, 3])
def test_the_list_of_users_asks_as_much_for_many_invitations(admin, people, django_assert_num_queries, reads_only):
    for number in range(people):
        invited(f"new{number}@new.example", MailState.FAILED)
    with django_assert_num_queries(5), reads_only():
        assert admin.get(reverse("settings:users")).text.count("mail-state") == people


@pytest.mark.parametrize("change", [{"is_active": False}, {"email": "other@example.com"}])
@pytest.mark.parametrize("kind", ["invitation", "reset"])
def test_nobody_else_is_let_in_by_a_mail_that_waited(admin, salesperson, dead, settings, kind, change):
    ask(admin, kind, salesperson)
    type(salesperson).objects.filter(pk=salesperson.pk).update(**change)
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
    row = OutgoingMail.objects.get()
    outbox.change(row, "again")
    outbox.send(row.pk)
    row.refresh_from_db()
    assert (row.state, django_mail.outbox) == (MailState.FAILED, [])


def test_an_unknown_address_is_answered_alike_and_nothing_is_stored(client, company):
    user = UserFactory(email="known@example.com")
    url, addresses = reverse("password_reset"), [user.email, "nobody@example.com"]
    known, unknown = (client.post(url, {"email": email}) for email in addresses)
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert OutgoingMail.objects.get().to == user.email
