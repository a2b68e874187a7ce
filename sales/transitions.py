"""Changes of phase, probability and status: moving a sale, losing it, and undoing the last move."""

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.translation import gettext as _

from relations.merging import MERGED, hold_unmerged
from relations.models import Relation
from sales.history import claim, commit, count_days_anew
from sales.models import Sale, SaleEvent, SalesSettings, SaleStatus
from sales.models.lists import AcceptReason, LossReason, Phase
from sales.models.querysets import SaleQuerySet
from sales.refusals import Refused, require_open
from salescrm.calendar import odd_years, today, written_day
from salescrm.models import User

UNDO_FOR = timedelta(minutes=10)
Kind = SaleEvent.Kind
CHANCE = ["phase", "probability", "probability_by_hand"]
OUTCOME = ["status", "accept_reason", "loss_reason", "lost_to", "loss_explanation", "closed_on", "follow_up"]


@transaction.atomic
def move(sale: Sale, *, phase: Phase, version: int, by: User, among: SaleQuerySet | None = None) -> Sale:
    """Move an open sale to `phase`, whose probability it takes over (rules 2 and 3).

    With `among` (the sales this user may see) `sale` needs only its id: one statement finds and locks it.
    Moving to the phase it stands in changes nothing. Refuses a closed sale and a retired phase.
    """
    sale, repeated = claim(
        sale, version=version, by=by, kind=Kind.MOVED, same=lambda sale: sale.phase_id == phase.pk, among=among
    )
    if repeated:
        return sale
    if not would_move(sale, phase):
        return sale
    enter(sale, phase)
    sale.probability = now_of(phase)
    return commit(sale, fields=CHANCE, by=by, kind=Kind.MOVED)


def would_move(sale: Sale, phase: Phase) -> bool:
    """Whether a move to `phase` changes anything; refuses a closed sale and a retired phase (rules 1 and 2)."""
    require_open(sale)
    if sale.phase_id == phase.pk:
        return False
    if not phase.is_active:
        raise Refused(_("This phase is retired. Choose another one."), code="retired")
    return True


def now_of(phase: Phase) -> RawSQL:
    """The probability of the phase, read by the statement that stores the sale.

    A change of the percentage in Settings waits for the sales being written and makes later ones wait, so no sale is
    stored with the former percentage.
    """
    return RawSQL("SELECT probability FROM sales_phase WHERE id = %s", [phase.pk])


def enter(sale: Sale, phase: Phase) -> None:
    """Put `sale` in `phase` with the phase's probability: the one definition of rule 3. Stores nothing."""
    sale.phase = phase
    sale.probability = phase.probability
    sale.probability_by_hand = False


@transaction.atomic
def set_probability(sale: Sale, *, probability: int | None, version: int, by: User) -> Sale:
    """Set an open sale's probability by hand, in percent; None goes back to the phase's (rule 3).

    Refuses a closed sale, and a percentage of one's own while the switch is off.
    """
    sale, repeated = claim(
        sale, version=version, by=by, kind=Kind.CHANGED,
        same=lambda sale: (sale.probability if sale.probability_by_hand else None) == probability,
    )  # fmt: skip
    if repeated:
        return sale
    require_open(sale)
    if probability is not None and not SalesSettings.current().own_probability:
        raise Refused(_("The probability follows the phase. An administrator can change that."), code="switched_off")
    if probability is not None and not 0 <= probability <= 100:
        raise Refused(_("A probability lies between 0 and 100 percent."), code="range")
    by_hand = probability is not None
    probability = sale.phase.probability if probability is None else probability
    if (sale.probability, sale.probability_by_hand) == (probability, by_hand):
        return sale
    sale.probability, sale.probability_by_hand = probability if by_hand else now_of(sale.phase), by_hand
    return commit(sale, fields=["probability", "probability_by_hand"], by=by, kind=Kind.CHANGED)


def check_closing_day(day: date, *, start: date | None, today: date) -> None:
    """Refuse a closing day in the future, before the start date or in an odd year: the one check of every route."""
    if odd := odd_years({"closed_on": day}):
        raise Refused(odd, code="years")
    if day > today:
        raise Refused({"closed_on": _("The closing day cannot lie in the future.")}, code="future")
    if start is not None and day < start:
        text = _("The closing day cannot lie before the start date, %(day)s.")
        why = ValidationError(text, code="closed_before_start", params={"day": written_day(start)})
        raise Refused({"closed_on": why})


@transaction.atomic
def lose(
    sale: Sale,
    *,
    reason: LossReason | None,
    lost_to: Relation | None,
    explanation: str = "",
    closed_on: date | None = None,
    version: int,
    by: User,
) -> Sale:
    """Close an open sale as lost, today or `closed_on`; phase and probability stay as they stood (rules 2, 11 and 12).

    The `explanation` is kept on the sale alone (rule 7).
    Refuses a closed sale, a closing day in the future or before the start date, a missing required reason, and the
    customer as its own competitor.
    """
    sale, repeated = claim(
        sale, version=version, by=by, kind=Kind.LOST, same=lambda sale: sale.status == SaleStatus.LOST
    )
    if repeated:
        return sale
    require_open(sale)
    check_loss(sale, reason=reason, lost_to=lost_to)
    closed_on = closed_on or today()
    close_as_lost(sale, reason=reason, lost_to=lost_to, explanation=explanation, closed_on=closed_on)
    return commit(sale, fields=OUTCOME, by=by, kind=Kind.LOST)


def close_as_lost(
    sale: Sale, *, reason: LossReason | None, lost_to: Relation | None, explanation: str, closed_on: date
) -> None:
    """Make `sale` lost on this day; refuses the days that `check_closing_day` refuses. Stores nothing."""
    check_closing_day(closed_on, start=sale.start_date, today=today())
    sale.status, sale.loss_reason, sale.lost_to, sale.closed_on = SaleStatus.LOST, reason, lost_to, closed_on
    sale.loss_explanation = explanation


def check_loss(sale: Sale, *, reason: LossReason | None, lost_to: Relation | None, excused: bool = False) -> None:
    """Refuse what the switches of Settings > Sales do not allow for a lost sale, and a competitor merged meanwhile."""
    judge_loss(sale, reason=reason, lost_to=lost_to, excused=excused)
    hold_competitor(lost_to)


def judge_loss(sale: Sale, *, reason: LossReason | None, lost_to: Relation | None, excused: bool = False) -> None:
    """Refuse what the switches do not allow for this sale; reads no rows of relations (rules 11 and 12)."""
    switches = SalesSettings.current()
    check_reason(switches.loss_reason, reason, current=sale.loss_reason_id, excused=excused)
    if lost_to is not None and not switches.lost_to and lost_to.pk != sale.lost_to_id:
        raise Refused({"lost_to": _("Competitors are not recorded. An administrator can change that.")}, code="off")
    if lost_to is not None and lost_to.pk == sale.customer_id:
        raise Refused({"lost_to": _("A sale cannot be lost to its own customer.")}, code="customer")


def hold_competitor(lost_to: Relation | None) -> None:
    """Keep the competitor from being merged until the transaction ends; refuses one that was."""
    if lost_to is not None and not hold_unmerged(lost_to.pk):
        raise Refused({"lost_to": MERGED}, code="merged")


def check_reason(
    use: str, reason: AcceptReason | LossReason | None, *, current: int | None = None, excused: bool = False
) -> None:
    """Refuse a reason against its switch: off, optional or required (rules 8, 11 and 12); history may be excused."""
    if use == SalesSettings.Use.REQUIRED and reason is None and not excused:
        raise Refused({"reason": _("Choose a reason.")}, code="required")
    if reason is None or reason.pk == current:
        return
    if use == SalesSettings.Use.OFF:
        raise Refused({"reason": _("Reasons are switched off. An administrator can change that.")}, code="off")
    if not reason.is_active:
        raise Refused({"reason": _("This reason is retired. Choose another one.")}, code="retired")


def undoable(sale: Sale, events: list[SaleEvent], user: User) -> SaleEvent | None:
    """The move this user may still undo, given the sale's events oldest first; None when there is none (rule 14)."""
    if not sale.is_open or not events or events[-1].kind != Kind.MOVED or len(events) < 2:
        return None
    last = events[-1]
    fresh = timezone.now() - last.recorded_at <= UNDO_FOR
    allowed = last.by_id == user.pk or user.has_perm("sales.undo_any_move")
    return last if fresh and allowed else None


@transaction.atomic
def undo(sale: Sale, *, version: int, by: User) -> Sale:
    """Take back the last move with a compensating event: phase, probability and by-hand mark exactly (rule 14).

    Refuses when something happened after the move, when ten minutes have passed, and when it was somebody else's move
    (a manager may).
    """
    sale, repeated = claim(
        sale, version=version, by=by, kind=Kind.UNDONE, same=lambda sale: sale.status == SaleStatus.OPEN
    )
    if repeated:
        return sale
    require_open(sale)
    events = list(sale.events.order_by("-sequence").select_related("phase")[:2])[::-1]
    if undoable(sale, events, by) is None:
        raise Refused(_("This move can no longer be undone."), code="too_late")
    before = events[0]
    sale.phase, sale.probability = before.phase, before.probability
    sale.probability_by_hand = before.probability_by_hand
    commit(sale, fields=CHANCE, by=by, kind=Kind.UNDONE)
    count_days_anew(Sale.objects.filter(pk=sale.pk))
    sale.refresh_from_db(fields=["phase_since"])
    return sale
