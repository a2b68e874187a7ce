"""Logging in and out, a forgotten password, the profile."""

import re

import pytest
from django.core import mail
from django.urls import reverse

from salescrm.accounts.forms import ChangeForm
from salescrm.models import User
from tests.factories import UserFactory

PASSWORD = "kaas-en-brood-7"


@pytest.fixture
def sanne(db):
    user = UserFactory(name="Sanne de Wit", email="sanne@example.com")
    user.set_password(PASSWORD)
    user.save()
    return user


def log_in(client, email="sanne@example.com", password=PASSWORD, url=None, **more):
    return client.post(url or reverse("login"), {"username": email, "password": password, **more})


@pytest.mark.parametrize("email", ["sanne@example.com", "Sanne@Example.COM", " sanne@example.com "])
def test_one_logs_in_with_email_and_password(client, sanne, email):
    answer = log_in(client, email)
    assert (answer.status_code, answer.url) == (302, "/")
    assert client.session["_auth_user_id"] == str(sanne.pk)


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [("/accounts/profile/", "/accounts/profile/"), ("https://evil.example/", "/"), ("//evil.example/", "/")],
)
def test_log_in_goes_on_to_pages_of_our_own_only(client, sanne, wanted, reached):
    assert log_in(client, next=wanted).url == reached


def test_a_wrong_password_is_refused_and_the_answer_does_not_say_who_exists(client, sanne):
    wrong, unknown = log_in(client, password="wrong"), log_in(client, email="nobody@example.com")
    assert (wrong.status_code, unknown.status_code) == (422, 422)
    assert wrong.context["form"].errors == unknown.context["form"].errors
    assert "_auth_user_id" not in client.session


def test_a_deactivated_user_cannot_log_in(client, sanne):
    User.objects.update(is_active=False)
    assert log_in(client).status_code == 422


def test_a_page_asks_to_log_in_first(client, sanne):
    answer = client.get(reverse("profile"))
    assert (answer.status_code, answer.url) == (302, "/accounts/login/?next=/accounts/profile/")


def test_logging_out_takes_a_post(client, sanne):
    log_in(client)
    assert client.get(reverse("logout")).status_code == 405
    assert client.post(reverse("logout")).url == reverse("login")
    assert "_auth_user_id" not in client.session


def test_a_forgotten_password_is_replaced_by_mail_once(client, sanne):
    User.objects.update(language="nl")
    client.post(reverse("password_reset"), {"email": "Sanne@example.com"})
    (message,) = mail.outbox
    link = re.search(r"http://testserver(/\S+)", message.body).group(1)
    form = client.get(link, follow=True).redirect_chain[-1][0]
    wrong = client.post(form, {"new_password1": "12345", "new_password2": "12345"})
    assert wrong.status_code == 422
    passwords = {"new_password1": "een-heel-ander-woord", "new_password2": "een-heel-ander-woord"}
    assert client.post(form, passwords, follow=True).status_code == 200
    assert log_in(client, password="een-heel-ander-woord").status_code == 302
    assert client.get(link).context["validlink"] is False


@pytest.mark.parametrize("active", [True, False])
def test_asking_for_a_password_does_not_tell_who_exists(client, sanne, active):
    User.objects.update(is_active=active)
    url = reverse("password_reset")
    answers = [client.post(url, {"email": email}) for email in ("sanne@example.com", "nobody@example.com")]
    assert {(answer.status_code, answer.url) for answer in answers} == {(302, reverse("password_reset_done"))}
    assert len(mail.outbox) == active


def test_somebody_invited_who_never_chose_a_password_may_ask_for_one(client, db):
    User.objects.create_user("noor@example.com", name="Noor")
    client.post(reverse("password_reset"), {"email": "noor@example.com"})
    assert [message.to for message in mail.outbox] == [["noor@example.com"]]


def test_the_language_of_the_profile_applies_at_once(client, sanne):
    log_in(client)
    answer = client.post(reverse("profile"), {"version": 1, "name": "Sanne", "language": "nl"}, follow=True)
    assert answer.redirect_chain == [(reverse("profile"), 302)]
    assert b'<html lang="nl">' in answer.content
    assert User.objects.values_list("name", "language").get() == ("Sanne", "nl")


@pytest.mark.parametrize("wrong", [{"name": ""}, {"language": "fr"}])
def test_a_wrong_profile_is_refused_and_keeps_the_user(client, sanne, wrong):
    log_in(client)
    answer = client.post(reverse("profile"), {"version": 1, "name": "Sanne", "language": "nl"} | wrong)
    assert answer.status_code == 422
    assert (answer.wsgi_request.user.name, User.objects.get().language) == ("Sanne de Wit", "en")


def test_changing_the_password_keeps_this_session(client, sanne):
    log_in(client)
    values = {
        "old_password": PASSWORD,
        "new_password1": "een-heel-ander-woord",
        "new_password2": "een-heel-ander-woord",
    }
    assert client.post(reverse("password_change"), values | {"old_password": "x"}).status_code == 422
    assert client.post(reverse("password_change"), values).url == reverse("profile")
    assert client.get(reverse("profile")).status_code == 200
    assert User.objects.get().check_password("een-heel-ander-woord")


@pytest.mark.parametrize("name", ["login", "password_reset", "password_reset_done", "password_reset_complete"])
def test_pages_for_visitors_read_only(client, sanne, name, reads_only):
    with reads_only():
        assert client.get(reverse(name)).status_code == 200


def test_a_dead_link_says_so(client, sanne):
    answer = client.get(reverse("password_reset_confirm", args=["MQ", "x-y"]))
    assert (answer.status_code, answer.context["validlink"]) == (200, False)


def test_the_profile_costs_four_statements(client, sanne, django_assert_num_queries):
    log_in(client)
    with django_assert_num_queries(4):  # session, user with role, the role's name, time zone
        client.get(reverse("profile"))


@pytest.mark.parametrize("typed", ["x" * 5000, "\U0001f600" * 300, "a\x00b"])
def test_login_refuses_an_address_nobody_can_have(client, company, typed):
    assert client.post("/accounts/login/", {"username": typed, "password": "wrong"}).status_code == 422


@pytest.mark.parametrize("address", ["/accounts/login/?next=%00", "/accounts/login/?%00=%00"])
def test_login_survives_a_character_the_database_does_not_know(client, company, address):
    answers = {"username": "a@b.example", "password": "wrong", "next": "\x00", "more\x00": "\x00"}
    response = client.post(address, answers, headers={"User-Agent": "x" * 900, "Accept": "y" * 5000})
    assert response.status_code == 422


def test_new_password_is_all_that_is_stored(sanne):
    form = ChangeForm(sanne, {"old_password": PASSWORD, "new_password1": "een-ander-7", "new_password2": "een-ander-7"})
    assert form.is_valid()
    User.objects.update(name="Sanne", is_active=False)  # by an administrator, meanwhile
    form.save()
    stored = User.objects.get()
    assert (stored.name, stored.is_active, stored.check_password("een-ander-7")) == ("Sanne", False, True)
