"""Settings > Background work: whether a worker lives, how it stands with the chores, and doing one now."""

from datetime import timedelta

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from salescrm.background import chores
from salescrm.background.models import ChoreState
from tests.at_once import beside

pytestmark = pytest.mark.django_db
PART = {"HX-Request": "true"}
PAGE, RUN = "/settings/background/", "/settings/background/sessions/run/"


@pytest.fixture
def admin(client, administrator):
    client.force_login(administrator)
    return client


@pytest.fixture
def state():
    chores.install()
    return ChoreState.objects.get(name="sessions")


@pytest.fixture
def living(transactional_db):
    """A worker that has just been heard of."""
    with beside() as other:
        other.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now())")


def test_without_a_worker_the_page_says_so_and_what_to_do(admin):
    page = admin.get(PAGE).content.decode()
    assert "No worker runs." in page
    assert "Not planned yet" in page


def test_a_worker_that_lives(living, admin):
    page = admin.get(PAGE).content.decode()
    assert "The worker is there" in page
    assert "No worker runs." not in page


def test_one_that_was_not_heard_of_for_long_is_none(transactional_db, admin):
    with beside() as other:
        other.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour')")
    assert "The last one was heard of on" in admin.get(PAGE).content.decode()
    assert admin.get("/readyz").content == b"ready\nworker: none\n"


def test_whoever_supervises_the_server_sees_it_too(living, client):
    assert client.get("/readyz").content == b"ready\nworker: alive\n"


def test_a_chore_that_failed_says_why_and_when_it_comes_again(state, admin):
    ChoreState.objects.filter(pk=state.pk).update(attempts=1, last_error="OSError: <the disk is full>")
    page = admin.get(PAGE).content.decode()
    assert "OSError: &lt;the disk is full&gt;" in page
    assert "Failed. Next attempt:" in page


def test_doing_one_now_needs_a_worker_or_waits_for_it(state, admin):
    before = timezone.now()
    response = admin.post(RUN, headers=PART)
    assert "This waits until a worker runs." in response.content.decode()
    state.refresh_from_db()
    assert before <= state.due_at <= timezone.now()
    assert ProcrastinateJob.objects.get().args == {"kind": "chore", "pk": state.pk}
    admin.post(RUN, headers=PART)  # a second click
    assert ProcrastinateJob.objects.count() == 1


def test_without_scripts_it_comes_back_to_the_page(state, living, admin):
    response = admin.post(RUN, follow=True)
    assert response.redirect_chain == [(PAGE, 302)]
    assert "This will be done now." in response.content.decode()


def test_the_time_it_was_done_is_shown(state, admin):
    ChoreState.objects.filter(pk=state.pk).update(done_at=timezone.now() - timedelta(days=1))
    assert "Last removed on" in admin.get(PAGE).content.decode()
