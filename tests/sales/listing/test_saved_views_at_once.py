"""A saved view that was changed in another window, or by who may stop its sharing, is not overwritten in silence."""

from functools import partial
from uuid import uuid4

import pytest

from sales.listing import saved_views
from sales.models import SavedView
from salescrm.versions import Stale
from tests.factories import UserFactory
from tests.sales.test_concurrency import together


@pytest.fixture
def view(salesperson):
    return saved_views.save(name="Big ones", query="status=open", shared=True, by=salesperson)


def stored():
    view = SavedView.objects.get()
    return view.name, view.query, view.shared, view.version


def test_second_window_is_refused(view, salesperson):
    saved_views.change(view, name="Larger", shared=True, version=1, by=salesperson)
    with pytest.raises(Stale) as stale:
        saved_views.update(view, query="status=lost", version=1, by=salesperson)
    assert (stale.value.current.name, stored()) == ("Larger", ("Larger", "status=open", True, 2))


def test_sent_twice_is_one_change(view, salesperson):
    for _click in range(2):
        saved_views.change(view, name="Larger", shared=False, version=1, by=salesperson)
    for _click in range(2):
        saved_views.update(view, query="status=lost", version=2, by=salesperson)
    assert stored() == ("Larger", "status=lost", False, 3)


def test_sharing_that_was_stopped_does_not_come_back_by_renaming(view, salesperson, manager):
    for _click in range(2):
        saved_views.stop_sharing(view, by=manager)
    with pytest.raises(Stale, match="Mila Brand changed this view"):
        saved_views.change(view, name="Larger", shared=True, version=1, by=salesperson)
    assert stored() == ("Big ones", "status=open", False, 2)


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "part"])
def test_stale_name_is_409_with_theirs_beside_yours(view, desk, manager, headers):
    saved_views.stop_sharing(view, by=manager)
    url, typed = f"/sales/views/{view.pk}/", {"name": "Larger", "shared": "on"}
    answer = desk.post(url, {**typed, "version": 1}, headers=headers)
    text = answer.content.decode()
    assert (answer.status_code, "Mila Brand changed this view after you opened it" in text) == (409, True)
    assert ('value="Larger"' in text, 'name="version" value="2"' in text) == (True, True)
    assert [(row.name, row.theirs, row.yours) for row in answer.context["conflict"]["differences"]] == [
        ("name", "Big ones", "Larger"), ("shared", "No", "Yes"),
    ]  # fmt: skip
    desk.post(url, {**typed, "version": 2})
    assert stored() == ("Larger", "status=open", True, 3)


def test_stale_filter_is_409_and_can_be_stored_after_all(view, desk, salesperson):
    saved_views.update(view, query="status=lost", version=1, by=salesperson)
    url = f"/sales/views/{view.pk}/update/"
    answer = desk.post(url, {"query": "status=open&q=roof", "version": 1})
    text = answer.content.decode()
    assert (answer.status_code, "Lost</li>" in text, "“roof”" in text) == (409, True, True)
    assert 'name="query" value="q=roof&amp;status=open"' in text
    assert desk.post(url, {"query": "q=roof&status=open", "version": 2}).status_code == 302
    assert stored() == ("Big ones", "q=roof&status=open", True, 3)


@pytest.mark.parametrize("path", ["", "update/"])
def test_version_is_asked_for(view, desk, path):
    assert desk.post(f"/sales/views/{view.pk}/{path}", {"name": "X", "query": "status=lost"}).status_code == 400
    assert stored()[3] == 1


@pytest.mark.django_db(transaction=True)
def test_new_view_sent_twice_at_the_same_moment_is_one():
    owner = UserFactory()
    for name in ("One", "Two", "Three", "Four", "Five"):
        send = partial(saved_views.save, name=name, query="status=open", shared=False, by=owner, token=uuid4())
        assert together(send, send, send) == [SavedView.objects.get(name=name)] * 3
