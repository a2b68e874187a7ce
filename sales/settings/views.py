"""Settings, and in it Settings > Sales: the pages that are not lists."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from sales.models import SalesSettings
from sales.settings.configuration import change_switches
from sales.settings.forms import SwitchesForm
from sales.settings.lists import LISTS, SALES_LISTS
from salescrm.models import Organisation, User
from salescrm.numbering import NumberSeries
from salescrm.organisation.forms import example
from salescrm.pages import page

may_configure = permission_required("sales.change_salessettings", raise_exception=True)


@require_safe
@may_configure
def index(request: HttpRequest) -> HttpResponse:
    """The index of Settings."""
    context = {
        "lists": [(kind, kind.model.objects.active().count()) for kind in LISTS.values()],
        "users": User.objects.filter(is_active=True).count(),
        "organisation": Organisation.current(),
    }
    return page(request, "sales/settings/index.html", context, part="hub")


@may_configure
def sales(request: HttpRequest) -> HttpResponse:
    """Phases, reasons and sources at a glance, and the switches (rules 1, 3 and 23)."""
    series = NumberSeries.objects.get(kind="project")
    posted = request.POST if request.method == "POST" else None
    form = SwitchesForm(posted, instance=SalesSettings.objects.get(), series=series)
    if form.is_bound and form.is_valid():
        try:
            change_switches(
                values=form.switches,
                sales_visible=form.cleaned_data["sales_visible"],
                number_projects=form.cleaned_data["number_projects"],
                project_pattern=form.cleaned_data["project_pattern"],
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The switches are saved."))
            return redirect("settings:sales")
    context = {"form": form, "lists": [(kind, kind.model.objects.with_usage()) for kind in SALES_LISTS]}
    return page(request, "sales/settings/sales.html", context, part="switches", status=422 if form.errors else 200)


@require_safe
@may_configure
def number_example(request: HttpRequest) -> HttpResponse:
    """What a number by the typed pattern looks like."""
    typed = next((value for name, value in request.GET.items() if name.endswith("_pattern")), "")
    return page(request, "sales/settings/number_example.html", {"example": example(typed)}, part="example")
