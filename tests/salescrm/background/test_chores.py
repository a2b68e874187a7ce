"""Housekeeping of the night: each chore removes what nobody needs, and nothing else; what fails is tried again."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from salescrm.accounts import lockout
from salescrm.background import chores
from salescrm.background.chores import Chore
from salescrm.background.models import ChoreState
from salescrm.models import Attempts
from salescrm.settings import _days
from tests.at_once import beside

HOUR = timedelta(hours=1)
BROKEN = Chore("sessions", "Broken", lambda: 1 // 0)


@pytest.fixture
def due(db):
    """The row of a chore that is due."""
    return ChoreState.objects.create(name="sessions", due_at=timezone.now() - HOUR)


def test_sessions_that_have_ended_go_the_others_stay(due):
    now = timezone.now()
    for key, expires in (("old", now - HOUR), ("current", now + HOUR)):
        Session.objects.create(session_key=key, session_data="", expire_date=expires)
    chores.run(due.pk)
    assert list(Session.objects.values_list("session_key", flat=True)) == ["current"]


@pytest.mark.django_db
def test_attempts_that_count_no_more_go_the_others_stay(monkeypatch):
    now = timezone.now()
    for number in range(5):
        Attempts.objects.create(key=f"old {number}", at=now, until=now - HOUR)
    Attempts.objects.create(key="current", at=now, until=now + HOUR)
    assert lockout.CHORE.run() == 5
    assert list(Attempts.objects.values_list("key", flat=True)) == ["current"]


@pytest.mark.django_db(transaction=True)
def test_finished_jobs_go_after_two_days():
    with beside() as other:
        for status, hours in (("succeeded", 50), ("failed", 50), ("failed", 1), ("todo", 50)):
            job = other.execute(
                "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, attempts)"
                " VALUES ('default', 'carry_out', '{}', %s, 0) RETURNING id",
                [status],
            ).fetchone()[0]
            other.execute("UPDATE procrastinate_events SET at = now() - %s * interval '1 hour' WHERE job_id = %s",
                          [hours, job])  # fmt: skip
            if status != "todo":
                other.execute(
                    "INSERT INTO procrastinate_events (job_id, type, at)"
                    " VALUES (%s, %s::procrastinate_job_event_type, now() - %s * interval '1 hour')",
                    [job, status, hours],
                )
    chores.JOBS.run()
    assert sorted(ProcrastinateJob.objects.values_list("status", flat=True)) == ["failed", "todo"]


def test_a_chore_that_fails_says_why_and_comes_again(due, settings, monkeypatch):
    monkeypatch.setattr(chores, "chores", lambda: {"sessions": BROKEN})
    before = timezone.now()
    chores.run(due.pk)
    due.refresh_from_db()
    assert "ZeroDivisionError" in due.last_error
    assert due.attempts == 1
    assert due.done_at is None
    assert before < due.due_at < before + HOUR


def test_a_chore_that_succeeds_after_a_failure_forgets_it(due):
    ChoreState.objects.update(attempts=3, last_error="The disk is full")
    chores.run(due.pk)
    due.refresh_from_db()
    assert (due.attempts, due.last_error) == (0, "")
    assert due.due_at > timezone.now()
    assert due.done_at is not None


def test_the_row_of_a_chore_that_is_no_more_goes(db):
    state = ChoreState.objects.create(name="of-another-version", due_at=timezone.now())
    chores.run(state.pk)
    assert not ChoreState.objects.exists()


@pytest.mark.django_db
def test_every_chore_of_the_settings_gets_a_row_due_in_the_coming_night(settings):
    chores.install()
    chores.install()
    assert sorted(ChoreState.objects.values_list("name", flat=True)) == sorted(chores.chores())
    assert len(chores.chores()) == len(settings.CHORES)
    assert all(state.due_at > timezone.now() for state in ChoreState.objects.all())


@pytest.mark.parametrize(
    ("now", "night"),
    [
        (datetime(2026, 6, 1, 22, 0, tzinfo=UTC), datetime(2026, 6, 2, 0, 20, tzinfo=UTC)),  # midnight in Amsterdam
        (datetime(2026, 12, 1, 1, 19, tzinfo=UTC), datetime(2026, 12, 1, 1, 20, tzinfo=UTC)),
        (datetime(2026, 12, 1, 1, 20, tzinfo=UTC), datetime(2026, 12, 2, 1, 20, tzinfo=UTC)),
        (
            datetime(2026, 3, 28, 12, 0, tzinfo=UTC),
            datetime(2026, 3, 29, 1, 20, tzinfo=UTC),
        ),  # no hour 2
        (datetime(2026, 10, 24, 12, 0, tzinfo=UTC), datetime(2026, 10, 25, 0, 20, tzinfo=UTC)),  # two of them
    ],
)
@pytest.mark.django_db
def test_the_night_is_that_of_the_organisation(now, night):
    assert chores.next_night(now).astimezone(UTC) == night


@pytest.mark.parametrize(("value", "days"), [(None, 90), ("30", 30), ("0", 0), ("", 0)])
def test_days_of_a_chore_come_from_the_environment(monkeypatch, value, days):
    monkeypatch.delenv("MAIL_DAYS", raising=False)
    if value is not None:
        monkeypatch.setenv("MAIL_DAYS", value)
    assert _days("MAIL_DAYS", 90) == days


@pytest.mark.parametrize("value", ["-1", "1.5", "a month", "36501", "²"])
def test_days_of_a_chore_that_are_none_stop_the_start(monkeypatch, value):
    monkeypatch.setenv("MAIL_DAYS", value)
    with pytest.raises(ImproperlyConfigured, match="MAIL_DAYS"):
        _days("MAIL_DAYS", 90)


def test_page_says_after_how_many_days_something_goes(administrator, as_user, settings):
    settings.MAIL_DAYS, settings.IMPORT_DAYS = 1, 0
    text = " ".join(as_user(administrator).get("/settings/background/").text.split())
    assert "Mail that was sent or dropped, after 1 day<br>" in text
    assert "Rows and files of imports, never<br>" in text
