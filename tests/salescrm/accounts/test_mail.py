"""Invitations and links for a new password go through the outbox: no token is stored, each attempt makes its own."""

import re

import pytest
from django.core import mail as django_mail
from django.urls import reverse

from salescrm.mail import outbox
from salescrm.mail.models import MailState, OutgoingMail
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


def test_the_page_of_a_user_says_what_became_of_the_invitation(admin, salesperson, dead):
    assert "Invitation:" not in admin.get(reverse("settings:user", args=[salesperson.pk])).content.decode()
    ask(admin, "invitation", salesperson)
    page = admin.get(reverse("settings:user", args=[salesperson.pk])).content.decode()
    assert "Invitation:" in page
    assert "Connection refused" in page


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
