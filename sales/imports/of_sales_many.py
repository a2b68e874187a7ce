"""Changing known sales together: changes that no rule can refuse take a few statements for all of them."""

from sales import editing
from sales.history import commit_many
from sales.imports.deciding import Decision
from sales.imports.of_sales_back import ENTERED
from sales.imports.storing import close_many, outcome_of
from sales.models import Phase, SaleEvent
from sales.transitions import enter
from salescrm.models import User

FIELDS = {"subject", "next_step", "next_step_on", "note", "expected_revenue", "owner"}
UNQUESTIONED = {*FIELDS, *ENTERED, "status", "closed_on", "accept_reason", "loss_reason", "loss_explanation"}
Kind = SaleEvent.Kind


def is_unquestioned(decision: Decision) -> bool:
    """Whether this change of a sale is one of those that no rule forbids: the decision alone says so."""
    sale, after = decision.target, decision.after
    phase = after.get("phase")
    moves = phase is None or (phase != sale.phase and phase.is_active and not after["probability_by_hand"])
    return moves and set(after) <= (UNQUESTIONED if sale.is_open else FIELDS - set(editing.FROZEN))


def change_together(decisions: list[Decision], *, by: User | None) -> None:
    """Store unquestioned changes of locked sales; each gets the events it would get alone: fields, phase, closing."""
    for decision in decisions:
        for name in FIELDS & set(decision.after):
            setattr(decision.target, name, decision.after[name])
    edited = [decision for decision in decisions if FIELDS & set(decision.after)]
    for kind in ("", Kind.CHANGED):
        sales = [edit.target for edit in edited if bool(kind) == bool(set(editing.WATCHED) & set(edit.after))]
        commit_many(sales, fields=FIELDS, by=by, kind=kind)
    moved = [decision for decision in decisions if "phase" in decision.after]
    phases = Phase.objects.in_bulk({decision.after["phase"].pk for decision in moved}) if moved else {}
    for decision in moved:
        enter(decision.target, phases[decision.after["phase"].pk])
    commit_many([decision.target for decision in moved], fields=ENTERED, by=by, kind=Kind.MOVED)
    close_many([(each.target, outcome_of(each.after)) for each in decisions if "status" in each.after], by=by)
