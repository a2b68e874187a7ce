"""Projects and their services as files: all matches of the filter of the list."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from invoicing.exporting import line_cells, line_heading
from projects.models import Service, ServiceLine
from projects.querysets import ProjectQuerySet
from salescrm.exports import downloads


def table(projects: ProjectQuerySet) -> downloads.Table:
    """All projects of the queryset in its order, with what their services add up to."""
    heading = [
        pgettext("project", "Number"), _("Project"), _("Customer"), _("Customer number"), _("Contact person"),
        pgettext("project", "Manager"), _("Status"), _("Start date"), _("End date"), _("Services"), _("Note"),
    ]  # fmt: skip
    return downloads.Table("projects", heading, _rows(projects.select_related("contact__person")))


def services_table(projects: ProjectQuerySet) -> downloads.Table:
    """One row per service of these projects."""
    heading = [pgettext("project", "Number"), _("Project"), _("Customer"), *service_heading()]
    services = Service.objects.filter(project__in=projects.order_by().values("pk"))
    ordered = services.select_related("project__customer", "vat_rate").order_by("-project", "position", "pk")
    return downloads.Table("services", heading, _service_rows(ordered))


def _rows(projects: ProjectQuerySet) -> Iterator[list]:
    for project in projects.iterator(chunk_size=downloads.CHUNK):
        yield [
            project.number, project.name, str(project.customer), project.customer.number,
            str(project.contact.person) if project.contact else "", str(project.manager),
            project.get_status_display(), project.start_date, project.end_date, downloads.amount(project.total),
            project.note,
        ]  # fmt: skip


def _service_rows(services) -> Iterator[list]:
    for service in services.iterator(chunk_size=downloads.CHUNK):
        project = service.project
        yield [project.number, project.name, str(project.customer), *service_cells(service)]


def service_heading() -> list[str]:
    """Above the cells of a service."""
    return line_heading(_("Billing method"))


def service_cells(service: ServiceLine) -> list:
    """A service as the last cells of its row."""
    return line_cells(service, service.get_billing_method_display())
