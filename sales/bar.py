"""What the progress bar of a sale shows."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from sales.models import Phase, Sale


@dataclass(frozen=True)
class Place:
    """A phase on the bar of one sale; `weighted` is the weighted revenue in euro if the sale stood there."""

    pk: int
    name: str
    colour: str
    probability: int
    state: str  # "done", "current" or "ahead"
    weighted: Decimal | None


def places(sale: Sale, phases: Iterable[Phase]) -> list[Place]:
    """The active phases in order, and the retired one when the sale stands in it (rule 1)."""
    passed, bar = True, []
    for phase in phases:
        current = phase.pk == sale.phase_id
        if not (phase.is_active or current):
            continue
        state = "current" if current else "done" if passed else "ahead"
        passed = passed and not current
        bar.append(Place(phase.pk, phase.name, phase.colour, phase.probability, state, _weighted(sale, phase)))
    return bar


def _weighted(sale: Sale, phase: Phase) -> Decimal | None:
    return None if sale.expected_revenue is None else sale.expected_revenue * phase.probability / 100
