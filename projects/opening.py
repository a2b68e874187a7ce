"""The door for sales: a new project with services, or services added to a project that exists."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from django.utils.translation import gettext as _

from invoicing.lines import Line, store_lines
from projects.models import Project, Service
from relations.merging import MERGED, hold_unmerged
from relations.models import Contact, Relation
from salescrm.accounts.handing_over import check_owner
from salescrm.calendar import odd_years, today
from salescrm.models import User
from salescrm.numbering import NumberSeries, next_number
from salescrm.versions import Gone, Refused, commit, lock


class NewProject(NamedTuple):
    """What the project form asks."""

    name: str
    contact: Contact | None
    manager: User
    start_date: date | None
    end_date: date | None
    note: str


def open_project(
    *, customer: Relation, project: NewProject, services: Iterable[Line], by: User
) -> tuple[Project, list[Service]]:
    """Open a project with its number (when projects are numbered) and services. Runs in the caller's transaction.

    Refuses a contact person of somebody else, an end before the start, an odd year, a customer that was just merged and
    a manager who was just deactivated.
    """
    check(customer, contact=project.contact, start_date=project.start_date, end_date=project.end_date)
    if odd := odd_years({"start_date": project.start_date, "end_date": project.end_date}):
        raise Refused(odd, code="years")
    if not hold_unmerged(customer.pk):
        raise Refused(str(MERGED), code="merged")
    check_owner(project.manager, field="manager")
    opened = Project.objects.create(
        customer=customer,
        number=next_number(NumberSeries.Kind.PROJECT, on=today(), taken=_is_taken),
        updated_by=by,
        **project._asdict(),
    )
    return opened, store_lines(Service, services, project=opened)


def _is_taken(number: str) -> bool:
    return Project.objects.filter(number=number).exists()


def check(customer: Relation, *, contact: Contact | None, start_date: date | None, end_date: date | None) -> None:
    """Refuse a contact person of another customer and a project that ends before it starts."""
    if contact and contact.organization_id != customer.pk:
        raise Refused({"contact": _("This is not a contact person of the customer.")}, code="contact")
    if start_date and end_date and end_date < start_date:
        raise Refused({"end_date": _("A project ends on or after the day it starts.")}, code="dates")


def hold_project(project: Project, *, customer: Relation) -> Project:
    """The project under lock, to add services to it. Refuses a closed project and somebody else's (rule 9)."""
    try:
        locked = lock(Project.objects.all(), project.pk)
    except Gone:
        locked = None
    if locked is None or locked.customer_id != customer.pk or not locked.is_active:
        raise Refused({"project": _("Choose an active project of this customer.")}, code="project")
    return locked


def add_services(project: Project, *, services: Iterable[Line], by: User) -> list[Service]:
    """Add services to a project that hold_project() gave. A form opened before is stale then."""
    added = store_lines(Service, services, first=project.services.count(), project=project)
    commit(project, fields=[], by=by)
    return added


def is_untouched(project: Project, *, services: list[Service], made_for_sale: bool) -> bool:
    """Whether these services, and the project when it was made for the sale, are still as they were made.

    A project somebody has written a note about is not.
    """
    if not project.is_active or any(service.version != 1 for service in services):
        return False
    if not made_for_sale:
        return True
    return project.version == 1 and project.services.count() == len(services) and not project.notes.exists()


def delete_untouched_services(project: Project, *, services: list[Service], with_project: bool, by: User) -> None:
    """Delete services nobody has worked on, and with them the project that was made for them."""
    Service.objects.filter(pk__in=[service.pk for service in services], version=1).delete()
    if with_project:
        project.delete()
    else:
        commit(project, fields=[], by=by)
