"""The forms of invoices: head, lines, issuing, sending."""

from django import forms
from django.core.validators import MaxValueValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from invoicing.editing import check_supply
from invoicing.issuing import last_issued_on
from invoicing.line_forms import RowForm, rows_of
from invoicing.models import Invoice, InvoiceLine
from invoicing.sending import invoice_address
from relations.models import Contact
from salescrm.calendar import today
from salescrm.fields import DayFormField


class HeadForm(forms.ModelForm):
    """Everything of a draft but its lines."""

    class Meta:
        model = Invoice
        fields = ["subject", "contact", "reference", "payment_days", "supplied_from", "supplied_until", "note"]
        widgets = {"note": forms.Textarea(attrs={"rows": 3})}
        help_texts = {"supplied_until": _("Leave empty when it was one day.")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.customer.is_person:
            del self.fields["contact"]
        else:
            contacts = Contact.objects.filter(organization=self.instance.customer_id).select_related("person")
            self.fields["contact"].queryset = contacts
            self.fields["contact"].empty_label = pgettext_lazy("contact person", "None")
        self.fields["payment_days"].validators.append(MaxValueValidator(365))
        if not self.instance.supplied_from:
            self.initial["supplied_from"] = today()

    def clean(self):
        """Refuse an impossible period, next to its field."""
        cleaned = super().clean()
        if not {"supplied_from", "supplied_until"} & set(self.errors):
            check_supply(cleaned["supplied_from"], cleaned["supplied_until"])
        return cleaned

    def values(self) -> dict:
        """The clean answers by field name; a person has no contact."""
        return {"contact": None, **self.cleaned_data}


class LineForm(RowForm):
    """A line of an invoice."""

    class Meta(RowForm.Meta):
        model = InvoiceLine


LineFormSet = rows_of(LineForm, extra=1)


class SendForm(forms.Form):
    """Where an invoice is mailed to."""

    to = forms.EmailField(
        label=_("E-mail address"), error_messages={"required": _("This customer has no e-mail address. Fill one in.")}
    )

    def __init__(self, *args, invoice: Invoice, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["to"].initial = invoice_address(invoice.customer)


class IssueForm(SendForm):
    """The date of the invoice and, when it is sent at once, where to."""

    issued_on = DayFormField(label=_("Invoice date"))
    field_order = ["issued_on", "to"]

    def __init__(self, *args, sends: bool, **kwargs):
        super().__init__(*args, **kwargs)
        last, now = last_issued_on(), today()
        days = self.fields["issued_on"]
        days.initial = now
        days.widget.attrs["max"] = now.isoformat()
        if last:
            days.widget.attrs["min"] = last.isoformat()
        self.fields["to"].required = sends
