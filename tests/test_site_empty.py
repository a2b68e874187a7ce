"""The pages of a company that has only just started, and those before the log-in."""

import pytest
from django.urls import reverse

from sales.defaults import install_defaults
from salescrm.models import User
from tests.filled import people
from tests.pages import check
from tests.test_access import urls
from tests.test_site import ALONE, LANGUAGES, PAGES


@LANGUAGES
@pytest.mark.parametrize("name", ALONE)
def test_page_before_the_log_in(client, reads_only, company, administrator, name, language):
    url = reverse(name) if name != "password_reset_confirm" else reverse(name, args=["x", "y"])
    with reads_only():
        response = client.get(url, headers={"Accept-Language": language})
    check(response, language)


@LANGUAGES
@pytest.mark.parametrize("name", sorted({name for name, arguments in urls() if not arguments} & {*PAGES} - {*ALONE}))
def test_page_of_an_empty_company(db, as_user, reads_only, name, language):
    install_defaults("nl")
    user = people()["administrator"]
    User.objects.update(language=language)
    browser = as_user(user)
    with reads_only():
        response = browser.get(reverse(name))
    assert response.status_code == 200
    check(response, language)
