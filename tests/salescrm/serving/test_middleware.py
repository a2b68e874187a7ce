"""Log-in by default, the user's own language, and what a request may cost before its view starts."""

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import RequestFactory
from django.urls import reverse
from django_htmx.middleware import HtmxDetails

from salescrm.models import User
from salescrm.pages import leave
from salescrm.refusals import Forbidden, Missing
from salescrm.serving.middleware import domain_refusals


@pytest.fixture
def dutch(db):
    return User.objects.create_user("piet@example.com", "right password", language="nl")


@pytest.fixture
def english(db):
    return User.objects.create_user("anna@example.com", "right password", language="en")


def test_anonymous_is_sent_to_the_login_page(client):
    response = client.get(reverse("profile"))

    assert (response.status_code, response.url) == (302, f"{reverse('login')}?next={reverse('profile')}")


@pytest.mark.parametrize("browser", ["en", "nl"])
def test_language_is_the_users_own(client, dutch, english, browser):
    languages = []
    for user in (dutch, english):
        client.force_login(user)
        languages.append(client.get("/no-such-page/", headers={"accept-language": browser}).headers["Content-Language"])

    assert languages == ["nl", "en"]


@pytest.mark.parametrize("browser", ["en", "nl"])
def test_language_before_login_is_the_browsers(client, browser):
    response = client.get("/no-such-page/", headers={"accept-language": browser})

    assert response.headers["Content-Language"] == browser
    assert f'<html lang="{browser}">' in response.text


def test_a_request_reads_session_and_user_once(client, dutch, django_assert_num_queries, reads_only):
    client.force_login(dutch)

    with django_assert_num_queries(2), reads_only():
        client.get("/no-such-page/")


@pytest.mark.parametrize(
    ("headers", "status", "header"), [({}, 302, "Location"), ({"HX-Request": "true"}, 200, "HX-Redirect")]
)
def test_leave_goes_to_another_page(headers, status, header):
    request = RequestFactory().post("/", headers=headers)
    request.htmx = HtmxDetails(request)

    response = leave(request, "login")

    assert (response.status_code, response.headers[header]) == (status, reverse("login"))


@pytest.mark.parametrize(("refusal", "error"), [(Missing, Http404), (Forbidden, PermissionDenied)])
def test_what_the_domain_refuses_is_an_error_of_http_in_pages(refusal, error):
    translate = domain_refusals(lambda request: None).process_exception
    with pytest.raises(error):
        translate(RequestFactory().get("/"), refusal("for a reason"))


def test_what_the_domain_does_not_refuse_stays_what_it_was():
    translate = domain_refusals(lambda request: None).process_exception
    assert translate(RequestFactory().get("/"), ValueError("ours")) is None
