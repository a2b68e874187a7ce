"""Accepting a sale: the hand-over to an invoice or a project, in one transaction (rules 8, 9 and 10)."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from invoicing.drafting import draft_invoice
from invoicing.lines import contents
from projects.models import BillingMethod, Project
from projects.opening import NewProject, add_services, hold_project, open_project
from relations.models import RelationType
from relations.saving import become
from sales.history import claim, commit
from sales.models import FollowUp, Sale, SaleEvent, SaleLine, SalesSettings, SaleStatus
from sales.models.lists import AcceptReason
from sales.refusals import Refused, require_open
from sales.transitions import OUTCOME, check_closing_day, check_reason
from salescrm.calendar import today
from salescrm.models import User


def unavailable(sale: Sale, user: User) -> dict[str, str]:
    """Why each follow-up cannot be chosen for this sale by this user; empty text means that it can (rule 9)."""
    lines = list(sale.lines.all())
    return {
        FollowUp.LINKED: "" if sale.invoice_id or sale.project_id else _("Nothing is linked to this sale."),
        FollowUp.NONE: "",
        FollowUp.INVOICE: _no_invoice(sale, lines, user),
        FollowUp.NEW_PROJECT: _no_new_project(sale, user),
        FollowUp.EXISTING_PROJECT: _no_existing_project(sale, user),
    }


def _no_invoice(sale: Sale, lines: list[SaleLine], user: User) -> str:
    if not user.has_perm("invoicing.add_invoice"):
        return _("You may not create invoices.")
    if sale.invoice_id:
        return _("This sale already has an invoice.")
    if not lines:
        return _("This sale has no service lines.")
    if any(line.billing_method != BillingMethod.FIXED_PRICE for line in lines):
        return _("Not all service lines have a fixed price.")
    return ""


def _no_new_project(sale: Sale, user: User) -> str:
    if not user.has_perm("projects.add_project"):
        return _("You may not create projects.")
    return _("This sale already has a project.") if sale.project_id else ""


def _no_existing_project(sale: Sale, user: User) -> str:
    if reason := _no_new_project(sale, user):
        return reason
    has_one = Project.objects.active().filter(customer=sale.customer_id).exists()
    return "" if has_one else _("This customer has no active project.")


def proposed_type(sale: Sale) -> RelationType:
    """The relation type step 1 proposes: the one Settings names for acceptance, else the current one (rule 8)."""
    return SalesSettings.current().accepted_type or sale.customer.relation_type


@transaction.atomic
def accept(
    sale: Sale,
    *,
    reason: AcceptReason | None,
    relation_type: RelationType,
    follow_up: str,
    closed_on: date | None = None,
    version: int,
    by: User,
    new_project: NewProject | None = None,
    project: Project | None = None,
) -> Sale:
    """Close an open sale as accepted and carry out the chosen follow-up, or nothing at all (rules 8 to 12).

    It closes today or on `closed_on`; `new_project` goes with "new project", `project` with "existing project".
    Refuses a closed sale, a closing day in the future or before the start date, a missing required reason, and a
    follow-up that is not available. `sale.invoice` and `sale.project` hold what was made.
    """
    sale, repeated = claim(
        sale, version=version, by=by, kind=SaleEvent.Kind.ACCEPTED,
        same=lambda sale: sale.status == SaleStatus.ACCEPTED,
    )  # fmt: skip
    if repeated:
        return sale
    closed_on = closed_on or today()
    _check(sale, reason=reason, follow_up=follow_up, closed_on=closed_on, by=by)
    if follow_up == FollowUp.EXISTING_PROJECT and project:  # locked before the customer: see LOCK_ORDER
        project = hold_project(project, customer=sale.customer)
    sale.customer = become(sale.customer, relation_type, by=by)
    _hand_over(sale, follow_up, new_project=new_project, project=project, by=by)
    sale.status, sale.accept_reason, sale.follow_up = SaleStatus.ACCEPTED, reason, follow_up
    sale.closed_on = closed_on
    return commit(sale, fields=[*OUTCOME, "invoice", "project"], by=by, kind=SaleEvent.Kind.ACCEPTED)


def _check(sale: Sale, *, reason: AcceptReason | None, follow_up: str, closed_on: date, by: User) -> None:
    require_open(sale)
    check_reason(SalesSettings.current().accept_reason, reason)
    check_closing_day(closed_on, start=sale.start_date, today=today())
    if why := unavailable(sale, by)[follow_up]:
        raise Refused({"follow_up": why}, code="unavailable")


def _hand_over(
    sale: Sale, follow_up: str, *, new_project: NewProject | None, project: Project | None, by: User
) -> None:
    match follow_up:
        case FollowUp.INVOICE:
            _make_invoice(sale, by)
        case FollowUp.NEW_PROJECT:
            _make_project(sale, new_project, by)
        case FollowUp.EXISTING_PROJECT:
            _add_to_project(sale, project, by)


def _make_invoice(sale: Sale, by: User) -> None:
    lines = contents(sale.lines)
    sale.invoice = draft_invoice(customer=sale.customer, contact=sale.contact, subject=sale.subject, lines=lines, by=by)


def _make_project(sale: Sale, new_project: NewProject | None, by: User) -> None:
    if new_project is None:
        raise Refused({"follow_up": _("Fill in the project.")}, code="project")
    lines = list(sale.lines.select_related("vat_rate"))
    content = [line.content for line in lines]
    sale.project, services = open_project(customer=sale.customer, project=new_project, services=content, by=by)
    _link(lines, services)


def _add_to_project(sale: Sale, project: Project | None, by: User) -> None:
    if project is None:
        raise Refused({"project": _("Choose a project.")}, code="project")
    lines = list(sale.lines.select_related("vat_rate"))
    content = [line.content for line in lines]
    services = add_services(project, services=content, by=by)
    sale.project = project
    _link(lines, services)


def _link(lines: list[SaleLine], services: list) -> None:
    for line, service in zip(lines, services, strict=True):
        line.service = service
    SaleLine.objects.bulk_update(lines, ["service"])
