"""Correcting a closed sale: managers change its outcome, never its phase or amount."""

from datetime import date
from typing import cast

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

    def wanted(sale: Sale) -> tuple:
        return reason, lost_to, sale.loss_explanation if explanation is None else explanation, source, closed_on

    sale, repeated = claim(
        sale, version=version, by=by, kind=Kind.CORRECTED, same=lambda sale: _outcome(sale) == wanted(sale)
    )
    if repeated:
        return sale
    if sale.is_open:
        raise Refused(_("Only a closed sale has an outcome to correct."), code="open")
    if _outcome(sale) == wanted(sale):
        return sale
    if closed_on != sale.closed_on:
        check_closing_day(closed_on, start=sale.start_date, today=today())
    if sale.status == SaleStatus.LOST:
        check_loss(sale, reason=cast(LossReason | None, reason), lost_to=lost_to, excused=excused)
        sale.loss_reason, sale.lost_to = reason, lost_to
        sale.loss_explanation = sale.loss_explanation if explanation is None else explanation
    else:
        use = SalesSettings.current().accept_reason
        check_reason(use, reason, current=sale.accept_reason_id, excused=excused)
        sale.accept_reason = reason
    sale.source, sale.closed_on = source, closed_on
    return commit(sale, fields=[*OUTCOME, "source"], by=by, kind=Kind.CORRECTED)


def _outcome(sale: Sale) -> tuple:
    reason = sale.accept_reason or sale.loss_reason
    return reason, sale.lost_to, sale.loss_explanation, sale.source, sale.closed_on
