"""Creating a sale and changing what a form changes: fields (the next step too) and service lines."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from invoicing.lines import Line, contents, rewrite_lines
from relations.merging import MERGED, hold_unmerged
from relations.models import Contact, Relation
from sales.history import claim, commit, event_of
from sales.models import Sale, SaleEvent, SalesSettings
from sales.refusals import Refused
from sales.transitions import enter, now_of
from salescrm.accounts.handing_over import check_owner
from salescrm.calendar import odd_years, written_day
from salescrm.fields import field_of
from salescrm.models import User
from salescrm.versions import once

PLAIN = ["subject", "contact", "start_date", "next_step", "next_step_on", "note"]
WATCHED = ["expected_revenue", "expected_end_date", "owner", "customer", "source"]
DAYS = ["start_date", "expected_end_date", "next_step_on", "closed_on"]
FROZEN = ["expected_revenue", "expected_end_date", "customer", "source"]


def create(*, values: dict, by: User, token: UUID | None) -> Sale:
    """Create an open sale in `values["phase"]` with its first event; the same `token` twice gives the first record.

    `values` holds the fields of PLAIN and WATCHED and the phase. Refuses a contact of another customer, a person as
    customer or a source when Settings switched these off, a retired phase, an owner who has just been deactivated and
    an odd year (rules 1, 3, 6, 7 and 20).
    """
    return once(token, Sale, lambda: _create(values, by))


def _create(values: dict, by: User) -> Sale:
    values = dict(values)
    phase = values.pop("phase")
    sale = Sale(**values, updated_by=by, last_sequence=1)
    _check(sale, before=None)
    check_years(sale, DAYS)
    if not phase.is_active:
        raise Refused({"phase": _("This phase is retired. Choose another one.")}, code="retired")
    check_owner(sale.owner, field="owner")
    enter(sale, phase)
    sale.probability = now_of(phase)
    sale.save(force_insert=True)
    event_of(sale, kind=SaleEvent.Kind.CREATED, by=by, at=sale.phase_since).save(force_insert=True)
    return sale


@transaction.atomic
def edit(sale: Sale, *, values: dict, version: int, by: User) -> Sale:
    """Change fields of PLAIN and WATCHED; an event is appended when one of WATCHED changed (rules 2, 6 and 7).

    Refuses to change amount, end date, customer or source of a closed sale, a day in an odd year (rule 20) and an
    owner who has just been deactivated.
    Probability and its by-hand mark are never touched. Sent twice by the same user, the second time changes nothing.
    """
    sale, repeated = claim(
        sale, version=version, by=by, same=lambda sale: all(getattr(sale, name) == values[name] for name in values)
    )
    if repeated:
        return sale
    before = {name: getattr(sale, _column(name)) for name in (*PLAIN, *WATCHED)}
    customer_before = sale.customer_id
    for name, value in values.items():
        if name not in before:
            raise ValueError(f"{name} is not changed by a form")
        setattr(sale, name, value)
    changed = [name for name in before if getattr(sale, _column(name)) != before[name]]
    if not changed:
        return sale
    check_frozen(sale, changed)
    check_years(sale, changed)
    if {"start_date", "expected_end_date"} & set(changed):
        check_days(sale)
    _check(sale, before=before)
    if sale.customer_id != customer_before and (sale.invoice_id or sale.project_id):
        raise Refused({"customer": _("An invoice or project of this customer hangs on this sale.")}, code="linked")
    if "owner" in changed:
        check_owner(sale.owner, field="owner")
    kind = SaleEvent.Kind.CHANGED if set(changed) & set(WATCHED) else ""
    return commit(sale, fields=changed, by=by, kind=kind)


def _column(name: str) -> str:
    return field_of(Sale, name).attname


def check_frozen(sale: Sale, changed: list[str]) -> None:
    """Refuse a change of the fields that stay as they are once a sale is closed (rule 2)."""
    frozen = [name for name in changed if name in FROZEN]
    if frozen and not sale.is_open:
        why = _("This sale is closed, so this stays as it stood. Reopen it first.")
        raise Refused(dict.fromkeys(frozen, why), code="closed")


def check_years(sale: Sale, changed: Iterable[str]) -> None:
    """Refuse a day outside the years of rule 20 among the `changed` fields; what nobody touched stays as it is."""
    if odd := odd_years({name: getattr(sale, name) for name in changed if name in DAYS}):
        raise Refused(odd, code="years")


def check_days(sale: Sale) -> None:
    """Refuse a sale that would end, or be closed, before it starts."""
    start = sale.start_date
    if start and sale.closed_on and sale.closed_on < start:
        text = _("The start date cannot lie after the closing day, %(day)s.")
        raise Refused({"start_date": text % {"day": written_day(sale.closed_on)}}, code="days")
    check_end(sale.expected_end_date, start=start)


def check_end(end: date | None, *, start: date | None) -> None:
    """Refuse an expected end before the start; forms check it too, to show it beside other errors."""
    if start and end and end < start:
        raise Refused({"expected_end_date": _("The expected end date lies before the start date.")}, code="days")


def check_new(sale: Sale) -> None:
    """Refuse an unsaved sale that create() would refuse, without a look at its phase."""
    _check(sale, before=None)


def _check(sale: Sale, *, before: dict | None) -> None:
    if sale.expected_revenue is not None and sale.expected_revenue < 0:
        raise Refused(_("Expected revenue is not negative."), code="negative")
    switches = SalesSettings.current()
    new = before or dict.fromkeys((*PLAIN, *WATCHED))
    if sale.customer_id != new["customer"]:
        if sale.customer.kind == Relation.Kind.PERSON and not switches.sales_to_persons:
            raise Refused({"customer": _("Sales to persons are switched off. Choose an organization.")}, code="person")
        if not hold_unmerged(sale.customer_id):
            raise Refused({"customer": MERGED}, code="merged")
        if not sale.customer.is_active:
            raise Refused({"customer": _("This relation is deactivated. Choose another one.")}, code="inactive")
    if sale.source_id != new["source"] and sale.source is not None:
        if not switches.source:
            raise Refused({"source": _("Sources are switched off. An administrator can change that.")}, code="off")
        if not sale.source.is_active:
            raise Refused({"source": _("This source is retired. Choose another one.")}, code="retired")
    if sale.contact_id and not Contact.objects.filter(pk=sale.contact_id, organization=sale.customer_id).exists():
        raise Refused({"contact": _("This is not a contact person of the customer.")}, code="contact")


@transaction.atomic
def lines_are_fixed() -> str:
    """Why the service lines of a closed sale are not changed."""
    return _("This sale is closed, so its service lines stay as they are. Reopen it first.")


def replace_lines(sale: Sale, *, lines: list[dict], version: int, by: User) -> Sale:
    """Make `lines` (dicts of SaleLine.FIELDS, in order; a known `pk` keeps its row) the service lines of the sale.

    Refuses a closed sale: its lines went to an invoice or project. Sent twice by the same user, the second time
    changes nothing.
    """
    content = [Line.of(row) for row in lines]
    sale, repeated = claim(sale, version=version, by=by, same=lambda sale: contents(sale.lines) == content)
    if repeated:
        return sale
    if not sale.is_open:
        raise Refused(lines_are_fixed(), code="closed")
    rewrite_lines(sale.lines, lines, sale=sale)
    return commit(sale, fields=[], by=by)
