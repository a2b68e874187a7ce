"""Sessions are read by a written-out statement."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from salescrm.accounts.sessions import SessionStore

pytestmark = pytest.mark.django_db


@pytest.fixture
def key():
    store = SessionStore()
    store["colour"] = "green"
    store.save()
    return store.session_key


def test_holds_what_was_stored_for_one_statement(key, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert SessionStore(key)["colour"] == "green"


def test_one_that_has_ended_holds_nothing_and_loses_its_key(key):
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    store = SessionStore(key)
    assert "colour" not in store
    assert store.session_key is None


def test_one_that_is_unknown_gets_a_new_key_when_it_is_used():
    store = SessionStore("a" * 32)
    store["colour"] = "red"
    store.save()
    assert store.session_key not in (None, "a" * 32)
    assert SessionStore(store.session_key)["colour"] == "red"
