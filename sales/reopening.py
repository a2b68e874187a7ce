"""Reopening a closed sale, and keeping or deleting what its acceptance made (rule 13)."""

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from invoicing.drafting import delete_untouched_draft, is_untouched_draft
from invoicing.models import Invoice
from projects.models import Project
from projects.opening import delete_untouched_services, is_untouched
from sales.history import claim, commit, count_days_anew
from sales.models import FollowUp, Sale, SaleEvent, SaleStatus
from sales.notes import note_explanation
from sales.refusals import Refused
from sales.transitions import OUTCOME
from salescrm.models import User
from salescrm.versions import lock_all

Kind = SaleEvent.Kind


def may_reopen(sale: Sale, user: User) -> bool:
    """Salespeople reopen their own sales, managers all (rule 23)."""
    own = sale.owner_id == user.pk and user.has_perm("sales.reopen_sale")
    return own or user.has_perm("sales.reopen_any_sale")


@transaction.atomic
def reopen(sale: Sale, *, delete_follow_up: bool, version: int, by: User) -> Sale:
    """Make a closed sale open again; the outcome stays in its history, the relation type stays (rule 13).

    Its days in the phase count on from where they stopped, and the explanation of a loss becomes a note.

    `delete_follow_up` deletes the draft invoice, project or services that acceptance made, which is refused when they
    were touched since; otherwise they stay linked and are offered first at the next acceptance. Refused once the
    invoice has been issued.
    """
    # Its invoice comes before the sale, because who deletes an invoice locks the sale after it; its project after it.
    invoice = _held(Invoice, Sale.objects.filter(pk=sale.pk).values_list("invoice", flat=True).first())
    sale, repeated = claim(
        sale, version=version, by=by, kind=Kind.REOPENED, same=lambda sale: sale.status == SaleStatus.OPEN
    )
    if repeated:
        return sale
    require_closed(sale)
    sale.invoice, sale.project = invoice, _held(Project, sale.project_id)
    if sale.invoice and not sale.invoice.is_draft:
        raise Refused(
            _("Invoice %(number)s has been issued, so this sale cannot be reopened.") % {"number": sale.invoice.number},
            code="issued",
        )
    links = _delete_follow_up(sale, by) if delete_follow_up else []
    if sale.loss_explanation:
        note_explanation(sale, by=by)
    sale.status, sale.accept_reason, sale.loss_reason = SaleStatus.OPEN, None, None
    sale.lost_to, sale.loss_explanation, sale.closed_on, sale.follow_up = None, "", None, ""
    commit(sale, fields=[*OUTCOME, *links], by=by, kind=Kind.REOPENED)
    count_days_anew(Sale.objects.filter(pk=sale.pk))
    sale.refresh_from_db(fields=["phase_since"])
    return sale


def require_closed(sale: Sale) -> None:
    """Refuse to reopen an open sale."""
    if sale.is_open:
        raise Refused(_("This sale is already open."), code="open")


def _held[Record: Model](model: type[Record], pk: int | None) -> Record | None:
    """An invoice or project as it is now, locked: somebody may be issuing, editing or deleting it."""
    return next(iter(lock_all(model._default_manager.filter(pk=pk))), None)


def follow_up_is_untouched(sale: Sale) -> bool:
    """Whether the invoice, project and services that acceptance made are unchanged."""
    services = [line.service for line in sale.lines.select_related("service") if line.service]
    return (sale.invoice is None or is_untouched_draft(sale.invoice)) and (
        sale.project is None or is_untouched(sale.project, services=services, made_for_sale=_made_its_project(sale))
    )


def _made_its_project(sale: Sale) -> bool:
    if sale.project is None or sale.project.sales.exclude(pk=sale.pk).exists():
        return False
    ways = [FollowUp.NEW_PROJECT, FollowUp.EXISTING_PROJECT]  # an earlier project may be gone: the last one counts
    linked = sale.events.filter(kind=Kind.ACCEPTED, follow_up__in=ways).order_by("sequence").last()
    return linked is not None and linked.follow_up == FollowUp.NEW_PROJECT


def _delete_follow_up(sale: Sale, by: User) -> list[str]:
    if not follow_up_is_untouched(sale):
        raise Refused(
            _("The invoice or project was changed since. Keep it linked, or delete it yourself."), code="touched"
        )
    invoice, project = sale.invoice, sale.project
    services = [line.service for line in sale.lines.select_related("service") if line.service]
    made_project = project is not None and _made_its_project(sale)
    sale.lines.update(service=None)
    sale.invoice, sale.project = None, None
    Sale.objects.filter(pk=sale.pk).update(invoice=None, project=None)
    if invoice:
        delete_untouched_draft(invoice)
    if project:
        delete_untouched_services(project, services=services, with_project=made_project, by=by)
    return ["invoice", "project"]
