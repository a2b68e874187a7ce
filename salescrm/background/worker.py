"""The worker: one process beside the web server that carries out what is due; and whether one lives."""

import asyncio
import logging
import os
import time
from contextlib import suppress
from datetime import datetime, timedelta
from typing import cast

from django.db import DatabaseError, connection
from django.db.models import Max
from django.utils import timezone
from procrastinate.contrib.django import DjangoApp, app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.models import ProcrastinateWorker
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException

from salescrm.background.queue import GONE, sweep

logger = logging.getLogger(__name__)
CONCURRENCY = 4  # a mail server that does not answer leaves room for others
HEARTBEAT = 5  # seconds
GRACE = 25  # seconds to finish what has begun
RETRY = 5  # seconds until a database that is away is asked again


def last_sign() -> datetime | None:
    """When a worker was last heard of; none has ever run, or the last one said that it ends."""
    return ProcrastinateWorker.objects.aggregate(at=Max("last_heartbeat"))["at"]


def is_alive() -> bool:
    """Whether a worker is there to carry out what is enqueued now."""
    sign = last_sign()
    return sign is not None and timezone.now() - sign < timedelta(seconds=GONE)


def begin() -> None:
    """Have what waits looked at right away; the next look would be at the next full minute."""
    with suppress(AlreadyEnqueued, DatabaseError, ConnectorException):
        sweep.configure(queueing_lock="sweep").defer(timestamp=int(time.time()))
    connection.close()


async def run(parent: int | None = None) -> None:
    """Work until SIGTERM or SIGINT, or until the process `parent` is gone. A database that is away is waited for."""
    watch = asyncio.create_task(_until_orphaned(parent))
    while not watch.done():
        work = asyncio.create_task(_work())
        await asyncio.wait({work, watch}, return_when=asyncio.FIRST_COMPLETED)
        work.cancel()  # nothing if it has ended
        try:
            await work
            break
        except asyncio.CancelledError:
            break
        except (ConnectorException, OSError) as error:
            logger.warning("The worker waits for the database: %s", error.__cause__ or error)
            await asyncio.sleep(RETRY)


async def _work() -> None:
    # An app of its own: the tasks go on enqueueing through Django's connection, in their transaction.
    worker = DjangoApp(connector=cast(DjangoConnector, app.connector).get_worker_connector())
    worker.tasks, worker.periodic_registry = app.tasks, app.periodic_registry
    async with worker.open_async():
        await worker.run_worker_async(
            concurrency=CONCURRENCY,
            delete_jobs="successful",
            update_heartbeat_interval=HEARTBEAT,
            stalled_worker_timeout=GONE,
            shutdown_graceful_timeout=GRACE,
        )


async def _until_orphaned(parent: int | None) -> None:
    while parent in (None, os.getppid()):
        await asyncio.sleep(0.5)
