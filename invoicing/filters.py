"""What the list of invoices can be narrowed to; the words stand in the address."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from invoicing.querysets import InvoiceQuerySet
from relations.filters import CustomerFilter
from salescrm.fields import DayFormField
from salescrm.listing.fields import UsersFormField
from salescrm.models import User

STATES = [
    ("", _("All")),
    ("draft", _("Draft")),
    ("issued", _("Issued")),
    ("unsent", _("Issued, not sent")),
    ("sent", _("Sent")),
]


class InvoiceFilter(CustomerFilter):
    """Narrows a list to what the query asks for."""

    status = forms.ChoiceField(label=_("Status"), choices=STATES, required=False)
    owner = UsersFormField(User.objects.in_order(), label=_("Owner"), empty_label=pgettext_lazy("owner", "Everybody"))
    since = DayFormField(label=_("Invoice date from"), required=False)
    until = DayFormField(label=_("Up to and including"), required=False)

    def apply(self, rows: InvoiceQuerySet) -> InvoiceQuerySet:
        """The matches among `rows`."""
        query = self.conditions
        if "status" in query:
            narrow = {"draft": rows.drafts, "issued": rows.issued, "unsent": rows.unsent, "sent": rows.sent}
            rows = narrow[query["status"]]()
        if "q" in query:
            rows = rows.search(query["q"])
        days = {"since": "issued_on__gte", "until": "issued_on__lte"}
        return rows.filter(**self.records, **{days[word]: query[word] for word in days if word in query})
