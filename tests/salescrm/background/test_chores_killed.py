"""Every chore of the night, begun by real workers that are killed in the middle: nothing is lost that is not old, and
the next worker finishes what was begun.
"""

from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from sales.imports.counting import counts
from sales.models.imports import ImportRow, ImportRun
from salescrm.background.chores import chores
from salescrm.background.models import ChoreState
from salescrm.mail.models import MailState, OutgoingMail
from salescrm.models import Attempts, StoredFile
from tests.at_once import WAITING, beside
from tests.processes import environment, process, until

pytestmark = pytest.mark.django_db(transaction=True)
WORKER = ["manage.py", "worker"]
MANY = 1500  # more than a slice of any chore
OLD, NOW = timedelta(days=1000), timedelta(0)
# What holds a chore up in its middle: the last thing it would delete, or the table it looks through.
LOCKS = {
    "sessions": "SELECT 1 FROM django_session WHERE session_key = 'old' FOR UPDATE",
    "attempts": "LOCK TABLE salescrm_attempts IN EXCLUSIVE MODE",
    "jobs": "SELECT 1 FROM procrastinate_jobs WHERE queue_name = 'old' FOR UPDATE",
    "mail": f"SELECT 1 FROM mail_outgoingmail WHERE message_id = '<{MANY}>' FOR UPDATE",
    "imports": f"SELECT 1 FROM sales_importrow WHERE line = {MANY} FOR UPDATE",
}
# What workers are doing, here and not in the databases of other tests.
ADVISORY = """
SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database
WHERE locktype = 'advisory' AND datname = current_database()
"""
# A job that ended, and when: triggers of the table write the events.
JOB = """
INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, attempts)
VALUES (%s, 'carry_out', '{}', 'failed', 0) RETURNING id
"""
EVENTS = "UPDATE procrastinate_events SET at = now() - %s WHERE job_id = %s"
ENDED = "INSERT INTO procrastinate_events (job_id, type, at) VALUES (%s, 'failed', now() - %s)"


@pytest.fixture
def small():
    """Sessions, attempts and finished jobs: an old and a recent one of each."""
    now = timezone.now()
    for key, age in (("old", OLD), ("recent", -OLD)):
        Session.objects.create(session_key=key, session_data="", expire_date=now - age)
        Attempts.objects.create(key=key, at=now, until=now - age)
    with beside() as other:
        for queue, age in (("old", OLD), ("recent", NOW)):
            job = other.execute(JOB, [queue]).fetchone()[0]
            other.execute(EVENTS, [age, job])
            other.execute(ENDED, [job, age])


@pytest.fixture
def outbox():
    """Many mails that were sent long ago; and some that stay, as they were sent lately or not at all."""
    now = timezone.now()
    old = [("old@example.com", MailState.SENT, now - OLD, f"<{number}>") for number in range(1, MANY + 1)]
    stays = [(f"{state}@example.com", state, None, f"<{state}>") for state in ("failed", "unsure", "on_hold")]
    stays.append(("sent@example.com", MailState.SENT, now, "<sent>"))
    OutgoingMail.objects.bulk_create(
        OutgoingMail(kind="test", record=1, requested_at=now - OLD, to=to, state=state, sent_at=at, message_id=key)
        for to, state, at, key in old + stays
    )
    return sorted(to for to, *_rest in stays)


def make_run(by, *, rows, age):
    """An import that was carried out."""
    file = StoredFile(name=f"{rows}.csv", content_type="text/csv", size=1, by=by)
    file.content.save(file.name, ContentFile(b"a"))
    run = ImportRun.objects.create(kind="relations", status="done", file=file, by=by, options={"rows": rows})
    ImportRow.objects.bulk_create(
        ImportRow(run=run, line=line, cells=[line], verdict="create", is_done=True) for line in range(1, rows + 1)
    )
    ImportRun.objects.filter(pk=run.pk).update(updated_at=timezone.now() - age)
    return run, counts(run), Path(file.content.path)


def stored():
    """What there is of the small ones: keys of sessions and attempts, queues of jobs that ended."""
    jobs = ProcrastinateJob.objects.filter(queue_name__in=["old", "recent"])
    return [
        {*Session.objects.values_list("session_key", flat=True)}, {*Attempts.objects.values_list("key", flat=True)},
        {*jobs.values_list("queue_name", flat=True)},
    ]  # fmt: skip


def counted(statement) -> int:
    with beside() as other:
        return other.execute(statement).fetchone()[0]


def test_every_chore_killed_in_the_middle_loses_nothing(small, outbox, manager):
    run, figures, place = make_run(manager, rows=MANY, age=OLD)
    recent, *_rest = make_run(manager, rows=3, age=NOW)
    due_at = timezone.now() - timedelta(minutes=1)
    ChoreState.objects.bulk_create(ChoreState(name=name, due_at=due_at) for name in chores())
    around = environment(FILES_DIR=str(default_storage.location))

    with beside() as other:
        for name in chores():
            other.execute(LOCKS[name])
        with process(WORKER, around) as first, process(WORKER, around) as second:  # one does four things at once
            until(lambda: counted(WAITING) >= len(LOCKS))
            for worker in (first, second):
                worker.kill()
                worker.wait()
        other.rollback()
    until(lambda: counted(ADVISORY) == 0)

    run.refresh_from_db()
    assert not ChoreState.objects.exclude(done_at=None).exists()
    assert all("recent" in keys for keys in stored())
    assert 0 < OutgoingMail.objects.filter(to="old@example.com").count() < MANY
    assert 0 < run.rows.count() < MANY
    assert (run.cleared_at is None, counts(run), place.exists(), run.name) == (False, figures, True, f"{MANY}.csv")

    with process(WORKER, around):
        until(lambda: ChoreState.objects.exclude(done_at=None).count() == len(LOCKS))
    run.refresh_from_db()
    assert stored() == [{"recent"}] * 3
    assert sorted(OutgoingMail.objects.values_list("to", flat=True)) == outbox
    assert (run.rows.count(), run.file, counts(run), place.exists()) == (0, None, figures, False)
    recent.refresh_from_db()
    assert (recent.rows.count(), recent.cleared_at, Path(recent.file.content.path).exists()) == (3, None, True)
