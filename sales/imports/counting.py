"""The progress and the results of a run, counted by the database."""

from collections.abc import Iterable

from django.db.models import Count, Q

from sales.models.imports import ImportRow, ImportRun


def counts(run: ImportRun) -> dict[str, int]:
    """How many rows have each verdict, and how many were done, undone, or undone in part."""
    if run.cleared_at:
        return run.options["counts"]
    return run.rows.aggregate(
        rows=Count("pk"),
        done=Count("pk", filter=Q(is_done=True)),
        undone=Count("pk", filter=Q(is_undone=True)),
        remainder=Count("pk", filter=~Q(remainder="")),
        **{verdict: Count("pk", filter=Q(verdict=verdict)) for verdict in ImportRow.Verdict.values},
    )


def written(runs: Iterable[ImportRun]) -> dict[int, dict[str, int]]:
    """What each of these runs created, updated and refused, by its id; counted again only for unfinished ones."""
    known = {run.pk: run.options["told"] for run in runs if run.options.get("told") is not None}
    rows = ImportRow.objects.filter(run__in=[run.pk for run in runs if run.pk not in known]).order_by()
    kinds = {
        "create": Count("pk", filter=Q(is_done=True, verdict=ImportRow.Verdict.CREATE)),
        "update": Count("pk", filter=Q(is_done=True, verdict=ImportRow.Verdict.UPDATE)),
        "refused": Count("pk", filter=Q(verdict=ImportRow.Verdict.REFUSED)),
        "remainder": Count("pk", filter=~Q(remainder="")),
    }
    return known | {count.pop("run"): count for count in rows.values("run").annotate(**kinds)}


def to_do(run: ImportRun) -> int:
    """How many rows the stage that begins has to do; counted once per stage, not at every look at the progress."""
    match run.status:
        case ImportRun.Status.RUNNING:
            return run.rows.filter(verdict__in=ImportRow.WRITES).count()
        case ImportRun.Status.UNDOING:
            return run.rows.filter(is_done=True).count()
        case _:
            return run.options["rows"]


def progress(run: ImportRun) -> tuple[int, int]:
    """The progress of the present stage: rows dealt with, and all rows it has to do."""
    total = run.options.get("to_do", run.options["rows"])
    return min(run.options.get("dealt", 0), total), total
