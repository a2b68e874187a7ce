"""The worker: one process beside the web server that carries out what is due; and whether one lives."""

import asyncio
import logging
import os
import signal
import time
from contextlib import suppress
from datetime import datetime, timedelta
from typing import cast

from asgiref.sync import sync_to_async
from django.db import DatabaseError, connection, connections
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
GRACE = 65  # seconds to finish what has begun: longer than a mail may take (AT_MOST in salescrm/mail/outbox.py)
RETRY = 5  # seconds until a database that is away is asked again


def last_sign() -> datetime | None:
    """When a worker was last heard of; none has ever run, or the last one said that it ends."""
    return ProcrastinateWorker.objects.aggregate(at=Max("last_heartbeat"))["at"]


def is_alive() -> bool:
    """Whether a worker is there to carry out what is enqueued now."""
    sign = last_sign()
    return sign is not None and timezone.now() - sign < timedelta(seconds=GONE)


def _begin() -> None:
    """Have what waits looked at right away; the next look would be at the next full minute."""
    with suppress(AlreadyEnqueued, DatabaseError, ConnectorException):
        sweep.configure(queueing_lock="sweep").defer(timestamp=int(time.time()))
    connection.close()


async def run(parent: int | None = None) -> None:
    """Work until SIGTERM or SIGINT, or until the process `parent` is gone. A database that is away is waited for."""
    end = asyncio.create_task(_end(parent))
    while not end.done():
        await sync_to_async(_begin)()
        work = asyncio.create_task(_work())
        await asyncio.wait({work, end}, return_when=asyncio.FIRST_COMPLETED)
        work.cancel()  # nothing if it has ended
        try:
            await work  # it ends by itself too: when a connection is lost that is there again by then
        except asyncio.CancelledError:
            pass
        except (ConnectorException, OSError) as error:
            logger.warning("The worker waits for the database: %s", error.__cause__ or error)
        await sync_to_async(connections.close_all)()  # a lost one would never be opened anew
        await asyncio.wait({end}, timeout=RETRY)


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
            install_signal_handlers=False,
        )


async def _end(parent: int | None) -> None:
    """Wait for what ends the worker. What it has begun it finishes, however often it is told."""
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    while parent in (None, os.getppid()) and not told.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(told.wait(), 0.5)
