"""Settings > Organisation: our own company."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from salescrm.forms.submission import refusals_in
from salescrm.forms.versioned import VersionedForm
from salescrm.models import Organisation
from salescrm.organisation.forms import OrganisationForm, example
from salescrm.organisation.profile import change_organisation
from salescrm.pages import Request, page
from salescrm.versions import Stale

may_change_organisation = permission_required("salescrm.change_organisation", raise_exception=True)


@may_change_organisation
def organisation(request: Request) -> HttpResponse:
    """Our own company: what stands on invoices, the time zone and the number patterns."""
    stored = Organisation.objects.get()
    editor = VersionedForm(request, stored, lambda data, stored: OrganisationForm(data, instance=stored))
    status = 422 if editor.is_sent else 200
    try:
        if editor.is_sent and editor.is_ready():
            with refusals_in(editor.form):
                patterns = ("number_relations", "relation_pattern", "invoice_pattern")
                change_organisation(
                    values=editor.form.values, version=editor.version, by=request.user,
                    **{name: editor.form.cleaned_data[name] for name in patterns},
                )  # fmt: skip
                messages.success(request, _("The organisation is saved."))
                return redirect("settings:organisation")
    except Stale as stale:
        status = 409
        editor.merge(stale)
    return page(request, "organisation/organisation.html", editor.context, part="form", status=status)


@require_safe
@may_change_organisation
def number_example(request: Request) -> HttpResponse:
    """What a number by the typed pattern looks like."""
    typed = next((value for name, value in request.GET.items() if name.endswith("_pattern")), "")
    return page(request, "organisation/number_example.html", {"example": example(str(typed))}, part="example")
