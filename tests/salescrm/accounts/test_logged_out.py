"""A session that has ended: nothing typed is lost, nothing is done in silence, and nobody lands on a bare error."""

import json
import time

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from salescrm.accounts.logged_out import COOKIE, LITTLE, MOST
from salescrm.models import User

HERE = "http://testserver"
LOST = "You were logged out. What you sent last has not been carried out."
PROFILE, LOGIN = "/accounts/profile/", "/accounts/login/"


@pytest.fixture
def anna(db):
    return User.objects.create_user("anna@example.com", "right password", name="Anna", language="en")


def offered(response):
    """What the messages of an answer say, and what their buttons would send."""
    return [(str(one), json.loads(one.extra_tags or "{}")) for one in get_messages(response.wsgi_request)]


def log_in(client, response):
    return client.post(response["Location"], {"username": "anna@example.com", "password": "right password"})


def test_htmx_request_stays_on_its_page_and_says_why(client, db):
    for method in (client.get, client.post):
        response = method(PROFILE, headers={"hx-request": "true"})

        assert (response.status_code, response.headers.get("HX-Refresh")) == (401, None)
        assert 'role="alert"' in response.text
        assert "what you typed is still here" in response.text
        assert f'<a href="{LOGIN}" target="_blank">' in response.text


@pytest.mark.parametrize(
    ("referer", "origin"),
    [
        (f"{HERE}/sales/3/?page=2", "/sales/3/%3Fpage%3D2"),
        (f"{HERE}/sales/", "/sales/"),
        ("https://elsewhere.example/sales/", "/"),
        ("//elsewhere.example/sales/", "/"),
        (f"{HERE}//elsewhere.example/sales/", "/"),
        (f"{HERE}/nowhere/", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_form_leads_back_to_the_page_it_was_sent_from_never_elsewhere(client, db, referer, origin):
    response = client.post("/sales/3/step-done/", {"version": 1}, headers={"referer": referer})

    assert (response.status_code, response["Location"]) == (302, f"{LOGIN}?next={origin}")


def test_after_the_log_in_the_page_tells_and_offers_to_send_again(client, anna):
    typed = {"name": "Anna Bos", "language": ["nl", "en"], "csrfmiddlewaretoken": "x"}
    refused = client.post(f"{PROFILE}?a=1", typed, headers={"referer": f"{HERE}{PROFILE}"})
    sign = client.get(refused["Location"])
    page = log_in(client, refused)
    page = client.get(page["Location"])

    assert LOST not in sign.text
    assert "You were logged out. Log in to go on." in sign.text
    assert "You were logged out" not in client.get(LOGIN).text
    assert page.request["PATH_INFO"] == PROFILE
    assert LOST in page.text
    assert f'<form method="post" action="{PROFILE}?a=1">' in page.text
    for name, value in (("name", "Anna Bos"), ("language", "nl"), ("language", "en")):
        assert f'<input type="hidden" name="{name}" value="{value}">' in page.text
    assert 'value="x"' not in page.text
    anna.refresh_from_db()
    assert anna.name == "Anna"


@pytest.mark.parametrize("more", [0, 1])
@pytest.mark.parametrize(("known", "most"), [(True, MOST), (False, LITTLE)], ids=["logged in before", "stranger"])
def test_long_text_is_offered_too_and_endless_text_is_not(client, anna, known, most, more):
    if known:
        log_in(client, {"Location": LOGIN})
        del client.cookies["sessionid"]
    text = "n" * (most - len("text") + more)
    response = client.post(PROFILE, {"text": text})
    assert offered(response)[0][0] == LOST
    assert [tag.get("pairs") for _text, tag in offered(response)] == [None if more else [["text", text]]]


def test_names_count_too_for_what_is_too_long(db):
    response = Client().post(PROFILE, f"{'n' * MOST}=a", content_type="application/x-www-form-urlencoded")

    assert offered(response) == [(LOST, {})]


def test_only_the_last_one_is_offered_and_other_messages_stay(client, anna):
    log_in(client, {"Location": LOGIN})
    client.post(PROFILE, {"version": 1, "name": "Anna", "language": "en"})  # told on the next page, which is not opened
    del client.cookies["sessionid"]
    client.post(reverse("password_change"), {"old_password": "a"})
    for name in ("First", "Second"):
        refused = client.post(PROFILE, {"name": name}, headers={"referer": f"{HERE}{PROFILE}"})
    page = client.get(log_in(client, refused)["Location"])

    assert page.text.count(LOST) == 1
    assert "Your profile is saved." in page.text
    assert 'value="Second"' in page.text
    assert 'value="First"' not in page.text


def end_the_session(client):
    """Anna was logged in on this browser; her session ends while she types."""
    log_in(client, {"Location": LOGIN})
    del client.cookies["sessionid"]
    return client.post(PROFILE, {"name": "Secret"}, headers={"referer": f"{HERE}{PROFILE}"})


def test_what_was_typed_is_offered_to_the_same_user_only(client, anna):
    User.objects.create_user("bob@example.com", "right password", name="Bob", language="en")
    page = client.get(log_in(client, end_the_session(client))["Location"])
    assert 'value="Secret"' in page.text

    refused = end_the_session(client)
    client.post(refused["Location"], {"username": "bob@example.com", "password": "right password"})
    page = client.get(PROFILE)
    assert "bob@example.com" in page.text
    assert LOST in page.text
    assert "Secret" not in page.text
    assert "Send it again" not in page.text


@pytest.mark.parametrize(("minutes", "there"), [(14, True), (16, False)])
def test_what_was_typed_is_offered_for_a_quarter_of_an_hour(client, anna, monkeypatch, minutes, there):
    page = log_in(client, end_the_session(client))
    later = time.time() + minutes * 60
    monkeypatch.setattr("salescrm.toasts.time.time", lambda: later)

    assert ("Secret" in client.get(page["Location"]).text) is there


def test_rubbish_for_the_last_user_is_nobody(client, db):
    client.cookies[COOKIE] = "rubbish"

    assert [tag["whose"] for _text, tag in offered(client.post(PROFILE, {"name": "Anna"}))] == [None]


def test_passwords_are_never_kept(client, db):
    response = client.post(reverse("password_change"), {"old_password": "a", "new_password1": "b"})

    assert offered(response) == [(LOST, {})]


def test_log_out_after_the_end_of_the_session_is_just_that(client, db):
    response = client.post(reverse("logout"))

    assert (response["Location"], offered(response)) == (LOGIN, [])


def test_form_without_its_token_is_not_offered_again(db):
    response = Client(enforce_csrf_checks=True).post("/sales/3/step-done/", {"version": 1})

    assert (response.status_code, response["Location"]) == (302, f"{LOGIN}?next=/")
    assert offered(response) == [(LOST, {})]


def test_form_without_its_token_of_somebody_logged_in_is_refused_and_htmx_may_try_again(anna):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(anna, backend="salescrm.accounts.backends.RoleBackend")

    assert browser.post(PROFILE).status_code == 403
    assert browser.post(PROFILE, headers={"hx-request": "true"}).status_code == 401
    assert Client(enforce_csrf_checks=True).post(LOGIN).status_code == 403


def stale(client, path, typed, origin=HERE):
    """A form with the token of before the last log-in."""
    return client.post(path, typed, headers={"origin": origin, "referer": f"{HERE}{PROFILE}"})


def test_form_of_before_the_last_log_in_is_offered_again_on_its_page(anna):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(anna, backend="salescrm.accounts.backends.RoleBackend")
    response = stale(browser, PROFILE, {"name": "Anna Bos"})
    page = browser.get(response["Location"])

    assert (response.status_code, response["Location"]) == (302, PROFILE)
    assert "This page was from before your last log-in. What you sent has not been carried out." in page.text
    assert '<input type="hidden" name="name" value="Anna Bos">' in page.text
    anna.refresh_from_db()
    assert anna.name == "Anna"


def test_form_of_before_the_last_log_in_never_leads_elsewhere(anna):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(anna, backend="salescrm.accounts.backends.RoleBackend")
    headers = {"origin": HERE, "referer": f"{HERE}//elsewhere.example/"}

    assert browser.post(PROFILE, {"name": "Anna Bos"}, headers=headers)["Location"] == "/"


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", "https://testserver"])
def test_form_from_elsewhere_is_never_offered(anna, origin):
    browser = Client(enforce_csrf_checks=True)
    assert offered(stale(browser, PROFILE, {"name": "Evil"}, origin)) == [(LOST, {})]

    browser.force_login(anna, backend="salescrm.accounts.backends.RoleBackend")
    response = stale(browser, PROFILE, {"name": "Evil"}, origin)
    assert response.status_code == 403
    assert "Go back and copy what you typed" in response.text
    assert "Evil" not in response.text


def test_form_of_a_page_of_ours_is_offered_after_the_log_in_though_its_token_is_gone(db):
    response = stale(Client(enforce_csrf_checks=True), PROFILE, {"name": "Anna Bos"})

    assert [(text, tag["pairs"]) for text, tag in offered(response)] == [(LOST, [["name", "Anna Bos"]])]


def test_htmx_request_of_before_the_last_log_in_is_not_told_to_log_in(anna):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(anna, backend="salescrm.accounts.backends.RoleBackend")
    response = browser.post(PROFILE, headers={"hx-request": "true"})

    assert "This page was from before your last log-in. Send it again." in response.text
    assert "You are logged out" not in response.text
    assert LOGIN not in response.text


def test_address_that_only_takes_forms_says_so(client, anna):
    client.force_login(anna, backend="salescrm.accounts.backends.RoleBackend")
    response = client.get(reverse("logout"))

    assert (response.status_code, response["Allow"]) == (405, "POST, OPTIONS")
    assert "<h1>Nothing to see at this address</h1>" in response.text
    assert client.head(reverse("logout")).content == b""
