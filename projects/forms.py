"""The forms of a project; the acceptance of a sale uses them too (rule 9)."""

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from invoicing.line_forms import RowForm, rows_of
from projects.models import Project, Service
from projects.opening import NewProject
from relations.fields import RelationField
from relations.models import Contact, Relation
from salescrm.models import User


class ProjectForm(forms.ModelForm):
    """A project of `customer`: a new one, or with `instance` one that exists."""

    class Meta:
        model = Project
        fields = ["name", "contact", "manager", "start_date", "end_date", "note"]
        widgets = {"note": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args, customer: Relation, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["manager"].queryset = User.objects.active(self.instance.manager_id)
        self.fields["manager"].empty_label = pgettext_lazy("choice", "Choose…")
        if customer.is_person:
            del self.fields["contact"]
        else:
            contacts = Contact.objects.filter(organization=customer).select_related("person")
            self.fields["contact"].queryset = contacts
            self.fields["contact"].empty_label = pgettext_lazy("contact person", "None")

    def clean(self):
        cleaned = super().clean()
        start, end = cleaned.get("start_date"), cleaned.get("end_date")
        if start and end and end < start:
            self.add_error("end_date", _("A project ends on or after the day it starts."))
        return cleaned

    def values(self) -> dict:
        """The clean answers by field name; a person has no contact."""
        return {"contact": None, **self.cleaned_data}

    def new_project(self) -> NewProject:
        """What `open_project` and the acceptance of a sale need."""
        return NewProject(**self.values())


class CustomerForm(forms.Form):
    """For whom a new project is."""

    customer = RelationField(label=_("Customer"))


class ServiceForm(RowForm):
    """A service of a project; `pk` says which one it was."""

    TITLE = _("Services")

    pk = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta(RowForm.Meta):
        model = Service
        fields = Service.FIELDS

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        method = self.fields["billing_method"]
        method.choices = [(value, capfirst(label)) for value, label in method.choices]


ServiceFormSet = rows_of(ServiceForm, extra=1)
