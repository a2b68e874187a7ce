"""A row that is due is carried out: by a job made in its transaction, or by one that the sweep makes."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from salescrm.background import chores, queue
from salescrm.background.models import ChoreState
from tests.at_once import beside

MINUTE = timedelta(minutes=1)


def jobs(task="carry_out"):
    return [job.args for job in ProcrastinateJob.objects.filter(task_name=task, status="todo").order_by("pk")]


def state(due_at, name="sessions"):
    return ChoreState.objects.create(name=name, due_at=due_at)


@pytest.mark.django_db(transaction=True)
def test_a_job_is_of_the_transaction_that_needs_it():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        queue.enqueue(chores.KIND, 7)
        raise ZeroDivisionError
    assert jobs() == []
    with transaction.atomic():
        queue.enqueue(chores.KIND, 7)
    assert jobs() == [{"kind": "chore", "pk": 7}]


@pytest.mark.django_db
def test_one_job_waits_for_a_row_however_often_it_is_asked_for():
    for pk in (7, 7, 8, 7):
        queue.enqueue(chores.KIND, pk)
    assert [job["pk"] for job in jobs()] == [7, 8]


@pytest.mark.django_db
def test_the_sweep_makes_jobs_for_what_is_due_the_oldest_first():
    now = timezone.now()
    late, later = state(now - MINUTE), state(now - 2 * MINUTE, "attempts")
    state(now + MINUTE, "jobs")
    queue.sweep(0)
    assert [job["pk"] for job in jobs()] == [later.pk, late.pk]


@pytest.mark.django_db
def test_what_has_no_time_waits_for_a_person():
    state(None)
    queue.sweep(0)
    due = ChoreState.objects.filter(pk__in=[job["pk"] for job in jobs()])
    assert not due.filter(name="sessions").exists()


@pytest.mark.django_db(transaction=True)
def test_two_processes_do_not_do_one_row_at_once():
    row = state(timezone.now() - MINUTE)
    lock = "SELECT pg_{}advisory_{}lock(hashtext('salescrm.background.chore'), %s)"
    with beside() as other:
        assert other.execute(lock.format("try_", ""), [row.pk]).fetchone()[0]
        queue.carry_out(kind="chore", pk=row.pk)
        row.refresh_from_db()
        assert row.done_at is None
        other.execute(lock.format("", "un"), [row.pk])
        queue.carry_out(kind="chore", pk=row.pk)
    row.refresh_from_db()
    assert row.done_at is not None


@pytest.mark.django_db
def test_a_second_job_for_a_row_that_was_done_does_nothing():
    row = state(timezone.now() - MINUTE)
    queue.carry_out(kind="chore", pk=row.pk)
    row.refresh_from_db()
    done_at = row.done_at
    Session.objects.create(session_key="old", session_data="", expire_date=timezone.now() - MINUTE)
    queue.carry_out(kind="chore", pk=row.pk)
    row.refresh_from_db()
    assert row.done_at == done_at
    assert Session.objects.filter(session_key="old").exists()


@pytest.mark.django_db(transaction=True)
def test_jobs_of_a_worker_that_is_gone_are_forgotten():
    with beside() as other:
        worker = other.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour') RETURNING id"
        ).fetchone()[0]
        other.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, worker_id, attempts)"
            " VALUES ('default', 'carry_out', '{\"kind\": \"chore\", \"pk\": 7}', 'doing', %s, 0)",
            [worker],
        )
    queue.sweep(0)
    assert not ProcrastinateJob.objects.filter(status="doing").exists()


@pytest.mark.django_db(transaction=True)
def test_it_runs_beside_an_event_loop_too(monkeypatch):
    """As in the thread of a browser test, or of whoever calls it from asynchronous code: on a connection of its own."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    row = state(timezone.now() - MINUTE, "jobs")

    async def run():
        queue.sweep(0)
        queue.carry_out(kind="chore", pk=row.pk)
        connection.close()

    with ThreadPoolExecutor(1) as pool:  # where a browser was before, this thread has a loop already
        pool.submit(asyncio.run, run()).result()
    row.refresh_from_db()
    assert (row.last_error, row.done_at is not None) == ("", True)


def test_pauses_grow_up_to_three_hours():
    now = timezone.now()
    minutes = [round((queue.pause(attempts) - now) / MINUTE) for attempts in range(1, 8)]
    assert minutes == [1, 5, 15, 60, 180, 180, 180]
