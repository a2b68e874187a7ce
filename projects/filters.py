"""What the list of projects can be narrowed to; the words stand in the address."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from projects.querysets import ProjectQuerySet
from relations.models import Relation
from salescrm.fields import UserFormField
from salescrm.models import User

STATES = [
    ("active", pgettext_lazy("projects", "Active")),
    ("closed", pgettext_lazy("projects", "Closed")),
    ("all", pgettext_lazy("projects", "All")),
]


class ProjectFilter(forms.Form):
    """Narrows a list to what the query asks for. Without a status: the active ones."""

    q = forms.CharField(label=_("Search"), required=False, max_length=200, widget=forms.SearchInput)
    status = forms.ChoiceField(label=_("Status"), choices=STATES, required=False)
    manager = UserFormField(
        label=pgettext_lazy("project", "Manager"),
        queryset=User.objects.in_order(),
        required=False,
        empty_label=pgettext_lazy("owner", "Everybody"),
    )
    customer = forms.ModelChoiceField(queryset=Relation.objects.all(), required=False, widget=forms.HiddenInput)

    def clean_customer(self) -> Relation | None:
        """The survivor, where an old address names a relation that was merged."""
        customer = self.cleaned_data["customer"]
        return customer.merged_into or customer if customer else None

    def apply(self, rows: ProjectQuerySet) -> ProjectQuerySet:
        """The matches among `rows`."""
        query = {name: value for name, value in self.cleaned_data.items() if value}
        match query.get("status"):
            case "closed":
                rows = rows.closed()
            case "all":
                pass
            case _other:
                rows = rows.active()
        if "q" in query:
            rows = rows.search(query["q"])
        return rows.filter(**{name: query[name] for name in ("manager", "customer") if name in query})

    @property
    def selected_customer(self) -> Relation | None:
        """The customer the list is narrowed to."""
        return self.cleaned_data.get("customer")

    @property
    def narrows(self) -> bool:
        """Whether the query holds anything beside the status."""
        return any(value for name, value in self.cleaned_data.items() if name != "status")
