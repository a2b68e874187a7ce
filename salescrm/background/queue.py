"""What the worker does: a job for every row that is due, one worker at a time for each row.

Who needs something done stores a row and calls `enqueue` in the same transaction. A job that is lost, or done twice,
changes nothing: `carry_out` looks at the row, and `sweep` finds what is due without a job.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import Status
from procrastinate.sql import queries

from salescrm.background.models import Work

logger = logging.getLogger(__name__)
PAUSES = (1, 5, 15, 60, 180)  # minutes after the first, second, ... attempt that failed; the last for all others
GONE = 20  # seconds without a heartbeat, after which a worker is none
AT_ONCE = 200  # jobs one sweep makes: the next one comes in a minute


@dataclass(frozen=True)
class Kind:
    """A kind of row that is carried out by itself, named in settings.WORK."""

    name: str
    rows: Callable[[], QuerySet]
    carry_out: Callable[[int], None]  # with the key of a row that nobody else is doing; it looks whether it is due
    prepare: Callable[[], None]  # before what is due is looked for: rows that are missing, and what was broken off


def kinds() -> dict[str, Kind]:
    """Every kind by its name."""
    return {kind.name: kind for kind in map(import_string, settings.WORK)}


def enqueue(kind: Kind, pk: int) -> None:
    """Have a row carried out as soon as this transaction is committed."""
    with suppress(AlreadyEnqueued), transaction.atomic():
        carry_out.configure(queueing_lock=f"{kind.name}-{pk}").defer(kind=kind.name, pk=pk)


@app.task(name="carry_out")
def carry_out(kind: str, pk: int) -> None:
    """Do what one row asks for, unless another process is at it."""
    with alone(kind, pk) as is_alone:
        if is_alone:
            kinds()[kind].carry_out(pk)


@app.periodic(cron="* * * * *")
@app.task(name="sweep", queueing_lock="sweep")
def sweep(timestamp: int) -> None:
    """Every minute: forget jobs whose worker is gone, and enqueue what is due, which includes what they left undone."""
    _forget_stalled()
    for kind in kinds().values():
        kind.prepare()
        for pk in due(kind.rows()).values_list("pk", flat=True)[:AT_ONCE]:
            enqueue(kind, pk)


def due[Row: Work](rows: QuerySet[Row]) -> QuerySet[Row]:
    """Those that are due now, the oldest first."""
    return rows.filter(due_at__lte=timezone.now()).order_by("due_at", "pk")


def pause(attempts: int) -> datetime:
    """When to try again after so many attempts."""
    return timezone.now() + timedelta(minutes=PAUSES[min(attempts, len(PAUSES)) - 1])


@contextmanager
def alone(kind: str, pk: int) -> Iterator[bool]:
    """Whether nobody else is doing this row; nobody begins it during the block.

    The lock belongs to the connection: PostgreSQL lets go of it as soon as the process is dead.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s), %s)", [f"salescrm.background.{kind}", pk])
        is_alone = bool(cursor.fetchone()[0])
        try:
            yield is_alone
        finally:
            if is_alone:
                cursor.execute("SELECT pg_advisory_unlock(hashtext(%s), %s)", [f"salescrm.background.{kind}", pk])


def _forget_stalled() -> None:
    # What the library does asynchronously; here it belongs to this connection.
    stalled = app.connector.get_sync_connector().execute_query_all(
        query=queries["select_stalled_jobs_by_heartbeat"], queue=None, task_name=None, seconds_since_heartbeat=GONE
    )
    for job in stalled:
        logger.warning("The worker of job %s is gone: what it was to do is found again when it is due.", job["id"])
        app.connector.get_sync_connector().execute_query(
            query=queries["finish_job"], job_id=job["id"], status=Status.FAILED.value, delete_job=True
        )
