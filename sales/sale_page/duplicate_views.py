"""A copy of a sale as a new sale: a dialog that is a page too."""

import uuid

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sales.duplicating import duplicate as make_copy
from sales.models import Sale
from sales.sale_page.views import visible
from salescrm.forms.submission import refusals_in, submitted_token
from salescrm.models import User
from salescrm.pages import leave, page

LONGEST = Sale._meta.get_field("subject").max_length


class DuplicateForm(forms.Form):
    """The values in which the copy may differ."""

    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=LONGEST)
    owner = forms.ModelChoiceField(User.objects.active(), label=gettext_lazy("Owner"), empty_label=None)
    with_lines = forms.BooleanField(label=gettext_lazy("With its service lines"), required=False)


@permission_required(["sales.view_sale", "sales.add_sale"], raise_exception=True)
def duplicate(request: HttpRequest, pk: int) -> HttpResponse:
    """Copy a sale under another subject and owner, and go to the copy."""
    sale = visible(request, pk, detail=True)
    lines, posted = sale.lines.count(), request.method == "POST"
    initial = {"subject": _proposed(sale.subject), "owner": request.user, "with_lines": bool(lines)}
    form = DuplicateForm(request.POST if posted else None, initial=initial, auto_id="copy_%s")
    token, status = submitted_token(request) if posted else uuid.uuid4(), 422 if posted else 200
    if not lines:
        del form.fields["with_lines"]
    if form.is_bound and form.is_valid():
        with refusals_in(form):
            copy = make_copy(sale, **{"with_lines": False, **form.cleaned_data}, by=request.user, token=token)
            seen = Sale.objects.visible_to(request.user).filter(pk=copy.pk).exists()
            messages.success(request, _("“%(sale)s” is a new sale.") % {"sale": copy})
            return leave(request, copy if seen else "sales:list")
    context = {"sale": sale, "form": form, "token": token}
    return page(request, "sales/sale_page/duplicate.html", context, part="dialog", status=status)


def _proposed(subject: str) -> str:
    whole = _("%(subject)s (copy)") % {"subject": subject}
    return _("%(subject)s (copy)") % {"subject": subject[: len(subject) - max(len(whole) - LONGEST, 0)]}
