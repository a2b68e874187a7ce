"""A run in slices, each a transaction of its own under a lock of the run: checking, carrying out, taking back."""

import json
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from invoicing.models import Invoice
from projects.models import Project
from relations.models import Contact, Relation
from sales.imports.counting import to_do, written
from sales.imports.deciding import (
    Decision,
    Importer,
    message_of,
    plain,
)
from sales.imports.finding import UNKNOWN
from sales.imports.of_contacts import ContactImporter
from sales.imports.of_relations import RelationImporter
from sales.imports.of_sales import SaleImporter
from sales.imports.storing import alone, one_at_a_time
from sales.models import Sale
from sales.models.imports import ImportRow, ImportRun
from salescrm.models import User
from salescrm.versions import Refused, Stale, anybody, claim, commit, hold, lock_all

SLICE = 200
IMPORTERS = {
    ImportRun.Kind.RELATIONS: RelationImporter,
    ImportRun.Kind.CONTACTS: ContactImporter,
    ImportRun.Kind.SALES: SaleImporter,
}
RECORDS = {ImportRun.Kind.RELATIONS: Relation, ImportRun.Kind.CONTACTS: Contact, ImportRun.Kind.SALES: Sale}
Status, Verdict = ImportRun.Status, ImportRow.Verdict
CLEARED = gettext_lazy("This import was a long time ago: its rows and its file have been removed.")
DECIDED = ("verdict", "why", "key", "label", "target", "version", "before", "after")


@transaction.atomic
def agree(run: ImportRun, *, mapping: dict, key: str, options: dict, version: int, by: User) -> ImportRun:
    """Store what the columns are and how they are read; earlier checks are discarded.

    Refuses a run that has been started.
    """
    run, _repeated = _claim(run, version, by)
    if not run.is_open:
        raise _moved_on(run)
    run.mapping, run.key, run.options = mapping, key, run.options | options
    return _enter(run, Status.UPLOADED, by)


@transaction.atomic
def check(run: ImportRun, *, words: dict, version: int, by: User) -> ImportRun:
    """Begin to check every row, with the meanings of `words` by field. Twice is harmless."""
    at_work, later = (Status.CHECKING, Status.PLANNED), (version + 1, version + 2)
    run, repeated = _claim(run, version, by, lambda run: run.status in at_work and run.version in later)
    if repeated:
        return run
    if not run.is_open or not run.mapping:
        raise _moved_on(run)
    run.options["words"] = run.options.get("words", {}) | words
    run.rows.exclude(verdict="").update(verdict="", why="", key="", target=None, version=None, before=None, after=None)
    return _enter(run, Status.CHECKING, by)


@transaction.atomic
def start(run: ImportRun, *, version: int, by: User) -> ImportRun:
    """Begin to carry out what the preview of this `version` shows. Twice is harmless."""
    at_work = (Status.RUNNING, Status.DONE)
    run, repeated = _claim(run, version, by, lambda run: run.status in at_work and run.version == version + 1)
    if repeated:
        return run
    if run.status != Status.PLANNED:
        raise _moved_on(run)
    run.started_at = timezone.now()
    return _enter(run, Status.RUNNING, by)


@transaction.atomic
def undo(run: ImportRun, *, by: User) -> ImportRun:
    """Begin to take back everything the run did, a run that was interrupted too. Twice is harmless.

    Refuses a run whose rows have been removed: they hold what there was before.
    """
    run = alone(run)
    if run.status in (Status.UNDOING, Status.UNDONE):
        return run
    if run.status not in (Status.RUNNING, Status.DONE):
        raise _moved_on(run)
    if run.cleared_at:
        raise Refused(CLEARED, code="cleared")
    last = run.rows.order_by("-line").values_list("line", flat=True).first() or 0
    return _enter(run, Status.UNDOING, by, position=last + 1)


def _moved_on(run: ImportRun, **_click) -> Stale:
    return Stale(run, _("Somebody went on with this import meanwhile. This is how it stands now."))


def _claim(run: ImportRun, version: int, by: User, same=lambda run: False) -> tuple[ImportRun, bool]:
    alone(run)
    return claim(ImportRun.objects.all(), run.pk, version=version, by=by, same=same, repeated=anybody, stale=_moved_on)


def _enter(run: ImportRun, status: str, by: User, *, position: int = 0) -> ImportRun:
    run.status, run.position = status, position
    run.options |= {"to_do": to_do(run), "dealt": 0, "told": None, "unknown": 0}
    return commit(run, fields=["status", "position", "options", "mapping", "key", "started_at"], by=by)


def advance(run: ImportRun, *, by: User) -> ImportRun:
    """Do the next slice of the present stage; two requests at the same moment do two different slices."""
    with transaction.atomic():
        run = alone(run)
        match run.status:
            case Status.CHECKING:
                _check_slice(run, by)
            case Status.RUNNING:
                _run_slice(run, by)
            case Status.UNDOING:
                _undo_slice(run, by)
    return run


def _check_slice(run: ImportRun, by: User) -> None:
    rows = list(run.rows.filter(line__gt=run.position).order_by("line")[:SLICE])
    if not rows:
        _finish(run, Status.PLANNED)
        return
    decisions = _importer(run, by).decide(rows, trial=True)
    for decision in decisions:
        _note(decision)
    unknown = sum(decision.code == UNKNOWN for decision in decisions)
    run.options["unknown"] = run.options.get("unknown", 0) + unknown
    _keep(rows, DECIDED)
    _came_to(run, rows[-1], dealt=len(rows))


def _note(decision: Decision) -> None:
    row, target = decision.row, decision.target
    row.verdict, row.why, row.key, row.label = decision.verdict, decision.why, decision.key, decision.label
    row.target, row.version = (target.pk, target.version) if target else (None, None)
    row.before, row.after = plain(decision.before), plain(decision.after)


def _run_slice(run: ImportRun, by: User) -> None:
    rows = _that_write(run.rows.filter(line__gt=run.position), "line")
    if not rows:
        run.finished_at = timezone.now()
        _finish(run, Status.DONE)
        return
    one_at_a_time()
    _hold(run, rows)
    importer = _importer(run, by)
    decisions = [_as_previewed(decision) for decision in importer.decide(rows, trial=False)]
    importer.carry_out(decisions)
    for decision in decisions:
        _done(decision)
    _keep(rows, ("verdict", "why", "label", "target", "version", "made", "is_done"))
    _came_to(run, rows[-1], dealt=len(rows))


def _that_write(rows: QuerySet, order: str) -> list[ImportRow]:
    """The next rows that add or change something. One verdict at a time: that is a short walk along an index, also
    while the database does not know yet how many rows of each there are.
    """
    candidates = [row for verdict in ImportRow.WRITES for row in rows.filter(verdict=verdict).order_by(order)[:SLICE]]
    return sorted(candidates, key=lambda row: row.line, reverse=order.startswith("-"))[:SLICE]


def _as_previewed(decision: Decision) -> Decision:
    """Refuse what is no longer what the preview showed: the record, or what the row means, changed since."""
    row, target = decision.row, decision.target
    if decision.verdict == Verdict.REFUSED:
        return decision
    now = (decision.verdict, target and target.pk, target and target.version)
    if now != (row.verdict, row.target, row.version) or plain(decision.after) != row.after:
        decision.refuse(_("It was changed after this import was checked, so this row was left out."))
    return decision


def _done(decision: Decision) -> None:
    row = decision.row
    if decision.verdict == Verdict.REFUSED:
        row.verdict, row.why = decision.verdict, decision.why
        return
    row.target, row.version, row.is_done = decision.target.pk, decision.target.version, True


def _undo_slice(run: ImportRun, by: User) -> None:
    below = _that_write(run.rows.filter(line__lt=run.position), "-line")
    rows = [row for row in below if row.is_done]
    if not below:
        run.undone_at = timezone.now()
        _finish(run, Status.UNDONE)
        return
    _hold(run, rows)
    importer = _importer(run, by)
    together = importer.take_back_together(rows)
    for row in rows:
        row.is_undone = row.pk in together
    for row in [row for row in rows if not row.is_undone]:
        try:
            with transaction.atomic():
                row.remainder = importer.take_back(row)[:500]
        except ValidationError as error:
            row.remainder = message_of(error)[:500]
        row.is_undone = not row.remainder
    _keep(rows, ("remainder", "is_undone"))
    _came_to(run, below[-1], dealt=len(rows))


def _hold(run: ImportRun, rows: list[ImportRow]) -> None:
    """Lock all records of a slice at once, in the order of their ids: two requests that lock one by one, each in an
    order of its own, could wait for each other for ever.
    """
    targets = [row.target for row in rows if row.target]
    records = RECORDS[run.kind].objects.filter(pk__in=targets)
    if run.kind == ImportRun.Kind.SALES and run.status == Status.UNDOING:  # reopening locks what acceptance made
        invoices = Invoice.objects.filter(pk__in=records.exclude(invoice=None).order_by().values("invoice"))
        projects = Project.objects.filter(pk__in=records.exclude(project=None).order_by().values("project"))
        hold(invoices, records, projects)
    else:
        lock_all(records.only("pk"))


def _importer(run: ImportRun, by: User) -> Importer:
    return IMPORTERS[run.kind](run, by=by)


def _keep(rows: list[ImportRow], names: Iterable[str]) -> None:
    """Store these fields of all rows in one short statement."""
    types = {name: ImportRow._meta.get_field(name).db_type(connection) for name in names}
    changed = [{"id": row.pk} | {name: getattr(row, name) for name in names} for row in rows]
    columns = ", ".join(f"{name} {kind}" for name, kind in types.items())
    changes = ", ".join(f"{name} = changed.{name}" for name in types)
    statement = f"""
        UPDATE {ImportRow._meta.db_table} AS stored SET {changes}
        FROM jsonb_to_recordset(%s::jsonb) AS changed(id bigint, {columns}) WHERE stored.id = changed.id
    """  # noqa: S608 (names of columns)
    with connection.cursor() as cursor:
        cursor.execute(statement, [json.dumps(changed, cls=DjangoJSONEncoder)])


def _came_to(run: ImportRun, row: ImportRow, *, dealt: int) -> None:
    run.position = row.line
    run.options["dealt"] = run.options.get("dealt", 0) + dealt
    run.save(update_fields=["position", "options"])


def _finish(run: ImportRun, status: str) -> None:
    run.status, run.position = status, 0
    run.options["told"] = written([run]).get(run.pk, {})
    commit(run, fields=["status", "position", "options", "finished_at", "undone_at"], by=run.updated_by)
