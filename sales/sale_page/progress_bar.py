"""The progress bar of a sale: what it shows, and what it sends."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sales.models import Phase, Sale, SalesSettings
from salescrm.money import format_money
from salescrm.templatetags.crm import money

# A move and the page of a sale need both, so one statement reads them, in SQL: Django takes longer to compose it.
PHASES_AND_SWITCHES = """
SELECT phase.*, (SELECT to_json(switches) FROM sales_salessettings switches) AS switches
FROM sales_phase phase ORDER BY position, id
"""


@dataclass(frozen=True)
class BarPlace:
    """A phase on the bar of one sale; `weighted` is the weighted revenue in euro if the sale stood there."""

    pk: int
    name: str
    colour: str
    probability: int
    state: str  # "done", "current" or "ahead"
    weighted: Decimal | None
    would: str  # what moving there means, shown while dragging
    announce: str  # the same for screen readers


def read_phases_and_switches() -> list[Phase]:
    """All phases in the order of the bar; the switches, which the same statement reads, become the current ones."""
    phases = list(Phase.objects.raw(PHASES_AND_SWITCHES))
    if phases and phases[0].switches:
        SalesSettings.take(phases[0].switches)
    return phases


def places(sale: Sale, phases: Iterable[Phase]) -> list[BarPlace]:
    """The active phases in order, and the retired one when the sale stands in it (rule 1)."""
    passed, bar = True, []
    for phase in phases:
        current = phase.pk == sale.phase_id
        if not (phase.is_active or current):
            continue
        state = "current" if current else "done" if passed else "ahead"
        passed = passed and not current
        bar.append(_place(sale, phase, state))
    return bar


def _place(sale: Sale, phase: Phase, state: str) -> BarPlace:
    # The sentences are made here, not in the template: a move draws them for every phase, and has to be quick.
    words = {"name": phase.name, "percent": phase.probability}
    if (weighted := _weighted(sale, phase)) is None:
        would, announce = "", _("%(name)s, %(percent)s %%. Press Enter to move.") % words
    else:
        would = SafeString(_("%(percent)s %% · weighted %(amount)s") % (words | {"amount": money(weighted)}))
        announce = _("%(name)s, %(percent)s %%, weighted %(amount)s. Press Enter to move.")
        announce = announce % (words | {"amount": format_money(weighted, get_language())})
    return BarPlace(phase.pk, phase.name, phase.colour, phase.probability, state, weighted, would, announce)


def _weighted(sale: Sale, phase: Phase) -> Decimal | None:
    return None if sale.expected_revenue is None else sale.expected_revenue * phase.probability / 100
