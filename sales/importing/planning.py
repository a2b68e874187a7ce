"""What a row would do: the dry run. Every row gets a verdict; nothing is stored here."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from relations.models import Relation
from relations.naming import fold
from sales.importing.mapping import REASONS
from sales.importing.reading import Row
from sales.importing.rows import Record, Rejected, RowReader
from sales.models import Sale, SaleStatus, Source
from salescrm.models import User

CREATE, UPDATE, UNCHANGED, REJECT = "create", "update", "unchanged", "reject"
FROZEN = {"expected_revenue", "expected_end_date", "customer"}  # of a closed sale (rule 2)


@dataclass(frozen=True)
class Verdict:
    """What happens with one row, and why."""

    row: Row
    action: str
    reference: str = ""
    why: str = ""


@dataclass
class Change:
    """An existing sale and what the file says differently; `values` holds fields of Sale and the outcome."""

    sale: Sale
    record: Record
    values: dict


@dataclass
class Plan:
    """Everything a run would do."""

    verdicts: list[Verdict] = field(default_factory=list)
    creates: list[Record] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    owners: dict[str, User | None] = field(default_factory=dict)  # None: will be added
    customers: dict[str, Relation | None] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    reasons: dict[str, dict] = field(default_factory=dict)
    unknown_owners: list[str] = field(default_factory=list)
    unknown_customers: list[str] = field(default_factory=list)

    def count(self, action: str) -> int:
        """How many rows have this verdict."""
        return sum(verdict.action == action for verdict in self.verdicts)

    def reason(self, record: Record):
        """The reason accepted or lost of a record: the row's own, else the one of its stage."""
        own = self.reasons.get(record.stage.status, {}).get(record.reason.casefold())
        return own or record.stage.reason


def make_plan(rows: Iterable[Row], reader: RowReader, *, lock: bool = False) -> Plan:
    """Decide about every row. `lock` keeps the existing sales of the file locked until the transaction ends."""
    plan = Plan(
        sources={source.name.casefold(): source for source in Source.objects.all()},
        reasons={
            status: {row.name.casefold(): row for row in model.objects.all()} for status, model in REASONS.items()
        },
    )
    records, seen = [], {}
    for row in rows:
        try:
            record = reader.read(row)
            _check_names(record, plan)
            if record.reference in seen:
                raise Rejected(f"reference {record.reference} stands already on line {seen[record.reference]}")
            seen[record.reference] = row.line
            records.append((row, record))
        except Rejected as rejection:
            plan.verdicts.append(Verdict(row, REJECT, reader.reference(row), str(rejection)))
    _look_up(plan, [record for _row, record in records])
    existing = _existing(list(seen), lock)
    for row, record in records:
        plan.verdicts.append(_decide(plan, row, record, existing.get(record.reference)))
    plan.verdicts.sort(key=lambda verdict: verdict.row.line)
    return plan


def _check_names(record: Record, plan: Plan) -> None:
    if record.source and record.source.casefold() not in plan.sources:
        raise Rejected(f'unknown source "{record.source}"')
    reasons = plan.reasons.get(record.stage.status)
    if record.reason and reasons is not None and record.reason.casefold() not in reasons:
        raise Rejected(f'unknown reason {record.stage.status} "{record.reason}"')


def _existing(references: list[str], lock: bool) -> dict[str, Sale]:
    sales = Sale.objects.order_by("pk").filter(external_reference__in=references)
    if lock:
        sales = sales.select_for_update(of=("self",))
    return {sale.external_reference: sale for sale in sales.prefetch_related("phase", "customer", "owner")}


def _look_up(plan: Plan, records: list[Record]) -> None:
    """Find owners by name or e-mail address and customers by name; capitals and accents do not matter."""
    owners = {}
    for user in User.objects.order_by("is_active", "-pk"):  # the first active one wins
        owners |= {fold(user.name): user, user.email: user}
    customers = {}
    wanted = {fold(record.customer) for record in records}
    found = Relation.objects.filter(kind=Relation.Kind.ORGANIZATION, sort_key__in=wanted)
    for relation in found.select_related("merged_into").order_by("is_active", "-pk"):
        customers[relation.sort_key] = relation.merged_into or relation  # the name of a merged one leads on
    for record in records:
        plan.owners.setdefault(record.owner, owners.get(fold(record.owner)))
        plan.customers.setdefault(record.customer, customers.get(fold(record.customer)))
    plan.unknown_owners = sorted(name for name, found in plan.owners.items() if found is None)
    plan.unknown_customers = sorted(name for name, found in plan.customers.items() if found is None)


def _decide(plan: Plan, row: Row, record: Record, sale: Sale | None) -> Verdict:
    if sale is None:
        plan.creates.append(record)
        return Verdict(row, CREATE, record.reference)
    values = _differences(plan, record, sale)
    if why := _refusal(sale, record, values):
        return Verdict(row, REJECT, record.reference, why)
    if not values:
        return Verdict(row, UNCHANGED, record.reference)
    plan.changes.append(Change(sale, record, values))
    return Verdict(row, UPDATE, record.reference, ", ".join(sorted(values)))


def _differences(plan: Plan, record: Record, sale: Sale) -> dict:
    says = dict(record.values)
    if record.source:
        says["source"] = plan.sources[record.source.casefold()]
    if record.stage.status == sale.status == SaleStatus.OPEN:
        says["phase"] = record.stage.phase
    else:
        says |= {"status": record.stage.status, "closed_on": record.closed_on}
        if reason := plan.reason(record):
            says["accept_reason" if record.stage.status == SaleStatus.ACCEPTED else "loss_reason"] = reason
    differences = {name: value for name, value in says.items() if getattr(sale, name) != value}
    for name, found in (("owner", plan.owners[record.owner]), ("customer", plan.customers[record.customer])):
        if found is None or found.pk != getattr(sale, f"{name}_id"):
            differences[name] = getattr(record, name)
    return differences


def _refusal(sale: Sale, record: Record, values: dict) -> str:
    if sale.trashed:
        return "the sale is in the trash: restore it in the CRM first"
    if sale.is_open:
        linked = "customer" in values and (sale.invoice_id or sale.project_id)
        return "an invoice or project of its customer hangs on the sale, so customer stays as it is" if linked else ""
    if record.stage.status != sale.status:
        return f"the sale is {sale.status} in the CRM and {record.stage.status} in the file: reopen it in the CRM first"
    if frozen := sorted(FROZEN & set(values)):
        return f"the sale is closed in the CRM, so {', '.join(frozen)} stays as it stood: reopen it first"
    return ""
