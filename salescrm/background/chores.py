"""Housekeeping: what is deleted every night because nobody needs it any more. settings.CHORES names the chores."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app
from procrastinate.jobs import Status
from procrastinate.sql import queries

from salescrm.background.models import ChoreState
from salescrm.background.queue import Kind, pause
from salescrm.calendar import organisation_zone

logger = logging.getLogger(__name__)
HOUR, MINUTE = 2, 20  # of the night, where the organisation is
OLD = 48  # hours after a job has ended


@dataclass(frozen=True)
class Chore:
    """One of them: `run` deletes, in pieces where it may be much, and gives how many; a second run finds nothing.

    `setting` names the days after which something goes, where these can be set.
    """

    name: str
    label: Promise
    run: Callable[[], int]
    setting: str = ""

    @property
    def days(self) -> int:
        """After how many days something goes; 0 for never."""
        return int(getattr(settings, self.setting))


def chores() -> dict[str, Chore]:
    """Every chore by its name, in the order of the settings."""
    return {chore.name: chore for chore in map(import_string, settings.CHORES)}


def since(days: int) -> datetime:
    """What has not been touched from here on is older than so many days; of 0 days nothing is."""
    return timezone.now() - timedelta(days=days) if days else datetime.min.replace(tzinfo=UTC)


def next_night(now: datetime) -> datetime:
    """The next time chores are due after `now`."""
    local = now.astimezone(organisation_zone())
    night = local.replace(hour=HOUR, minute=MINUTE, second=0, microsecond=0)
    return night if night > local else night + timedelta(days=1)


def install() -> None:
    """Store a row for every chore that has none yet, due in the coming night."""
    night = next_night(timezone.now())
    known = set(ChoreState.objects.values_list("name", flat=True))
    states = [ChoreState(name=name, due_at=night) for name in chores() if name not in known]
    ChoreState.objects.bulk_create(states, ignore_conflicts=True)


def run(pk: int) -> None:
    """Do a chore that is due; when it fails, its row says why, and it comes again after a pause."""
    state = ChoreState.objects.get(pk=pk)
    chore = chores().get(state.name)
    if chore is None:  # of another version of the product
        state.delete()
        return
    if state.due_at is None or state.due_at > timezone.now():
        return
    state.attempts += 1
    try:
        count = chore.run()
    except Exception as error:
        logger.exception("The chore %s failed.", chore.name)
        state.last_error, state.due_at = f"{type(error).__name__}: {error}", pause(state.attempts)
    else:
        logger.info("The chore %s removed %s.", chore.name, count)
        state.last_error, state.attempts, state.done_at = "", 0, timezone.now()
        state.due_at = next_night(state.done_at)
    state.save()


def _clear_jobs() -> int:
    statuses = [Status.SUCCEEDED.value, Status.FAILED.value, Status.CANCELLED.value, Status.ABORTED.value]
    app.connector.get_sync_connector().execute_query(
        query=queries["delete_old_jobs"], nb_hours=OLD, queue=None, statuses=statuses
    )
    return 0


KIND = Kind("chore", ChoreState.objects.all, run, install)
JOBS = Chore("jobs", _("Finished jobs of the background worker"), _clear_jobs)
