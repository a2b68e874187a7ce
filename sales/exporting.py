"""The list of sales as a file: every sale of the filter, with everything a list of them may be asked for."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from sales.models import SaleStatus
from salescrm import exports
from salescrm.calendar import organisation_zone

READ = (
    "pk", "subject", "customer__name", "customer__number", "contact__person__name", "owner__name", "owner__email",
    "status", "phase__name", "probability", "probability_by_hand", "expected_revenue", "weighted_revenue",
    "start_date", "expected_end_date", "source__name", "next_step", "next_step_on", "closed_on",
    "accept_reason__name", "loss_reason__name", "lost_to__name", "external_reference", "note", "phase_since",
    "created_at", "updated_at",
)  # fmt: skip


def table(sales) -> exports.Table:
    """All sales of the queryset in its order; weighted revenue exact, with four decimals."""
    heading = [
        _("Number"), _("Subject"), _("Customer"), _("Customer number"), _("Contact person"), _("Owner"), _("Status"),
        _("Phase"), _("Probability"), _("Probability by hand"), _("Expected revenue"), _("Weighted revenue"),
        _("Start date"), _("Expected end date"), _("Source"), _("Next step"), _("Date of the next step"),
        _("Closed on"), _("Reason accepted"), _("Reason lost"), _("Lost to competitor"),
        _("Reference in another system"), _("Note"), _("In its phase since"), _("Created"), _("Last changed"),
    ]  # fmt: skip
    return exports.Table(pgettext("file name", "sales"), heading, _rows(sales.values_list(*READ)))


def _rows(sales) -> Iterator[list]:
    """Values, no records: with all that hangs on a sale, making those takes longer than everything else."""
    zone, yes = organisation_zone(), _("yes")
    statuses = {value: str(label) for value, label in SaleStatus.choices}
    for (
        number, subject, customer, customer_number, contact, owner, email, status, phase, probability, by_hand,
        revenue, weighted, start, end, source, step, step_on, closed_on, accepted, lost, lost_to, reference, note,
        *moments,
    ) in sales.iterator(chunk_size=exports.CHUNK):  # fmt: skip
        yield [
            number, subject, customer, customer_number, contact, owner or email, statuses[status], phase, probability,
            yes if by_hand else "", revenue, None if weighted is None else exports.amount(weighted, exact=True), start,
            end, source, step, step_on, closed_on, accepted, lost, lost_to, reference, note,
            *(moment.astimezone(zone).date() for moment in moments),
        ]  # fmt: skip
