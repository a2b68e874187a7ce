"""The pages of projects."""

import uuid
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_safe

from projects import editing, exporting
from projects.billing import by_method
from projects.filters import ProjectFilter
from projects.forms import CustomerForm, ProjectForm
from projects.models import Project
from relations.models import Relation
from salescrm.exports import downloads
from salescrm.forms.submission import refusals_in, submitted_token, submitted_version
from salescrm.forms.versioned import VersionedForm
from salescrm.listing.columns import Column, filled
from salescrm.listing.state import Listing
from salescrm.models import User
from salescrm.pages import leave, page
from salescrm.recent import remembers
from salescrm.url_words import is_id
from salescrm.versions import Stale

COLUMNS = {
    "number": Column(pgettext_lazy("project", "Number"), filled("number")),
    "name": Column(gettext_lazy("Project"), "name"),
    "customer": Column(gettext_lazy("Customer"), "customer__sort_key"),
    "manager": Column(pgettext_lazy("project", "Manager"), "manager__name"),
    "start": Column(gettext_lazy("Start date"), "start_date", figure=True),
    "end": Column(gettext_lazy("End date"), "end_date", figure=True),
    "total": Column(gettext_lazy("Services"), "total", figure=True),
    "status": Column(gettext_lazy("Status")),
}
LIST = Listing(COLUMNS, default="-number", parts="services")


@require_safe
@permission_required("projects.view_project", raise_exception=True)
def index(request: HttpRequest) -> HttpResponseBase:
    """The list: filters, order and page stand in the address; the total is of the whole filter."""
    state, form = LIST.read(request.GET, ProjectFilter.base_fields), ProjectFilter.read(request.GET)
    projects = form.apply(Project.objects.all())
    ordered = state.ordered(projects.for_list())
    if kind := downloads.file_kind(request, "projects.export_project"):
        table = exporting.services_table(projects) if state.parts else exporting.table(ordered)
        return downloads.respond(request, table, kind)
    summary = projects.summary()
    rows = state.page_of(ordered, count=summary["count"])
    numbered = any(project.number for project in rows)
    context = {"form": form, "rows": rows, "state": state, "summary": summary, "numbered": numbered}
    context["columns"] = state.heads()[0 if numbered else 1 :]
    return page(request, "projects/list.html", context, part="rows")


@require_safe
@permission_required("projects.view_project", raise_exception=True)
def of_relation(request: HttpRequest, pk: int) -> HttpResponse:
    """The panel on the page of a relation: the latest projects."""
    relation = get_object_or_404(Relation, pk=pk)
    projects = Project.objects.filter(customer=relation)
    context = {"relation": relation, "rows": projects.for_list().order_by("-pk")[:5], "count": projects.count()}
    return page(request, "projects/of_relation.html", context, part="panel")


@require_safe
@permission_required("projects.view_project", raise_exception=True)
@remembers("project")
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One project with its services."""
    project = get_object_or_404(Project.objects.for_page(), pk=pk)
    services = project.services.select_related("vat_rate")
    methods, total = by_method(services)
    may_edit = project.is_active and editing.may_edit(project, request.user)
    context = {"project": project, "services": services, "methods": methods, "total": total, "may_edit": may_edit}
    return page(request, "projects/detail.html", context, part="page")


@permission_required("projects.add_project", raise_exception=True)
def new(request: HttpRequest) -> HttpResponse:
    """A new project: first for whom (in the address), then the rest."""
    pk = request.GET.get("customer", "")
    if not is_id(pk) or "customer_text" in request.GET:
        return _ask_customer(request)
    customer = get_object_or_404(Relation.objects.active(), pk=pk)
    initial = {"manager": request.user}
    form = ProjectForm(request.POST if request.method == "POST" else None, customer=customer, initial=initial)
    token = submitted_token(request) if request.method == "POST" else uuid.uuid4()
    if form.is_bound and form.is_valid():
        with refusals_in(form):
            project = editing.create(customer=customer, project=form.new_project(), by=request.user, token=token)
            messages.success(request, _("The project is added."))
            return leave(request, project)
    context = {"form": form, "customer": customer, "token": token}
    return page(request, "projects/new.html", context, part="form", status=422 if form.is_bound else 200)


def _ask_customer(request: HttpRequest) -> HttpResponse:
    form = CustomerForm(request.GET if request.GET else None)
    if form.is_bound and form.is_valid():
        return redirect(f"{request.path}?{urlencode({'customer': form.cleaned_data['customer'].pk})}")
    return page(request, "projects/new.html", {"ask": form}, part="form", status=422 if form.is_bound else 200)


def editable(user: User, pk: int) -> Project:
    """The project this user may edit: 404 when there is none, 403 when it is somebody else's (rule 23)."""
    project = get_object_or_404(Project.objects.for_page(), pk=pk)
    if not editing.may_edit(project, user):
        raise PermissionDenied
    return project


@permission_required("projects.change_project", raise_exception=True)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The fields of a project."""
    project = editable(request.user, pk)
    editor = VersionedForm(request, project, _form)
    status = 422 if editor.is_sent else 200
    try:
        if editor.is_sent and editor.is_ready():
            with refusals_in(editor.form):
                editing.edit(project, values=editor.form.values(), version=editor.version, by=request.user)
                messages.success(request, _("Saved."))
                return leave(request, project)
    except Stale as stale:
        status, project = 409, stale.current
        editor.merge(stale, fixed=not project.is_active)
    context = {"project": project, **editor.context}
    return page(request, "projects/edit.html", context, part="form", status=status)


def _form(data: QueryDict | None, project: Project) -> ProjectForm:
    return ProjectForm(data, instance=project, customer=project.customer)


@permission_required("projects.close_project", raise_exception=True)
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, then close an active project or reopen a closed one."""
    project = get_object_or_404(Project.objects.for_page(), pk=pk)
    context, status = {"project": project, "refused": ""}, 200
    if request.method == "POST":
        change = editing.close if request.POST.get("then") == "close" else editing.reopen
        try:
            project = change(project, version=submitted_version(request), by=request.user)
            messages.success(request, _("The project is active.") if project.is_active else _("The project is closed."))
            return leave(request, project)
        except Stale as stale:
            context, status = {"project": stale.current, "refused": stale.message}, 409
    return page(request, "projects/close.html", context, part="dialog", status=status)
