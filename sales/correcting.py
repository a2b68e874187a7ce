"""Correcting a closed sale: managers change its outcome, never its phase or amount."""

from datetime import date
from typing import NamedTuple, cast

from django.db import transaction
from django.utils.translation import gettext as _

from relations.models import Relation
from sales.history import claim, commit
from sales.models import Sale, SaleEvent, SalesSettings, SaleStatus
from sales.models.lists import AcceptReason, LossReason, Source
from sales.refusals import Refused
from sales.transitions import OUTCOME, check_closing_day, check_loss, check_reason
from salescrm.calendar import today
from salescrm.models import User

Kind = SaleEvent.Kind


class Correction(NamedTuple):
    """What may be corrected of a closed sale; an `explanation` of None stays as it is."""

    reason: AcceptReason | LossReason | None
    lost_to: Relation | None
    explanation: str | None
    source: Source | None
    closed_on: date | None

    def is_of(self, sale: Sale) -> bool:
        """Whether the sale has this outcome."""
        reason, words = sale.accept_reason or sale.loss_reason, sale.loss_explanation
        mine = self if self.explanation is not None else self._replace(explanation=words)
        return mine == Correction(reason, sale.lost_to, words, sale.source, sale.closed_on)


@transaction.atomic
def correct(
    sale: Sale,
    *,
    reason: AcceptReason | LossReason | None,
    lost_to: Relation | None,
    explanation: str | None = None,
    source: Source | None,
    closed_on: date,
    version: int,
    by: User,
    excused: bool = False,
) -> Sale:
    """Correct reason, competitor, explanation, source or closing day of a closed sale (rule 2).

    Without an `explanation` the one it has stays.
    Refuses another day in the future or before the start date; old data may keep the one it has.
    Imported history may be `excused` from giving a reason where one is required (rule 12).
    The same outcome again changes nothing.
    """
    wanted = Correction(reason, lost_to, explanation, source, closed_on)
    sale, repeated = claim(sale, version=version, by=by, kind=Kind.CORRECTED, same=wanted.is_of)
    if repeated:
        return sale
    if sale.is_open:
        raise Refused(_("Only a closed sale has an outcome to correct."), code="open")
    if wanted.is_of(sale):
        return sale
    if closed_on != sale.closed_on:
        check_closing_day(closed_on, start=sale.start_date, today=today())
    _give_reasons(sale, wanted, excused=excused)
    sale.source, sale.closed_on = source, closed_on
    return commit(sale, fields=[*OUTCOME, "source"], by=by, kind=Kind.CORRECTED)


def _give_reasons(sale: Sale, wanted: Correction, *, excused: bool) -> None:
    """Say of a closed sale why, to whom and in what words; refuses what its switches do not allow. Stores nothing."""
    if sale.status == SaleStatus.LOST:
        check_loss(sale, reason=cast(LossReason | None, wanted.reason), lost_to=wanted.lost_to, excused=excused)
        sale.loss_reason, sale.lost_to = wanted.reason, wanted.lost_to
        sale.loss_explanation = sale.loss_explanation if wanted.explanation is None else wanted.explanation
    else:
        use = SalesSettings.current().accept_reason
        check_reason(use, wanted.reason, current=sale.accept_reason_id, excused=excused)
        sale.accept_reason = wanted.reason


def status_at(sale: Sale, version: int) -> str:
    """The status the sale had at this version: an outcome is not that of now if the sale was reopened in between."""
    if version == sale.version:
        return sale.status
    event = sale.events.filter(sale_version__lte=version).order_by("sequence").last()
    return event.status if event else sale.status
