"""The first run: the command, and /setup/ while there is no user (rule 24)."""

import logging

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.urls import reverse

from relations.models import RelationType
from sales.models import Phase
from salescrm.accounts.logged_out import COOKIE
from salescrm.accounts.users import role_of
from salescrm.models import Organisation, User
from salescrm.organisation.first_run import set_up, set_up_code

PASSWORD = "kaas-en-brood-7"
GIVEN = {"organisation": "Bakkerij Bakker", "language": "nl", "email": "Ad@Example.com", "name": "Ad Mink"}


@pytest.fixture(autouse=True)
def _announce_anew():
    cache.clear()


@pytest.fixture
def answers(db):
    return GIVEN | {"password1": PASSWORD, "password2": PASSWORD, "code": set_up_code()}


def assert_set_up():
    administrator = User.objects.get()
    assert (administrator.email, administrator.name, administrator.language) == ("ad@example.com", "Ad Mink", "nl")
    assert (role_of(administrator), administrator.check_password(PASSWORD)) == ("administrator", True)
    assert Organisation.objects.values_list("name", "language").get() == ("Bakkerij Bakker", "nl")
    assert list(Phase.objects.values_list("name", "probability")) == [
        ("Kennismaken", 10), ("Presenteren", 25), ("Voorstel", 50), ("Onderhandelen", 75), ("Opdracht", 100),
    ]  # fmt: skip
    assert RelationType.objects.get(is_default=True).name == "Prospect"


def test_the_command_makes_everything_and_refuses_a_second_time(db, monkeypatch, capsys):
    monkeypatch.setenv("SETUP_PASSWORD", PASSWORD)
    call_command("setup", **GIVEN, no_input=True)
    assert_set_up()
    assert "ad@example.com" in capsys.readouterr().out
    with pytest.raises(CommandError):
        call_command("setup", **GIVEN | {"email": "second@example.com"}, no_input=True)
    assert_set_up()


def test_the_command_asks_what_is_not_given(db, monkeypatch):
    answers = iter(["Bakkerij Bakker", "nl", "Ad Mink", "ad@example.com"])
    monkeypatch.setattr("builtins.input", lambda prompt: next(answers))
    monkeypatch.setattr("getpass.getpass", lambda prompt: PASSWORD)
    call_command("setup")
    assert_set_up()


@pytest.mark.parametrize("wrong", [{"email": "nobody"}, {"organisation": " "}, {"name": ""}])
def test_the_command_refuses_wrong_values(db, monkeypatch, wrong):
    monkeypatch.setenv("SETUP_PASSWORD", PASSWORD)
    with pytest.raises(CommandError):
        call_command("setup", **GIVEN | wrong, no_input=True)
    assert not User.objects.exists()


def test_the_command_refuses_a_weak_password(db, monkeypatch):
    monkeypatch.setenv("SETUP_PASSWORD", "12345")
    with pytest.raises(CommandError):
        call_command("setup", **GIVEN, no_input=True)
    assert not Organisation.objects.exists()


def test_a_second_set_up_is_refused_by_the_domain(administrator):
    with pytest.raises(ValidationError):
        set_up(**GIVEN, password=PASSWORD)
    assert User.objects.get() == administrator


def test_log_in_leads_to_the_set_up_page_which_reads_only(client, db, reads_only, caplog):
    with reads_only(), caplog.at_level(logging.WARNING):
        answer = client.get(reverse("login"), follow=True)
    assert answer.redirect_chain == [("/setup/", 302)]
    assert caplog.text.count(set_up_code()) == 1
    assert set_up_code() not in answer.content.decode()


def test_the_page_sets_up_logs_in_and_is_gone(client, answers):
    answer = client.post(reverse("setup"), answers)
    assert (answer.status_code, answer.url) == (302, "/")
    assert_set_up()
    assert client.session["_auth_user_id"] == str(User.objects.get().pk)
    assert COOKIE in answer.cookies  # what is typed when the session has ended is offered to nobody else
    assert client.get(reverse("setup")).status_code == 404
    assert client.post(reverse("setup"), answers).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [{"code": "aaaa-bbbb-cccc-dddd"}, {"code": ""}, {"password2": "another"}, {"email": "x"}, {"language": "fr"},
     {"password1": "12345", "password2": "12345"}],
)  # fmt: skip
def test_the_page_refuses_a_wrong_code_or_wrong_values(client, answers, wrong):
    assert client.post(reverse("setup"), answers | wrong).status_code == 422
    assert not User.objects.exists()


def test_wrong_codes_are_limited_for_who_sends_them(client, answers):
    tries = [client.post(reverse("setup"), answers | {"code": "wrong"}).status_code for _try in range(11)]
    assert tries == [422] * 10 + [429]
    refused = client.post(reverse("setup"), answers)
    assert (refused.status_code, 0 < int(refused["Retry-After"]) <= 60) == (429, True)
    assert "Please try again in" in refused.text
    assert not User.objects.exists()
    assert client.post(reverse("setup"), answers, REMOTE_ADDR="192.0.2.7").status_code == 302


def test_password_is_not_made_of_the_new_organisation(client, answers, monkeypatch):
    made_of_it = {"password1": "Bakkerij-Bakker-2026", "password2": "Bakkerij-Bakker-2026"}
    refused = client.post(reverse("setup"), answers | made_of_it)
    assert (refused.status_code, [*refused.context["form"].errors]) == (422, ["password2"])
    monkeypatch.setenv("SETUP_PASSWORD", "Bakkerij-Bakker-2026")
    with pytest.raises(CommandError, match="mostly your own name"):
        call_command("setup", **GIVEN, no_input=True)


def test_once_there_is_a_user_no_page_asks(client, administrator, django_assert_num_queries):
    assert client.get(reverse("setup")).status_code == 404
    with django_assert_num_queries(1):
        assert client.get(reverse("login")).status_code == 200
