"""The contact persons of an organization: add, change, remove, and the choices of a form."""

from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from relations.contacts.writing import add_contact, edit_contact, remove_contact, stale
from relations.forms import ContactForm, NewContactForm
from relations.models import Contact, Relation
from salescrm.forms.submission import refusals_in, submitted_token
from salescrm.forms.versioned import VersionedForm
from salescrm.pages import leave, page
from salescrm.url_words import is_id
from salescrm.versions import Refused, Stale


@permission_required("relations.change_relation", raise_exception=True)
def contact_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a contact person to an organization: somebody known, or somebody new."""
    organization = get_object_or_404(Relation.objects.organizations().select_related("relation_type"), pk=pk)
    form = NewContactForm(request.POST if request.method == "POST" else None, organization=organization)
    token = submitted_token(request) if request.method == "POST" else uuid4()
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            contact = add_contact(
                organization, person=form.person(), values=form.values(), by=request.user, token=token
            )
            messages.success(request, _("%(name)s has been added as a contact person.") % {"name": contact.person})
            return leave(request, organization)
    context = {"organization": organization, "form": form, "token": token}
    return page(request, "relations/contacts/new.html", context, part="dialog", status=422 if form.errors else 200)


@permission_required("relations.change_relation", raise_exception=True)
def contact_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change function, work e-mail and phones."""
    contact = get_object_or_404(Contact.objects.select_related("person", "organization"), pk=pk)
    editor = VersionedForm(request, contact, lambda data, contact: ContactForm(data, instance=contact))
    status = 422 if editor.is_sent else 200
    try:
        if editor.is_sent and editor.is_ready(stale):
            edit_contact(contact, values=editor.form.values(), version=editor.version)
            messages.success(request, _("The contact person has been changed."))
            return leave(request, contact.organization)
    except Stale as refusal:
        status = 409
        editor.merge(refusal)
    context = {"contact": contact, **editor.context}
    return page(request, "relations/contacts/edit.html", context, part="dialog", status=status)


@permission_required("relations.change_relation", raise_exception=True)
def contact_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """End somebody's being a contact person, after asking; refused with words when something names the contact."""
    contact = get_object_or_404(Contact.objects.select_related("person", "organization"), pk=pk)
    context = {"contact": contact, "problem": ""}
    if request.method != "POST":
        return page(request, "relations/contacts/remove.html", context, part="dialog")
    try:
        remove_contact(contact)
    except Refused as error:
        return page(
            request, "relations/contacts/remove.html", context | {"problem": error.message}, part="dialog", status=422
        )
    messages.success(request, _("%(name)s is no longer a contact person.") % {"name": contact.person})
    return leave(request, contact.organization)


@require_safe
@permission_required("relations.view_relation", raise_exception=True)
def contact_options(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """The contact persons of an organization as the options of a select, for a form whose customer changes."""
    customer = str(pk or request.GET.get("customer", ""))
    if customer and not is_id(customer):
        raise BadRequest("unknown relation")
    contacts = Contact.objects.filter(organization=customer or None).select_related("person")
    context = {"contacts": contacts, "selected": request.GET.get("selected", "")}
    return page(request, "relations/contacts/options.html", context, part="options")
