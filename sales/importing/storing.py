"""Carrying out a plan: users and relations that are missing, new sales in bulk, changes of existing ones."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from relations.merging import MERGED, is_held
from relations.models import Relation, RelationType
from relations.naming import fold
from relations.saving import create_relation
from sales.history import claim, commit, commit_many, count_days_anew, event_of
from sales.importing.planning import Change, Plan, make_plan
from sales.importing.reading import Row
from sales.importing.rows import Record, RowReader
from sales.models import AcceptReason, FollowUp, LossReason, Sale, SaleEvent, SalesSettings, SaleStatus
from sales.refusals import Refused, require_open
from sales.transitions import OUTCOME, enter, hold_competitor
from salescrm.calendar import organisation_zone
from salescrm.models import Organisation, User
from salescrm.roles import SALESPERSON

LOCK = 7_102_021  # two imports never run at the same time
BATCH = 1000
MAIL_DOMAIN = "import.invalid"
Kind = SaleEvent.Kind
PLAIN = ["subject", "start_date", "next_step", "next_step_on", "note"]
WATCHED = ["expected_revenue", "expected_end_date", "owner", "customer", "contact", "source"]
type Progress = Callable[[Iterable, str], Iterable]


def quietly(items: Iterable, title: str) -> Iterable:
    """No progress bar."""
    return items


@transaction.atomic
def carry_out(
    rows: list[Row], reader: RowReader, *, by: User | None, details: dict[str, dict], progress: Progress = quietly
) -> Plan:
    """Store what the file says, all or nothing, and return the plan that was carried out.

    Events of new sales lie in the past: created at noon of the start date (of the closing day when there is none; now
    for an open sale without one), accepted or lost at noon of the closing day. `details` holds fields of relations
    that are added, by name.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    plan = make_plan(rows, reader, lock=True)
    _add_owners(plan)
    _add_customers(plan, details, by)
    _create(plan, by, progress)
    _change(plan, by)
    return plan


def _add_owners(plan: Plan) -> None:
    """Colleagues we do not know: salespeople who cannot log in until an administrator gives them an address."""
    language = Organisation.current().language
    group = Group.objects.get(name=SALESPERSON)
    for name in plan.unknown_owners:
        user = User.objects.create_user(_free_email(name), name=name, language=language)
        user.groups.add(group)
        plan.owners[name] = user


def _free_email(name: str) -> str:
    """moses.frase@import.invalid: a name no mail ever reaches."""
    local = re.sub(r"[^a-z0-9]+", ".", fold(name)).strip(".") or "unknown"
    taken = set(User.objects.filter(email__startswith=local).values_list("email", flat=True))
    candidates = (f"{local}{number or ''}@{MAIL_DOMAIN}" for number in range(len(taken) + 1))
    return next(email for email in candidates if email not in taken)


def _add_customers(plan: Plan, details: dict[str, dict], by: User | None) -> None:
    """Relations we do not know; who bought something gets the type Settings names for acceptance (rule 8)."""
    ordinary = RelationType.objects.active().order_by("-is_default", "position").first()
    bought = SalesSettings.current().accepted_type or ordinary
    buyers = {record.customer for record in plan.creates if record.stage.status == SaleStatus.ACCEPTED}
    for name in plan.unknown_customers:
        values = {"name": name, "relation_type": bought if name in buyers else ordinary, **details.get(fold(name), {})}
        kind = Relation.Kind.ORGANIZATION
        plan.customers[name] = create_relation(kind=kind, values=values, by=by, token=None)


def _noon() -> Callable[[date], datetime]:
    """Noon of a day, in our time zone (which is looked up once); now for what lies ahead of it."""
    zone, now = organisation_zone(), timezone.now()
    return lambda day: min(datetime.combine(day, time(12), zone), now)


@dataclass(frozen=True)
class Outcome:
    """How a sale ended, as the other system remembers it."""

    status: str
    closed_on: date
    reason: AcceptReason | LossReason | None = None
    lost_to: Relation | None = None


def _create(plan: Plan, by: User | None, progress: Progress) -> None:
    drafts = [(_new_sale(plan, record, by), _outcome(plan, record)) for record in plan.creates]
    add_sales(drafts, by=by, progress=progress)


def add_sales(
    drafts: list[tuple[Sale, Outcome | None]], *, by: User | None, progress: Progress = quietly
) -> list[Sale]:
    """Store new sales with their history; each is open in its phase and gets its outcome here, if it has one.

    Refuses customers and competitors that have been merged since they were found.
    """
    rivals = [outcome.lost_to.pk for _sale, outcome in drafts if outcome and outcome.lost_to]
    if not is_held(*{sale.customer_id for sale, _outcome in drafts}, *rivals):
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


def _new_sale(plan: Plan, record: Record, by: User | None) -> Sale:
    sale = Sale(
        external_reference=record.reference, owner=plan.owners[record.owner], customer=plan.customers[record.customer],
        source=plan.sources.get(record.source.casefold()), last_sequence=1, updated_by=by, **record.values,
    )  # fmt: skip
    enter(sale, record.stage.phase)
    return sale


def _outcome(plan: Plan, record: Record) -> Outcome | None:
    if record.stage.status == SaleStatus.OPEN:
        return None
    return Outcome(record.stage.status, record.closed_on, plan.reason(record))


def _close(sale: Sale, outcome: Outcome) -> None:
    """Accepted or lost as it was then, without further actions; the phase stays as it stood (rules 2 and 9)."""
    sale.status, sale.closed_on = outcome.status, outcome.closed_on
    if sale.status == SaleStatus.ACCEPTED:
        sale.accept_reason, sale.follow_up = outcome.reason, FollowUp.NONE
    else:
        sale.loss_reason, sale.lost_to = outcome.reason, outcome.lost_to


@transaction.atomic
def close_as_history(sale: Sale, outcome: Outcome, *, version: int, by: User) -> Sale:
    """Close an open sale as it was closed elsewhere, on that day; no reason is required of history (rule 12)."""
    sale, _repeated = claim(sale, version=version, by=by)
    require_open(sale)
    hold_competitor(outcome.lost_to)
    _close(sale, outcome)
    at = _noon()(outcome.closed_on)
    return commit(sale, fields=OUTCOME, by=by, kind=outcome.status, at=at)


def _change(plan: Plan, by: User | None) -> None:
    """One event per kind of change, in this order: fields, phase, closing; then corrections of closed sales."""
    _resolve_names(plan)
    noon = _noon()
    opened = [change for change in plan.changes if change.sale.is_open]
    closed = [change for change in plan.changes if not change.sale.is_open]
    _apply(plan.changes, PLAIN, "", by)
    _apply(opened, WATCHED, Kind.CHANGED, by)
    _apply(closed, ["owner"], Kind.CHANGED, by)
    moved = [change for change in opened if "phase" in change.values]
    for change in moved:
        enter(change.sale, change.values["phase"])
    commit_many(
        [change.sale for change in moved],
        fields=["phase", "probability", "probability_by_hand"],
        by=by,
        kind=Kind.MOVED,
    )
    for status in (SaleStatus.ACCEPTED, SaleStatus.LOST):
        ended = [change for change in opened if change.values.get("status") == status]
        for change in ended:
            _close(change.sale, _outcome(plan, change.record))
        commit_many([c.sale for c in ended], fields=OUTCOME, by=by, kind=status, at=lambda sale: noon(sale.closed_on))
    _apply(closed, ["source", "closed_on", "accept_reason", "loss_reason"], Kind.CORRECTED, by)


def _resolve_names(plan: Plan) -> None:
    for values in [change.values for change in plan.changes]:
        if "owner" in values:
            values["owner"] = plan.owners[values["owner"]]
        if "customer" in values:
            values |= {"customer": plan.customers[values["customer"]], "contact": None}


def _apply(changes: list[Change], fields: list[str], kind: str, by: User | None) -> None:
    concerned = [change for change in changes if set(fields) & set(change.values)]
    for change in concerned:
        for name in set(fields) & set(change.values):
            setattr(change.sale, name, change.values[name])
    commit_many([change.sale for change in concerned], fields=fields, by=by, kind=kind)
