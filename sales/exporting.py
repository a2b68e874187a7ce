"""A sale as a row of an exported file: for the tables of the list, the trash and a day."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from sales.models import SaleStatus
from sales.models.querysets import SaleQuerySet
from salescrm.calendar import organisation_zone
from salescrm.exports import downloads

READ = (
    "pk", "subject", "customer__name", "customer__number", "contact__person__name", "owner__name", "owner__email",
    "status", "phase__name", "probability", "probability_by_hand", "expected_revenue", "weighted_revenue",
    "start_date", "expected_end_date", "source__name", "next_step", "next_step_on", "closed_on",
    "accept_reason__name", "loss_reason__name", "lost_to__name", "loss_explanation", "external_reference",
    "note", "phase_since",
    "created_at", "updated_at",
)  # fmt: skip


def sale_heading() -> list[str]:
    """What the columns of sale_rows() are called."""
    return [
        _("Number"), _("Subject"), _("Customer"), _("Customer number"), _("Contact person"), _("Owner"), _("Status"),
        _("Phase"), _("Probability"), _("Probability by hand"), _("Expected revenue"), _("Weighted revenue"),
        _("Start date"), _("Expected end date"), _("Source"), _("Next step"), _("Date of the next step"),
        _("Closed on"), _("Reason accepted"), _("Reason lost"), _("Lost to competitor"),
        _("Explanation of the loss"),
        _("Reference in another system"), _("Note"), _("In its phase since"), _("Created"), _("Last changed"),
    ]  # fmt: skip


def sale_rows(sales: SaleQuerySet, *more: str) -> Iterator[list]:
    """The rows of sales, read as values: making records of a sale and its related rows takes most of the time."""
    zone, yes = organisation_zone(), _("yes")
    statuses = {value: str(label) for value, label in SaleStatus.choices}
    for (
        number, subject, customer, customer_number, contact, owner, email, status, phase, probability, by_hand,
        revenue, weighted, start, end, source, step, step_on, closed_on, accepted, lost, lost_to, explained,
        reference, note, since, created, updated, *rest,
    ) in sales.values_list(*READ, *more).iterator(chunk_size=downloads.CHUNK):  # fmt: skip
        yield [
            number, subject, customer, customer_number, contact, owner or email, statuses[status], phase, probability,
            yes if by_hand else "", revenue, None if weighted is None else downloads.amount(weighted, exact=True),
            start, end, source, step, step_on, closed_on, accepted, lost, lost_to, explained, reference, note,
            *(moment.astimezone(zone).date() for moment in (since, created, updated)), *rest,
        ]  # fmt: skip
