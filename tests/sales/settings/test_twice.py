"""A create form of Settings sent twice makes one record, and is answered as the first time (rule 6)."""

import threading
from threading import Barrier
from uuid import uuid4

import pytest
from django.core import mail
from django.db import connection
from django.urls import reverse

from sales.defaults import install_defaults
from sales.models import Phase, Source
from salescrm import versions
from salescrm.models import Creation, Team, User
from tests.factories import UserFactory

FORMS = {
    "source": (["row-new", "sources"], {"name": "Flyer"}, Source),
    "phase": (["row-new", "phases"], {"name": "Demo", "colour": "pink", "probability": "60"}, Phase),
    "team": (["team-new"], {"name": "North"}, Team),
    "user": (
        ["user-new"], {"name": "Noor", "email": "noor@firma.example", "language": "nl", "role": "salesperson"}, User,
    ),
}  # fmt: skip


@pytest.fixture
def admin(company, as_user, administrator):
    return as_user(administrator)


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "dialog"])
@pytest.mark.parametrize("form", FORMS)
def test_sent_twice_is_one_record_and_the_same_answer(admin, form, headers):
    (name, *args), values, model = FORMS[form]
    url = reverse(f"settings:{name}", args=args)
    token = admin.get(url).context["token"]
    before = model.objects.count()
    answers = [admin.post(url, values | {"token": token}, headers=headers) for _click in range(2)]
    assert len({(answer.status_code, answer.get("Location"), answer.get("HX-Redirect")) for answer in answers}) == 1
    assert (answers[0].status_code, model.objects.count()) == (200 if headers else 302, before + 1)
    assert len(mail.outbox) == (form == "user")
    again = admin.post(url, values | {"token": uuid4()})
    assert (again.status_code, model.objects.count()) == (422, before + 1)


@pytest.mark.parametrize("form", FORMS)
def test_refused_form_keeps_its_token(admin, form):
    (name, *args), _values, _model = FORMS[form]
    token = uuid4()
    answer = admin.post(reverse(f"settings:{name}", args=args), {"token": token, "name": ""})
    assert (answer.status_code, f'value="{token}"' in answer.content.decode()) == (422, True)
    assert not Creation.objects.exists()


def test_token_names_a_record_of_its_own_kind_that_is_still_there(admin):
    token, url = uuid4(), reverse("settings:team-new")
    admin.post(url, {"token": token, "name": "North"})
    Team.objects.all().delete()
    assert versions.made_before(token, Team) is None
    assert versions.made_before(token, Source) is None


@pytest.mark.parametrize("form", ["source", "team", "user"])
def test_sent_again_after_its_record_was_deleted_makes_another_one_once(admin, form):
    (name, *args), values, model = FORMS[form]
    url, before, values = reverse(f"settings:{name}", args=args), model.objects.count(), values | {"token": uuid4()}
    for _time in range(3):
        assert [admin.post(url, values).status_code for _click in range(2)] == [302, 302]
        model.objects.get(name=values["name"]).delete()
    assert model.objects.count() == before


@pytest.mark.django_db(transaction=True)
def test_sent_twice_at_the_same_moment_is_one():
    token, made, start = uuid4(), [], threading.Barrier(2)

    def send():
        start.wait()
        try:
            made.append(versions.once(token, Team, lambda: Team.objects.create(name="North")).pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _click in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(made), len(set(made)), Team.objects.count(), Creation.objects.count()) == (2, 1, 1, 1)


@pytest.mark.django_db(transaction=True)
def test_user_added_twice_at_the_same_moment_is_invited_once(as_user):
    install_defaults("en")
    (name, *_args), values, _model = FORMS["user"]
    browsers, token, start = [as_user(UserFactory(role="administrator")) for _click in range(2)], uuid4(), Barrier(2)

    def send(browser):
        start.wait()
        try:
            browser.post(reverse(f"settings:{name}"), values | {"token": token})
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=[browser]) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (User.objects.filter(email=values["email"]).count(), len(mail.outbox)) == (1, 1)
