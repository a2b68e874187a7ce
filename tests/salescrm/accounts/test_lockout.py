"""Guessing: at a password, at who has an account, with mails to somebody else's mailbox (and nobody is locked out)."""

import threading
import unicodedata
from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.core.handlers.wsgi import WSGIHandler
from django.core.signing import dumps
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from salescrm.accounts import browsers, lockout
from salescrm.accounts.lockout import Attempts
from salescrm.models import User

PASSWORD, NEW = "kaas-en-brood-7", "een-heel-ander-woord"
EMAIL = "sanne@example.com"
HASHES = []


class Counted(MD5PasswordHasher):
    """A hasher that keeps count of its work."""

    def encode(self, password, salt):
        HASHES.append(password)
        return super().encode(password, salt)


@pytest.fixture
def sanne(db, company):
    return User.objects.create_user(EMAIL, PASSWORD, name="Sanne de Wit", language="en")


@pytest.fixture
def few(settings):
    """Three free tries for an account."""
    settings.LOGIN_TRIES = 3


def log_in(browser, email=EMAIL, password=PASSWORD, client="192.0.2.1"):
    return browser.post(reverse("login"), {"username": email, "password": password}, REMOTE_ADDR=client)


def guess(times, email=EMAIL, clients=("192.0.2.66",)):
    """The statuses of so many wrong passwords, each from the next of these addresses."""
    return [log_in(Client(), email, "wrong", clients[number % len(clients)]).status_code for number in range(times)]


@pytest.fixture(autouse=True)
def later(monkeypatch):
    """Time stands still, however busy the machine is, until it is moved on: later(minutes=5)."""
    moment = timezone.now()

    def move(**span):
        nonlocal moment
        moment += timedelta(**span)

    monkeypatch.setattr("salescrm.accounts.lockout.timezone", SimpleNamespace(now=lambda: moment))
    return move


def everywhere(number):
    return [f"198.51.100.{last}" for last in range(number)]


# The account


def test_ten_wrong_passwords_from_wherever_then_one_waits(client, sanne):
    assert guess(10, clients=everywhere(10)) == [422] * 10
    refused = log_in(client, "Sanne@Example.COM")
    assert (refused.status_code, refused["Retry-After"]) == (429, "10")
    assert "There were too many attempts. Please try again in 10 seconds." in refused.text
    assert 'value="Sanne@Example.COM"' in refused.text
    assert "_auth_user_id" not in client.session


def test_wait_doubles_up_to_a_quarter_of_an_hour_and_ends(client, sanne, few, later):
    guess(3)
    waits = []
    for _try in range(9):
        waits.append(int(log_in(client, password="wrong")["Retry-After"]))
        later(seconds=waits[-1])
        assert log_in(client, password="wrong").status_code == 422
    assert waits == [10, 20, 40, 80, 160, 320, 640, 900, 900]
    later(seconds=900)
    assert log_in(client).status_code == 302


def test_who_is_refused_stands_in_the_log(sanne, few, caplog):
    guess(4, clients=everywhere(4))
    assert [line.message for line in caplog.records if line.name == "salescrm.accounts.lockout"] == [
        "Too many attempts (account) from 198.51.100.3"
    ]


def test_who_waits_is_not_made_to_wait_longer_by_asking(client, sanne, few, later):
    guess(3)
    guess(20)
    later(seconds=10)
    assert log_in(client).status_code == 302


def test_wait_in_words_is_in_minutes_when_it_is_long(client, sanne, few, later):
    guess(3)
    for _try in range(4):
        later(minutes=20)
        guess(1)
    assert "Please try again in 2 minutes." in log_in(client).text  # 80 seconds


def test_what_was_tried_is_forgotten_and_a_log_in_makes_good_what_was_mistyped(client, sanne, few, later):
    guess(3)
    later(hours=3)
    assert guess(4) == [422, 422, 422, 429]
    later(hours=1)
    assert log_in(client).status_code == 302
    assert guess(4) == [422, 422, 422, 429]


def test_unknown_account_waits_as_a_known_one(sanne, few):
    assert guess(4) == guess(4, "nobody@example.com") == [422, 422, 422, 429]


@pytest.mark.django_db(transaction=True)
def test_many_at_the_same_moment_do_not_slip_past(company, few):
    User.objects.create_user(EMAIL, PASSWORD, name="Sanne")
    together, statuses = threading.Barrier(16), []

    def attempt():
        try:
            together.wait()
            statuses.extend(guess(1))
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt) for _number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [422] * 3 + [429] * 13


# The client


def test_one_client_may_not_try_all_accounts(sanne, settings):
    settings.LOGIN_TRIES_PER_CLIENT = 5
    statuses = [*(guess(1, f"somebody{number}@example.com")[0] for number in range(7))]
    assert statuses == [422] * 5 + [429] * 2
    assert log_in(Client(), client="192.0.2.66").status_code == 429
    assert log_in(Client(), client="192.0.2.67").status_code == 302


def test_right_log_ins_of_a_whole_office_do_not_count(sanne, settings):
    settings.LOGIN_TRIES_PER_CLIENT = 2
    assert [log_in(Client()).status_code for _colleague in range(5)] == [302] * 5
    assert guess(1, clients=["192.0.2.1"]) == [422]
    assert [log_in(Client()).status_code for _colleague in range(3)] == [302] * 3


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True), ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True), ("::1", "::1", True), ("192.0.2.1", "192.0.2.2", False),
        ("fe80::1%eth0", "fe80::2", True), ("rubbish", "192.0.2.1", False),
    ],
)  # fmt: skip
def test_client_is_an_address_or_a_network_of_one_line(rf, one, other, same):
    clients = [lockout.client_of(rf.get("/", REMOTE_ADDR=address)) for address in (one, other)]
    assert (clients[0] == clients[1]) is same


@pytest.mark.parametrize(
    ("trusted", "client"), [(True, "203.0.113.9"), (False, "192.0.2.1")], ids=["trusted proxy", "no proxy"]
)
def test_client_behind_a_trusted_proxy_is_who_the_proxy_saw(rf, settings, trusted, client):
    settings.TRUST_PROXY = trusted
    request = rf.get("/", REMOTE_ADDR="192.0.2.1", headers={"X-Forwarded-For": "10.9.9.9, 203.0.113.9"})
    assert lockout.client_of(request) == client


def test_without_an_address_nobody_is_counted_for_everybody(sanne, settings):
    settings.LOGIN_TRIES_PER_CLIENT = 1
    assert guess(3, clients=[""]) == [422] * 3


# A browser that is known


def test_stranger_does_not_lock_out_a_browser_that_logged_in_before(client, sanne, few):
    log_in(client)
    client.post(reverse("logout"))
    assert guess(4, clients=everywhere(4)) == [422, 422, 422, 429]
    assert log_in(Client()).status_code == 429
    assert log_in(client, "SANNE@example.com").status_code == 302


def test_known_browser_has_a_limit_of_its_own(client, sanne, few):
    log_in(client)
    client.post(reverse("logout"))
    assert [log_in(client, password="wrong").status_code for _try in range(4)] == [422, 422, 422, 429]
    assert log_in(client).status_code == 429
    assert log_in(Client()).status_code == 302


def test_known_browser_is_known_to_its_own_accounts_only(client, sanne, few, later):
    User.objects.create_user("bob@example.com", PASSWORD, name="Bob")
    log_in(client, "bob@example.com")
    client.post(reverse("logout"))
    guess(3)
    assert log_in(client).status_code == 429
    later(hours=4)
    log_in(client)
    client.post(reverse("logout"))
    guess(3)
    guess(3, "bob@example.com")
    assert [log_in(client, email).status_code for email in (EMAIL, "bob@example.com")] == [302, 302]


def test_new_password_makes_every_other_browser_a_stranger(client, sanne, few):
    other = Client()
    for browser in (client, other):
        log_in(browser)
    client.post(reverse("password_change"), {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW})
    client.post(reverse("logout"))
    guess(3)
    assert [log_in(browser, password=NEW).status_code for browser in (other, client)] == [429, 302]


def test_who_chose_a_password_by_mail_is_known(client, sanne, few):
    guess(3)
    client.post(reverse("password_reset"), {"email": EMAIL})
    link = mail.outbox[0].body.split("http://testserver")[1].split()[0]
    form = client.get(link, follow=True).redirect_chain[-1][0]
    client.post(form, {"new_password1": NEW, "new_password2": NEW})
    assert log_in(Client(), password=NEW).status_code == 429
    assert log_in(client, password=NEW).status_code == 302


def test_cookie_of_a_known_browser_is_kept_from_scripts_and_from_others(client, sanne, few, settings):
    settings.SESSION_COOKIE_SECURE = True
    cookie = log_in(client).cookies[browsers.COOKIE]
    assert (cookie["httponly"], cookie["secure"], cookie["samesite"]) == (True, True, "Lax")
    guess(3)
    forged = Client()
    for value in (cookie.value[:-1] + ("A" if cookie.value[-1] != "A" else "B"), "x", dumps({}, salt="other")):
        forged.cookies[browsers.COOKIE] = value
        assert log_in(forged).status_code == 429


def test_cookie_stays_small_however_many_share_a_browser(client, sanne):
    for number in range(browsers.MOST + 2):
        User.objects.create_user(f"user{number}@example.com", PASSWORD, name="One of many")
        cookie = log_in(client, f"user{number}@example.com").cookies[browsers.COOKIE]
        client.post(reverse("logout"))
    assert len(cookie.value) < 1000


# The same work for everybody


@pytest.mark.parametrize("who", ["known", "unknown", "inactive", "invited", "without role"])
def test_wrong_password_costs_the_same_for_everybody(client, sanne, settings, who):
    settings.PASSWORD_HASHERS = [f"{__name__}.Counted"]
    sanne.set_password(None if who == "invited" else PASSWORD)
    sanne.is_active = who != "inactive"
    sanne.save()
    client.get(reverse("login"))
    HASHES.clear()
    with CaptureQueriesContext(connection) as statements:
        answer = log_in(client, "nobody@example.com" if who == "unknown" else EMAIL, "wrong")
    counted = [line["sql"].split()[0] for line in statements if "SAVEPOINT" not in line["sql"]]
    assert (answer.status_code, len(HASHES), len(counted)) == (422, 1, 6)  # two rows, what is old, the user


def test_inactive_account_does_the_same_work_with_its_right_password(client, sanne, settings):
    settings.PASSWORD_HASHERS = [f"{__name__}.Counted"]
    sanne.set_password(PASSWORD)
    sanne.is_active = False
    sanne.save()
    HASHES.clear()
    answer = log_in(client)
    assert (answer.status_code, len(HASHES)) == (422, 1)
    assert "do not belong together" in answer.text


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("email", [EMAIL, "nobody@example.com"])
def test_mail_is_made_after_the_answer_has_left(rf, sanne, email):
    """As a server does it: the head, the body, and only then the end of the request."""
    rf.cookies["csrftoken"] = token = "t" * 32
    request = rf.post(reverse("password_reset"), {"email": email, "csrfmiddlewaretoken": token})
    head = []
    with CaptureQueriesContext(connection) as statements:
        answer = WSGIHandler()(request.environ, lambda status, headers: head.append(status))
        body = b"".join(answer)
    assert (head, body, mail.outbox) == (["302 Found"], b"", [])
    assert [line["sql"] for line in statements if "salescrm_user" in line["sql"]] == []
    answer.close()
    assert len(mail.outbox) == (email == EMAIL)


def test_mail_that_cannot_be_sent_is_logged(client, sanne, settings, caplog):
    settings.MAILERS = {"default": {"BACKEND": "tests.invoicing.broken_mail.EmailBackend"}}
    assert client.post(reverse("password_reset"), {"email": EMAIL}).status_code == 302
    assert "could not be sent: please run connect() first" in caplog.text


# Mails


@pytest.mark.parametrize("email", [EMAIL, "nobody@example.com"])
def test_mails_to_one_address_are_limited_whoever_asks(sanne, email, later):
    url = reverse("password_reset")
    answers = [Client().post(url, {"email": email}, REMOTE_ADDR=f"192.0.2.{number}") for number in range(5)]
    assert [answer.status_code for answer in answers] == [302] * 3 + [429] * 2
    assert answers[-1]["Retry-After"] == "300"
    assert "Please try again in 5 minutes." in answers[-1].text
    assert len(mail.outbox) == (3 if email == EMAIL else 0)
    later(minutes=5)
    assert Client().post(url, {"email": email.upper()}).status_code == 302


def test_mails_that_one_client_asks_for_are_limited(sanne):
    url = reverse("password_reset")
    answers = [Client().post(url, {"email": f"user{number}@example.com"}) for number in range(11)]
    assert [answer.status_code for answer in answers] == [302] * 10 + [429]


# The old password


def test_old_password_is_not_to_be_guessed_at_either(client, sanne, few, later):
    log_in(client)
    values = {"new_password1": NEW, "new_password2": NEW}
    tries = [client.post(reverse("password_change"), values | {"old_password": "wrong"}) for _try in range(4)]
    assert [answer.status_code for answer in tries] == [422, 422, 422, 429]
    refused = client.post(reverse("password_change"), values | {"old_password": PASSWORD})
    assert (refused.status_code, refused["Retry-After"]) == (429, "10")
    assert "Please try again in 10 seconds." in refused.text
    later(seconds=10)
    assert client.post(reverse("password_change"), values | {"old_password": PASSWORD}).status_code == 302


# What is stored


def test_nothing_that_is_counted_tells_who_tried_and_old_rows_go(sanne, later):
    guess(2)
    rows = Attempts.objects.values_list("key", flat=True)
    assert len(rows) == 2
    assert not [key for key in rows if "sanne" in key or "192" in key]
    guess(3, "nobody@example.com", ["198.51.100.1"])
    later(days=1)
    guess(1, "bob@example.com", ["198.51.100.2"])
    assert Attempts.objects.count() == 2


def test_row_is_forgotten_within_a_day_however_often_was_tried(sanne, later):
    for _try in range(40):
        guess(1)
        later(minutes=15)
    later(days=1)
    guess(1, "bob@example.com")
    assert Attempts.objects.count() == 2


# What a password is made of


@pytest.mark.parametrize(
    "password",
    [
        "sanne@example.comsanne@example.com", "sanne@example.com1", "SanneSanneSanne", "moc.elpmaxe@ennas",
        "ennasennas12", "Sanne-de-Wit-2026", "Bakkerij2026!", "example.example", "Sânne.Sânne!",
    ],
)  # fmt: skip
def test_password_is_not_made_of_what_everybody_knows(client, sanne, company, password):
    type(company).objects.update(name="Bakkerij Bakker")
    log_in(client)
    values = {"old_password": PASSWORD, "new_password1": password, "new_password2": password}
    answer = client.post(reverse("password_change"), values)
    assert (answer.status_code, [*answer.context["form"].errors]) == (422, ["new_password2"])


@pytest.mark.parametrize("password", ["sanne-lust-geen-spruitjes", "wit-bestelbusje-om-de-hoek", "kaas-en-brood-8"])
def test_password_may_hold_such_a_word_among_others(client, sanne, company, password):
    log_in(client)
    values = {"old_password": PASSWORD, "new_password1": password, "new_password2": password}
    assert client.post(reverse("password_change"), values).status_code == 302


def test_password_of_any_length_is_judged_by_its_beginning(client, sanne, company, monkeypatch):
    sizes, normalize = [], unicodedata.normalize
    monkeypatch.setattr(unicodedata, "normalize", lambda form, text: sizes.append(len(text)) or normalize(form, text))
    log_in(client)
    password = "kaas\u094d\u093c" * 5000  # putting these marks in order costs the square of their number
    values = {"old_password": PASSWORD, "new_password1": password, "new_password2": password}
    assert client.post(reverse("password_change"), values).status_code == 302
    assert 0 < max(sizes) <= 3000


def test_what_an_older_version_kept_about_attempts_is_gone(db):
    """Its tables held addresses and what was typed; forgotten are its migrations too, so that it can come back."""
    (operation,) = import_module("salescrm.migrations.0007_attempts_of_axes").Migration.operations
    with connection.schema_editor() as editor:
        editor.execute("CREATE TABLE axes_accesslog (username varchar)")
        editor.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('axes', '0001_initial', now())")
        operation.database_forwards("salescrm", editor, None, None)
    assert [name for name in connection.introspection.table_names() if name.startswith("axes")] == []
    assert not MigrationRecorder.Migration.objects.filter(app="axes").exists()
