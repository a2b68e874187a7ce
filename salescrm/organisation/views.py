"""Settings > Organisation: our own company."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from salescrm.models import Organisation
from salescrm.numbering import NumberSeries
from salescrm.organisation.forms import OrganisationForm
from salescrm.organisation.profile import change_organisation
from salescrm.pages import page

may_change_organisation = permission_required("salescrm.change_organisation", raise_exception=True)


@may_change_organisation
def organisation(request: HttpRequest) -> HttpResponse:
    """Our own company: what stands on invoices, the time zone and the number patterns."""
    patterns = {series.kind: series for series in NumberSeries.objects.all()}
    posted = request.POST if request.method == "POST" else None
    form = OrganisationForm(posted, instance=Organisation.objects.get(), patterns=patterns)
    if form.is_bound and form.is_valid():
        change_organisation(
            form.instance,
            number_relations=form.cleaned_data["number_relations"],
            relation_pattern=form.cleaned_data["relation_pattern"],
            invoice_pattern=form.cleaned_data["invoice_pattern"],
        )
        messages.success(request, _("The organisation is saved."))
        return redirect("settings:organisation")
    return page(
        request, "organisation/organisation.html", {"form": form}, part="form", status=422 if form.errors else 200
    )
