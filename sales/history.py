"""How a sale is changed: claim() it under a lock, commit() the change with its event (rules 6, 7, 10).

`commit_many` does it for many. Written without either: a sale that is new or goes for good, the reference that one
in the trash frees, and what an import stores or takes back, which keeps version and events itself.

The rules that docstrings name by number stand in docs/rules.md.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from typing import Any

from django.db import connection
from django.db.models import DateTimeField, F
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce
from django.utils import timezone

from sales.models import Sale, SaleEvent
from sales.models.querysets import SaleQuerySet
from sales.refusals import already_done, require_untrashed, stale
from salescrm import versions
from salescrm.fields import field_of
from salescrm.models import User
from salescrm.versions import BOOKKEEPING, stamp

# Kinds of events that bring an open sale into its phase: the days in it are counted from there.
ARRIVALS = {SaleEvent.Kind.CREATED, SaleEvent.Kind.MOVED}
READ = [  # of a sale, to change many at once
    *Sale.STATE, "loss_explanation", "subject", "version", "last_sequence", "start_date", "next_step", "next_step_on",
    "invoice", "project", "phase_since", "updated_at", "updated_by",
]  # fmt: skip
STATE = ", ".join(field_of(Sale, name).column for name in Sale.STATE)
# One sale is stored in one statement: moves are what people wait for most. The database copies the state of the event
# from the row it has just stored, so an event cannot differ from its sale.
STORE = """
UPDATE sales_sale SET {changes} WHERE id = %s RETURNING probability, weighted_revenue, NULL
"""
STORE_WITH_EVENT = f"""
WITH stored AS (UPDATE sales_sale SET {{changes}} WHERE id = %s RETURNING *),
event AS (
    INSERT INTO sales_saleevent ({STATE}, sale_id, sequence, sale_version, kind, by_id, at, recorded_at)
    SELECT {STATE}, id, last_sequence, version, %s, %s, %s, %s FROM stored RETURNING id
)
SELECT stored.probability, stored.weighted_revenue, event.id FROM stored, event
"""  # noqa: S608 (names of columns)
APPEND_MANY = f"""
INSERT INTO sales_saleevent ({STATE}, sale_id, sequence, sale_version, kind, by_id, at, recorded_at)
SELECT {STATE}, id, last_sequence, version, %s, %s, moment.at, %s
FROM sales_sale JOIN unnest(%s::bigint[], %s::timestamptz[]) AS moment (sale, at) ON moment.sale = id ORDER BY id
"""  # noqa: S608 (names of columns)

# Since when an open sale stands in its phase: the day it came there, put off by the days it was closed meanwhile, but
# never later than now. Now is the clock of the events, not now() of the database: that is when the transaction began,
# before events written in it. A visit to another phase that was undone does not count: the sale never really left.
# `sentences.stays` computes the same from events in memory; migration 0012 holds a copy.
SINCE = """
WITH event AS (
    SELECT sequence, at, kind, phase_id, lag(phase_id) OVER way AS came_from, lag(status) OVER way AS was,
        (at AT TIME ZONE zone)::date - lag((at AT TIME ZONE zone)::date) OVER way AS days, zone
    FROM sales_saleevent, (SELECT time_zone FROM salescrm_organisation) AS organisation (zone)
    WHERE sale_id = sales_sale.id WINDOW way AS (ORDER BY sequence)
), arrival AS (
    SELECT *, lag(kind) OVER way AS kind_before, lag(came_from) OVER way AS from_before,
        lead(kind) OVER way AS kind_after, lead(phase_id) OVER way AS phase_after
    FROM event WHERE phase_id IS DISTINCT FROM came_from WINDOW way AS (ORDER BY sequence)
), stay AS (
    SELECT sequence, at, zone FROM arrival
    WHERE (kind = 'undone' AND kind_before = 'moved' AND from_before = phase_id) IS NOT TRUE
        AND (kind = 'moved' AND kind_after = 'undone' AND phase_after = came_from) IS NOT TRUE
    ORDER BY sequence DESC LIMIT 1
)
SELECT LEAST(%s, (stay.at AT TIME ZONE stay.zone + interval '1 day' * COALESCE((
    SELECT sum(event.days) FROM event WHERE event.sequence > stay.sequence AND event.was <> 'open'
), 0)) AT TIME ZONE stay.zone) FROM stay
"""


def count_days_anew(sales: SaleQuerySet) -> None:
    """Compute `phase_since` of these sales from their events; needed after every change that is not a move."""
    since = RawSQL(SINCE, (timezone.now(),), output_field=DateTimeField())  # noqa: S611 (a constant)
    sales.update(phase_since=Coalesce(since, F("phase_since")))


def claim(
    sale: Sale,
    *,
    version: int,
    by: User,
    kind: str = "",
    same: Callable[[Sale], bool] = lambda sale: False,
    among: SaleQuerySet | None = None,
) -> tuple[Sale, bool]:
    """Lock the row of `sale` and check the submitted version, in the order of rule 10.

    Returns the locked sale and whether this very request was carried out before (a second click: the caller then
    answers with the first result). `same` says whether the sale already has the requested outcome, `kind` which event
    brought it there, none where not every change is an event; `among` are the sales to look in, all by default. The
    state of the sale is left on it as `before`. Raises AlreadyDone when somebody else was first, Stale for any
    other old version, Gone; refuses a sale in the trash, from where only `sales.trashing` takes it.
    """
    locked, repeated = versions.claim(
        Sale.objects.all() if among is None else among, sale.pk, version=version, by=by, same=same,
        repeated=partial(_consumed, kind=kind) if kind else versions.was_last, stale=stale,
    )  # fmt: skip
    if not repeated and kind not in (SaleEvent.Kind.TRASHED, SaleEvent.Kind.RESTORED):
        require_untrashed(locked)
    for name, related in sale._state.fields_cache.items():
        if getattr(locked, field_of(Sale, name).attname) == getattr(related, "pk", None):
            setattr(locked, name, related)
    locked.before = SaleEvent(**locked.state())
    return locked, repeated


def _consumed(locked: Sale, *, version: int, by: User, kind: str) -> bool:
    """Whether an event of this kind consumed the version; raises AlreadyDone when it is somebody else's."""
    event = locked.events.filter(sale_version=version + 1, kind=kind).select_related("by").first()
    if event is not None and event.by_id != by.pk:
        raise already_done(locked, event)
    return event is not None


def commit(sale: Sale, *, fields: Iterable[str], by: User | None, kind: str = "", at: datetime | None = None) -> Sale:
    """Store the changed `fields` of a claimed sale, raise its version and, with a `kind`, append the event.

    The event is left on the sale as `latest`.
    """
    now = timezone.now()
    at = at or now
    stamp(sale, by=by, at=now)
    sale.last_sequence += bool(kind)
    fields = [*fields, *BOOKKEEPING, "last_sequence"]
    if kind in ARRIVALS:
        sale.phase_since = at
        fields.append("phase_since")
    changes, values = _changes(sale, dict.fromkeys(fields))
    event_values: list[Any] = [kind, by.pk if by else None, at, now] if kind else []
    statement = STORE_WITH_EVENT if kind else STORE
    with connection.cursor() as cursor:
        cursor.execute(statement.format(changes=changes), [*values, sale.pk, *event_values])
        sale.probability, sale.weighted_revenue, key = cursor.fetchone()
    if kind:
        sale.latest = event_of(sale, kind=kind, by=by, at=at)
        sale.latest.pk, sale.latest.recorded_at, sale.latest._state.adding = key, now, False
    return sale


def _changes(sale: Sale, names: Iterable[str]) -> tuple[str, list]:
    """The SET clause for these fields of the sale, and its parameters; a value may be a statement that reads it."""
    changes: list[str] = []
    values: list[Any] = []
    for field in (field_of(Sale, name) for name in names):
        value = getattr(sale, field.attname)
        read = isinstance(value, RawSQL)
        changes.append(f"{field.column} = ({value.sql})" if read else f"{field.column} = %s")
        values += value.params if read else [field.get_db_prep_save(value, connection)]
    return ", ".join(changes), values


def event_of(sale: Sale, *, kind: str, by: User | None, at: datetime | None = None) -> SaleEvent:
    """The unsaved event with the state of `sale` now; `at` lies in the past for imported history."""
    return SaleEvent(
        sale=sale,
        sequence=sale.last_sequence,
        kind=kind,
        sale_version=sale.version,
        by=by,
        at=at or timezone.now(),
        **sale.state(),
    )


def commit_many(
    sales: list[Sale],
    *,
    fields: Iterable[str],
    by: User | None,
    kind: str = "",
    at: Callable[[Sale], datetime] = lambda sale: timezone.now(),
) -> None:
    """Store the same kind of change of many locked sales: one version and, with a `kind`, one event each."""
    if not sales:
        return
    now = timezone.now()
    for sale in sales:
        stamp(sale, by=by, at=now)
        sale.last_sequence += bool(kind)
    moments = [at(sale) for sale in sales] if kind else []
    if kind in ARRIVALS:
        for sale, moment in zip(sales, moments, strict=True):
            sale.phase_since = moment
        fields = [*fields, "phase_since"]
    keys = [sale.pk for sale in sales]
    with connection.cursor() as cursor:
        _store(cursor, sales, dict.fromkeys([*fields, *BOOKKEEPING, "last_sequence"]))
        if kind:
            cursor.execute(APPEND_MANY, [kind, by.pk if by else None, now, keys, moments])


def _store(cursor: Any, sales: list[Sale], names: Iterable[str]) -> None:
    # One array per column, joined by id: five thousand rows in half a second, where bulk_update() takes ten.
    fields = [field_of(Sale, name) for name in ("id", *names)]
    arrays = [[field.get_db_prep_save(getattr(sale, field.attname), connection) for sale in sales] for field in fields]
    types = [field.db_type(connection).partition("(")[0] for field in fields]  # a cast to varchar(5) cuts in silence
    given = ", ".join(f"%s::{kind}[]" for kind in types)
    columns = ", ".join(field.column for field in fields)
    changes = ", ".join(f"{field.column} = new.{field.column}" for field in fields[1:])
    cursor.execute(
        f"UPDATE sales_sale SET {changes} FROM unnest({given}) AS new ({columns}) WHERE sales_sale.id = new.id",  # noqa: S608
        arrays,
    )
