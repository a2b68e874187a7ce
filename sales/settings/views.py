"""Settings, and in it Settings > Sales: the pages that are not lists."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from sales.models import SalesSettings
from sales.settings.configuration import change_switches
from sales.settings.forms import SwitchesForm
from sales.settings.lists import LISTS, SALES_LISTS
from salescrm.background.worker import is_alive
from salescrm.forms.submission import refusals_in
from salescrm.forms.versioned import VersionedForm
from salescrm.mail.models import UNDECIDED, OutgoingMail
from salescrm.models import Organisation, User
from salescrm.pages import page
from salescrm.versions import Stale

may_configure = permission_required("sales.change_salessettings", raise_exception=True)


@require_safe
@may_configure
def index(request: HttpRequest) -> HttpResponse:
    """The index of Settings, which says at once what an administrator has to look at."""
    context = {
        "lists": [(kind, kind.model.objects.active().count()) for kind in LISTS.values()],
        "users": User.objects.filter(is_active=True).count(),
        "organisation": Organisation.current(),
        "undecided": OutgoingMail.objects.filter(state__in=UNDECIDED).count(),
        "is_alive": is_alive(),
    }
    return page(request, "sales/settings/index.html", context, part="hub")


@may_configure
def sales(request: HttpRequest) -> HttpResponse:
    """Phases, reasons and sources at a glance, and the switches (rules 1, 3 and 23)."""
    switches = SalesSettings.objects.select_related("organisation").get()
    editor = VersionedForm(request, switches, lambda data, switches: SwitchesForm(data, instance=switches))
    status = 422 if editor.is_sent else 200
    try:
        if editor.is_sent and editor.is_ready():
            with refusals_in(editor.form):
                change_switches(**editor.form.values(), version=editor.version, by=request.user)
                messages.success(request, _("The switches are saved."))
                return redirect("settings:sales")
    except Stale as stale:
        status = 409
        editor.merge(stale)
    context = {**editor.context, "lists": [(kind, kind.model.objects.with_usage()) for kind in SALES_LISTS]}
    return page(request, "sales/settings/sales.html", context, part="switches", status=status)
