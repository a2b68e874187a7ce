"""The list of sales as a file: every sale of the filter, with everything a list of them may be asked for."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from sales.models import SaleStatus
from salescrm import exports
from salescrm.calendar import organisation_zone

RELATED = ("customer", "contact__person", "owner", "phase", "source", "accept_reason", "loss_reason", "lost_to")
READ = (
    "subject", "status", "probability", "probability_by_hand", "expected_revenue", "weighted_revenue", "start_date",
    "expected_end_date", "next_step", "next_step_on", "closed_on", "external_reference", "note", "phase_since",
    "created_at", "updated_at", "customer__name", "customer__number", "contact__person__name", "owner__name",
    "owner__email", "phase__name", "source__name", "accept_reason__name", "loss_reason__name", "lost_to__name",
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
    return exports.Table(pgettext("file name", "sales"), heading, _rows(sales.select_related(*RELATED).only(*READ)))


def _rows(sales) -> Iterator[list]:
    zone, yes = organisation_zone(), _("yes")
    statuses = {value: str(label) for value, label in SaleStatus.choices}
    for sale in sales.iterator(chunk_size=exports.CHUNK):
        weighted = sale.weighted_revenue
        yield [
            sale.pk, sale.subject, str(sale.customer), sale.customer.number,
            _name(sale.contact and sale.contact.person), str(sale.owner),
            statuses[sale.status], str(sale.phase), sale.probability,
            yes if sale.probability_by_hand else "", sale.expected_revenue,
            None if weighted is None else exports.amount(weighted, exact=True), sale.start_date,
            sale.expected_end_date, _name(sale.source), sale.next_step, sale.next_step_on, sale.closed_on,
            _name(sale.accept_reason), _name(sale.loss_reason), _name(sale.lost_to), sale.external_reference,
            sale.note,
            *(at.astimezone(zone).date() for at in (sale.phase_since, sale.created_at, sale.updated_at)),
        ]  # fmt: skip


def _name(record) -> str:
    return "" if record is None else str(record)
