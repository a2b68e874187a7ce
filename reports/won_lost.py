"""Why and where we win and lose: reasons against the phase at closing, and to whom."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Sum
from django.utils.translation import gettext

from relations.models import Relation
from reports.drill import sales_list
from reports.periods import Question
from sales.models import AcceptReason, LossReason, Phase, Sale
from sales.models.querysets import SaleQuerySet

EXPLANATIONS = 50  # the most that a page shows
COLUMNS = {"accepted": "accept_reason_id", "lost": "loss_reason_id"}


@dataclass(frozen=True)
class ReasonCell:
    """How many sales, what they were worth, how many of them have no known revenue, and their list."""

    count: int
    amount: Decimal
    unknown: int
    url: str


@dataclass(frozen=True)
class ReasonRow:
    key: str
    label: str
    cells: list[ReasonCell]
    total: ReasonCell


@dataclass(frozen=True)
class Matrix:
    """Reasons by phase at closing; the phase stays on a sale when it is closed (rule 2)."""

    status: str
    phases: list[Phase]
    rows: list[ReasonRow]
    totals: list[ReasonCell]
    total: ReasonCell


@dataclass(frozen=True)
class WonLost:
    accepted: Matrix
    lost: Matrix
    competitors: list[ReasonRow]
    explanations: list[Sale]
    explained_further: bool  # there are more than those


def won_lost(sales: SaleQuerySet, question: Question) -> WonLost:
    """What was closed in the period, by outcome, reason and phase at closing; and to which competitor."""
    groups = list(
        question.closed(sales)
        .values("status", "accept_reason_id", "loss_reason_id", "phase_id", "lost_to_id")
        .annotate(
            count=Count("pk"), amount=Sum("expected_revenue", default=Decimal(0)), known=Count("expected_revenue")
        )
        .order_by()
    )
    phases = list(Phase.objects.all())
    explained = list(_explained(sales, question)[: EXPLANATIONS + 1])
    return WonLost(
        accepted=_matrix(groups, question, "accepted", phases, AcceptReason.objects.all()),
        lost=_matrix(groups, question, "lost", phases, LossReason.objects.all()),
        competitors=_competitors(groups, question),
        explanations=explained[:EXPLANATIONS],
        explained_further=len(explained) > EXPLANATIONS,
    )


def _explained(sales: SaleQuerySet, question: Question) -> SaleQuerySet:
    """The lost sales whose loss somebody has put into words, the latest first."""
    lost = question.closed(sales).lost().exclude(loss_explanation="")
    return (
        lost.select_related("customer", "loss_reason")
        .only("subject", "closed_on", "loss_explanation", "customer__name", "loss_reason__name")
        .order_by("-closed_on", "-pk")
    )


def _matrix(groups: list[dict], question: Question, status: str, phases: list[Phase], reasons) -> Matrix:
    lines = [line for line in groups if line["status"] == status]
    used = {line["phase_id"] for line in lines}
    columns = [phase for phase in phases if phase.is_active or phase.pk in used]
    words = {"status": status} | question.words | question.period.closed
    sums = _sums(lines, COLUMNS[status], "phase_id")
    named = [(reason.pk, str(reason.pk), reason.name) for reason in reasons]
    rows = []
    for pk, key, label in [*named, (None, "none", gettext("No reason given"))]:
        of_reason = words | {"reason": key}
        cells = [_cell(sums, [(pk, phase.pk)], of_reason | {"phase": phase.pk}) for phase in columns]
        total = _cell(sums, [place for place in sums if place[0] == pk], of_reason)
        if total.count:
            rows.append(ReasonRow(key, label, cells, total))
    rows.sort(key=lambda row: (row.key == "none", -row.total.count, row.label))
    totals = [
        _cell(sums, [place for place in sums if place[1] == phase.pk], words | {"phase": phase.pk}) for phase in columns
    ]
    return Matrix(status, columns, rows, totals, _cell(sums, list(sums), words))


def _competitors(groups: list[dict], question: Question) -> list[ReasonRow]:
    lines = [line for line in groups if line["status"] == "lost"]
    sums = _sums(lines, "lost_to_id", "status")
    names = dict(Relation.objects.filter(pk__in={line["lost_to_id"] for line in lines}).values_list("pk", "name"))
    words = {"status": "lost"} | question.words | question.period.closed
    rows = []
    for pk, status in sums:
        key = "none" if pk is None else str(pk)
        label = gettext("No competitor noted") if pk is None else names[pk]
        rows.append(ReasonRow(key, label, [], _cell(sums, [(pk, status)], words | {"lost_to": key})))
    return sorted(rows, key=lambda row: (row.key == "none", -row.total.count, -row.total.amount, row.label))


def _sums(lines: list[dict], row: str, column: str) -> dict:
    sums = defaultdict(lambda: [0, Decimal(0), 0])
    for line in lines:
        into = sums[line[row], line[column]]
        into[0] += line["count"]
        into[1] += line["amount"]
        into[2] += line["count"] - line["known"]
    return dict(sums)


def _cell(sums: dict, places: list, words: dict) -> ReasonCell:
    parts = [sums[place] for place in places if place in sums]
    return ReasonCell(
        count=sum(count for count, _amount, _unknown in parts),
        amount=sum((amount for _count, amount, _unknown in parts), Decimal(0)),
        unknown=sum(unknown for _count, _amount, unknown in parts),
        url=sales_list(words),
    )
