"""Storing imported sales as history, with events in the past."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db import connection, transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from relations.merging import MERGED, hold_unmerged
from relations.models import Relation
from sales.history import claim, commit_many, count_days_anew, event_of
from sales.models import AcceptReason, FollowUp, LossReason, Sale, SaleEvent, SaleStatus
from sales.models.imports import ImportRun
from sales.refusals import Refused, require_open
from sales.transitions import OUTCOME, check_closing_day, hold_competitor
from salescrm.calendar import organisation_zone, today
from salescrm.models import User
from salescrm.versions import Gone

LOCK = 7_102_021  # two imports never run at the same time
RUN = 7_102_022  # nor two slices of one
BATCH = 1000
Kind = SaleEvent.Kind
type Progress = Callable[[Iterable, str], Iterable]


def quietly(items: Iterable, title: str) -> Iterable:
    """No progress bar."""
    return items


def one_at_a_time() -> None:
    """Wait for an import that is running; the next one waits for this transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def alone(run: ImportRun) -> ImportRun:
    """The run as it stands now; other requests on it wait until this transaction ends. Raises Gone.

    Not a lock of its row: a slice holds the records it writes before the run, as everybody does (LOCK_ORDER).
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [RUN, run.pk])
    try:
        return ImportRun.objects.get(pk=run.pk)
    except ImportRun.DoesNotExist as error:
        raise Gone from error


def _noon() -> Callable[[date], datetime]:
    """Noon of a day, in our time zone (which is looked up once); now for what lies ahead of it."""
    zone, now = organisation_zone(), timezone.now()
    return lambda day: min(datetime.combine(day, time(12), zone), now)


@dataclass(frozen=True)
class Outcome:
    """How a sale ended, according to the other system."""

    status: str
    closed_on: date
    reason: AcceptReason | LossReason | None = None
    lost_to: Relation | None = None
    explanation: str = ""


def outcome_of(after: dict) -> Outcome:
    """The outcome among what is to be written of a sale."""
    reason = after.get("accept_reason") or after.get("loss_reason")
    explanation = after.get("loss_explanation") or ""
    return Outcome(after["status"], after["closed_on"], reason, after.get("lost_to"), explanation)


def add_sales(
    drafts: list[tuple[Sale, Outcome | None]], *, by: User | None, progress: Progress = quietly
) -> list[Sale]:
    """Store new sales with their history; each is open in its phase and gets its outcome here, if it has one.

    Refuses customers and competitors that have been merged since they were looked up.
    """
    rivals = [outcome.lost_to.pk for _sale, outcome in drafts if outcome and outcome.lost_to]
    if not hold_unmerged(*{sale.customer_id for sale, _outcome in drafts}, *rivals):
        raise Refused(MERGED, code="merged")
    now, noon, events, sales = timezone.now(), _noon(), [], []
    for sale, outcome in progress(drafts, "new sales"):
        start = sale.start_date or (outcome and outcome.closed_on)
        events.append(event_of(sale, kind=Kind.CREATED, by=by, at=noon(start) if start else now))
        if outcome:
            _close(sale, outcome)
            sale.version = sale.last_sequence = 2
            events.append(event_of(sale, kind=outcome.status, by=by, at=noon(outcome.closed_on)))
        sales.append(sale)
    Sale.objects.bulk_create(sales, batch_size=BATCH)
    for event in events:
        event.sale_id = event.sale.pk
    for start in progress(range(0, len(events), BATCH), "history"):
        SaleEvent.objects.bulk_create(events[start : start + BATCH])
    first = SaleEvent.objects.filter(sale=OuterRef("pk"), sequence=1).values("at")
    for start in range(0, len(sales), BATCH):
        chunk = [sale.pk for sale in sales[start : start + BATCH]]
        Sale.objects.filter(pk__in=chunk).update(created_at=Subquery(first))
        count_days_anew(Sale.objects.filter(pk__in=chunk))
    return sales


def _close(sale: Sale, outcome: Outcome) -> None:
    """Accepted or lost as it was then, without further actions; the phase stays as it stood (rules 2 and 9)."""
    sale.status, sale.closed_on = outcome.status, outcome.closed_on
    if sale.status == SaleStatus.ACCEPTED:
        sale.accept_reason, sale.follow_up = outcome.reason, FollowUp.NONE
    else:
        sale.loss_reason, sale.lost_to = outcome.reason, outcome.lost_to
        sale.loss_explanation = outcome.explanation


@transaction.atomic
def close_as_history(sale: Sale, outcome: Outcome, *, version: int, by: User) -> Sale:
    """Close an open sale as it was closed elsewhere, on that day; no reason is required of history (rule 12).

    Refuses a closed sale, a closing day in the future or before the start date, and a merged competitor.
    """
    sale, _repeated = claim(sale, version=version, by=by)
    require_open(sale)
    check_closing_day(outcome.closed_on, start=sale.start_date, today=today())
    hold_competitor(outcome.lost_to)
    close_many([(sale, outcome)], by=by)
    return sale


def close_many(ended: list[tuple[Sale, Outcome]], *, by: User | None) -> None:
    """The same for locked open sales that were lost to nobody."""
    noon = _noon()
    for sale, outcome in ended:
        _close(sale, outcome)
    for status in (SaleStatus.ACCEPTED, SaleStatus.LOST):
        sales = [sale for sale, _outcome in ended if sale.status == status]
        commit_many(sales, fields=OUTCOME, by=by, kind=status, at=lambda sale: noon(sale.closed_on))
