"""What an administrator changes in Settings > Sales: switches, list rows, and the probability of a phase."""

from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.db.models import Count, F, Q, Sum, Value
from django.utils.translation import gettext as _

from relations.models import Relation, RelationType
from relations.saving import retype_all
from sales.history import commit_many
from sales.models import AcceptReason, LossReason, Phase, Sale, SaleEvent, SalesSettings, Source
from sales.refusals import Changed, Refused
from sales.transitions import enter
from salescrm import lookups
from salescrm.lookups import Lookup
from salescrm.models import Organisation, User
from salescrm.numbering import NumberSeries
from salescrm.versions import claim, commit, commit_all, lock, lock_all, lock_tables

USED_IN = {Phase: "phase", AcceptReason: "accept_reason", LossReason: "loss_reason", Source: "source"}
Kind = SaleEvent.Kind


def _lock_switches() -> SalesSettings:
    """The one row of switches, locked: "required" and the last active row of a list are decided one after another."""
    return lock(SalesSettings.objects.all(), 1)


@transaction.atomic
def change_switches(
    *, values: dict, sales_visible: str, number_projects: bool, project_pattern: str, version: int, by: User
) -> None:
    """Store the switches of Settings > Sales; hand-set probabilities stay as they are (rules 1, 3 and 23).

    Refuses a stale version (rule 6), which is that of all of them, and to make a reason required while its list has no
    active row. The same values change nothing.
    """
    project = (number_projects, project_pattern)

    def is_same(stored: SalesSettings) -> bool:
        alike = all(getattr(stored, name) == value for name, value in values.items())
        series = NumberSeries.objects.filter(kind=NumberSeries.Kind.PROJECT).values_list("is_active", "pattern")
        return alike and stored.organisation.sales_visible == sales_visible and series.first() == project

    switches, _repeated = claim(SalesSettings.objects.all(), 1, version=version, by=by, same=is_same)
    if is_same(switches):
        return
    for name, model in (("accept_reason", AcceptReason), ("loss_reason", LossReason)):
        if values[name] == SalesSettings.Use.REQUIRED and not model.objects.active().exists():
            raise Refused({name: _("The list has no active reason. Add one before you require it.")}, code="empty")
    for name, value in values.items():
        setattr(switches, name, value)
    commit(switches, fields=values, by=by)
    Organisation.objects.filter(pk=switches.pk).update(sales_visible=sales_visible)
    NumberSeries.objects.update_or_create(
        kind=NumberSeries.Kind.PROJECT, defaults={"is_active": number_projects, "pattern": project_pattern}
    )
    Organisation.forget()


@transaction.atomic
def store_row(row: Lookup, *, is_default: bool = False, version: int | None = None, by: User | None = None) -> Lookup:
    """Add a row at the end of its list or store its new name; `is_default` makes a relation type the proposed one.

    Refuses a stale version (rule 6); `version` is that of the row as it was read by default.
    """
    _lock_switches()
    proposed = isinstance(row, RelationType) and is_default
    before = lock_all(RelationType.objects.filter(Q(pk=row.pk) | Q(is_default=True)), no_key=True) if proposed else []
    values = {"name": row.name} | ({"is_default": True} if proposed else {})
    if row.pk:
        version = row.version if version is None else version
        row, repeated = claim(
            type(row).objects.all(), row.pk, version=version, by=by, no_key=True,
            same=lambda stored: all(getattr(stored, name) == value for name, value in values.items()),
        )  # fmt: skip
        if repeated:
            return row
    commit_all([other for other in before if other.pk != row.pk], is_default=False, by=by)
    for name, value in values.items():
        setattr(row, name, value)
    return commit(row, fields=values, by=by) if row.pk else lookups.add(row)


@transaction.atomic
def retire(row: Lookup, *, by: User | None = None) -> None:
    """Take a row out of new choices; records and reports keep it (rule 5). Refuses the rows `check_spare` names."""
    _offer(check_spare(row, _lock_switches()), False, by)


@transaction.atomic
def reactivate(row: Lookup, *, by: User | None = None) -> None:
    """Offer a retired row again."""
    _offer(lock(type(row).objects.all(), row.pk, no_key=True), True, by)


def _offer(row: Lookup, is_active: bool, by: User | None) -> None:
    if row.is_active != is_active:
        row.is_active = is_active
        commit(row, fields=["is_active"], by=by)


@transaction.atomic
def delete(row: Lookup) -> None:
    """Delete a row that nothing names. Refuses one in use, and the rows `check_spare` names (rule 5)."""
    check_spare(row, _lock_switches())
    lookups.delete(row)


def check_spare[Row: Lookup](row: Row, switches: SalesSettings) -> Row:
    """The row under lock.

    Refuses to give up the last active phase, the last active row of a required list, a proposed relation type.
    """
    row = lock(type(row).objects.all(), row.pk, no_key=True)
    if not row.is_active:
        return row
    last = not type(row).objects.active().exclude(pk=row.pk).exists()
    use = {AcceptReason: switches.accept_reason, LossReason: switches.loss_reason}.get(type(row))
    if isinstance(row, Phase) and last:
        raise Refused(_("This is the last active phase. A sale always needs one."), code="last")
    if use == SalesSettings.Use.REQUIRED and last:
        raise Refused(_("This is the last active reason, and a reason is required."), code="last")
    if isinstance(row, RelationType) and row.is_default:
        raise Refused(_("This type is proposed for a new relation. Choose another one for that first."), code="default")
    if isinstance(row, RelationType) and row.pk == switches.accepted_type_id:
        raise Refused(_("This type is proposed on acceptance. Choose another one for that first."), code="accepted")
    if isinstance(row, RelationType) and row.pk == switches.competitor_type_id:
        text = _("This type is what a new competitor becomes. Choose another one for that first.")
        raise Refused(text, code="competitor")
    return row


@transaction.atomic
def move_all(row: Lookup, *, to: Lookup, by: User) -> int:
    """Let every record that uses `row` use `to`, and say how many (rule 5).

    Open sales enter the other phase with its probability, closed sales keep their phase. Refuses a retired target.
    """
    if isinstance(row, RelationType):
        users = lock_all(Relation.objects.filter(relation_type=row).only("pk"))
        return retype_all(users, to=_target(row, to), by=by)
    sales = lock_all(Sale.objects.filter(**{USED_IN[type(row)]: row}))
    return _move_sales(sales, row, to=_target(row, to), by=by)


def _target[Row: Lookup](row: Row, to: Lookup) -> Row:
    """The row to move everything to as it stands now, with the other one locked after what uses it."""
    pair = lock_all(type(row).objects.filter(pk__in=[row.pk, to.pk]), no_key=True)
    target = next((candidate for candidate in pair if candidate.pk == to.pk), None)
    if target is None or not target.is_active or target.pk == row.pk:
        raise Refused(_("Choose another active row to move everything to."), code="target")
    return target


def _move_sales(sales: list[Sale], row: Lookup, *, to: Lookup, by: User) -> int:
    column = USED_IN[type(row)]
    opened = [sale for sale in sales if sale.is_open]
    if isinstance(to, Phase):
        for sale in opened:
            enter(sale, to)
        commit_many(opened, fields=["phase", "probability", "probability_by_hand"], by=by, kind=Kind.MOVED)
        return len(opened)
    for sale in sales:
        setattr(sale, column, to)
    commit_many(opened, fields=[column], by=by, kind=Kind.CHANGED)
    commit_many([sale for sale in sales if not sale.is_open], fields=[column], by=by, kind=Kind.CORRECTED)
    return len(sales)


@dataclass(frozen=True)
class ProbabilityChange:
    """What another probability of a phase would do to the open sales standing in it (rule 4)."""

    before: int
    after: int
    count: int  # open sales that would change: not by hand, not already at the new percentage
    by_hand: int
    unknown: int  # of `count`, without a known expected revenue
    weighted_before: Decimal
    weighted_after: Decimal
    forecast_before: Decimal

    @property
    def difference(self) -> Decimal:
        """What the forecast gains or loses."""
        return self.weighted_after - self.weighted_before

    @property
    def forecast_after(self) -> Decimal:
        """The weighted revenue of all open sales afterwards."""
        return self.forecast_before + self.difference

    @property
    def basis(self) -> str:
        """The figures of this preview; another basis means that something changed since."""
        return f"{self.before}>{self.after}:{self.count}:{self.weighted_before.normalize():f}"


def preview_probability(phase: Phase, probability: int) -> ProbabilityChange:
    """Count and add up, in one statement and exactly, what `probability` would change (rule 4). Stores nothing."""
    standing = Q(phase=phase, probability_by_hand=False) & ~Q(probability=probability)
    weighted = F("expected_revenue") * Value(probability) * Value(Decimal("0.01"))
    sums = (
        Sale.objects.untrashed()
        .open()
        .aggregate(
            count=Count("pk", filter=standing),
            by_hand=Count("pk", filter=Q(phase=phase, probability_by_hand=True)),
            unknown=Count("pk", filter=standing & Q(expected_revenue=None)),
            weighted_before=Sum("weighted_revenue", filter=standing, default=Decimal(0)),
            weighted_after=Sum(weighted, filter=standing, default=Decimal(0)),
            forecast_before=Sum("weighted_revenue", default=Decimal(0)),
        )
    )
    return ProbabilityChange(before=phase.probability, after=probability, **sums)


@transaction.atomic
def change_phase(
    phase: Phase,
    *,
    name: str,
    colour: str,
    probability: int,
    age_limit: int | None,
    open_sales: bool,
    basis: str | None,
    by: User,
    version: int | None = None,
) -> int:
    """Store a phase; with `open_sales` its open sales follow the new probability, one event each (rule 4).

    Returns how many sales changed. Hand-set and closed sales never do. Refuses a stale version (rule 6), by default
    that of the phase as it was read. `basis` is that of the preview the choice was made on; raises Changed when it no
    longer holds.
    """
    values = {"name": name, "colour": colour, "probability": probability, "age_limit": age_limit}
    following = Sale.objects.untrashed().open().filter(phase=phase, probability_by_hand=False)
    if open_sales:
        lock_tables(Sale._meta.db_table)  # none enters the phase with the old percentage meanwhile
    sales = lock_all(following.exclude(probability=probability)) if open_sales else []
    phase, repeated = claim(
        Phase.objects.all(), phase.pk, version=phase.version if version is None else version, by=by, no_key=True,
        same=lambda stored: all(getattr(stored, name) == value for name, value in values.items()),
    )  # fmt: skip
    if repeated:
        return 0
    if probability != phase.probability and basis != preview_probability(phase, probability).basis:
        raise Changed(_("Something changed since you looked. Nothing was stored; these are the figures now."))
    for field, value in values.items():
        setattr(phase, field, value)
    commit(phase, fields=values, by=by)
    for sale in sales:
        sale.phase, sale.probability = phase, probability
    commit_many(sales, fields=["probability"], by=by, kind=Kind.CHANGED)
    return len(sales)
