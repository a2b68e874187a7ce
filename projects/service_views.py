"""The services of a project, all on one page."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _

from invoicing.line_forms import RowFormSet
from projects import editing
from projects.forms import ServiceFormSet
from projects.models import Project, Service
from projects.views import editable
from salescrm.forms.versioned import VersionedForm
from salescrm.pages import leave, page
from salescrm.versions import Refused, Stale


@permission_required("projects.change_project", raise_exception=True)
def services(request: HttpRequest, pk: int) -> HttpResponse:
    """Edit the services of a project."""
    project = editable(request.user, pk)
    editor = VersionedForm(request, project, lines=_rows)
    status, refused = 422 if editor.is_sent else 200, []
    try:
        if editor.is_sent and editor.is_ready():
            editing.replace_services(project, rows=editor.rows(), version=editor.version, by=request.user)
            messages.success(request, _("The services are saved."))
            return leave(request, project)
    except Stale as stale:
        status, project = 409, stale.current
        editor.merge(stale, fixed=not project.is_active)
    except Refused as refusal:
        refused = refusal.messages
    context = {"project": project, **editor.context, "rows": editor.lines, "refused": refused}
    return page(request, "projects/services.html", context, part="form", status=status)


def _rows(data: QueryDict | None, project: Project) -> RowFormSet:
    return ServiceFormSet(data, initial=list(project.services.values("pk", *Service.FIELDS)), prefix="services")
