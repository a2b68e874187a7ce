"""The services of a project, all on one page."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from projects import editing
from projects.forms import ServiceFormSet
from projects.models import Project, Service
from projects.views import editable
from salescrm.conflicts import Conflict, Difference, conflict_of, submitted_version
from salescrm.pages import leave, page
from salescrm.versions import Refused, Stale


@permission_required("projects.change_project", raise_exception=True)
def services(request: HttpRequest, pk: int) -> HttpResponse:
    """Edit the services of a project."""
    project = editable(request.user, pk)
    if request.method == "POST":
        rows = ServiceFormSet(request.POST, prefix="services")
    else:
        rows = ServiceFormSet(initial=list(project.services.values("pk", *Service.FIELDS)), prefix="services")
    context, status = {"project": project, "rows": rows, "version": project.version, "conflict": None}, 200
    if rows.is_bound:
        status, context["version"] = 422, submitted_version(request)
        try:
            if rows.is_valid():
                editing.replace_services(project, rows=rows.rows(), version=context["version"], by=request.user)
                messages.success(request, _("The services are saved."))
                return leave(request, project)
        except Stale as stale:
            status, context = 409, context | {"version": stale.current.version, "conflict": _conflict(stale, rows)}
        except Refused as refusal:
            context["refused"] = refusal.messages
    return page(request, "projects/services.html", context, part="form", status=status)


def _conflict(stale: Stale, rows) -> Conflict:
    theirs = _text(stale.current.services.select_related("vat_rate"))
    yours = _text(Service(**vars(line)) for line in rows.lines())
    return conflict_of(None, stale, _address(stale.current), Difference("services", _("Services"), theirs, yours))


def _address(project: Project) -> str:
    return f"{project.get_absolute_url()}services/"


def _text(services) -> str:
    return "\n".join(f"{service.content}, {service.get_billing_method_display()}" for service in services)
