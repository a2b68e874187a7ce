"""What somebody saw who was logged in is kept by no browser and no proxy; tests/site/test_site.py asks every page."""

import pytest
from django.urls import reverse


@pytest.mark.parametrize(
    ("address", "status"),
    [("/accounts/profile/", 200), ("/nowhere/", 404), ("/sales/?colour=red", 400), ("/settings/", 403)],
)
def test_page_of_somebody_logged_in_is_not_kept_and_neither_is_one_that_says_no(
    manager, as_user, company, address, status
):
    answer = as_user(manager).get(address)

    assert (answer.status_code, answer["Cache-Control"]) == (status, "private, no-store")
    assert ("ETag" in answer, "Last-Modified" in answer) == (False, False)


def test_log_out_and_pages_for_everybody_have_their_own(client, company):
    assert "Cache-Control" not in client.get(reverse("password_reset"))
    assert "no-store" in client.get(reverse("login"))["Cache-Control"]
