"""What the list of projects can be narrowed to; the words stand in the address."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from projects.querysets import ProjectQuerySet
from relations.filters import CustomerFilter
from salescrm.listing.fields import UsersFormField
from salescrm.models import User

STATES = [
    ("active", pgettext_lazy("projects", "Active")),
    ("closed", pgettext_lazy("projects", "Closed")),
    ("all", pgettext_lazy("projects", "All")),
]


class ProjectFilter(CustomerFilter):
    """Narrows a list to what the query asks for. Without a status: the active ones."""

    SWITCHES = ("status",)

    status = forms.ChoiceField(label=_("Status"), choices=STATES, required=False)
    manager = UsersFormField(
        User.objects.in_order(),
        label=pgettext_lazy("project", "Manager"),
        empty_label=pgettext_lazy("owner", "Everybody"),
    )

    def apply(self, rows: ProjectQuerySet) -> ProjectQuerySet:
        """The matches among `rows`."""
        query = self.conditions
        match query.get("status"):
            case "closed":
                rows = rows.closed()
            case "all":
                pass
            case _other:
                rows = rows.active()
        if "q" in query:
            rows = rows.search(query["q"])
        return rows.filter(**self.records)
