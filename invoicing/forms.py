"""The forms of invoices: head, lines, issuing, sending."""

from django import forms
from django.core.validators import MaxValueValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from invoicing.editing import check_supply
from invoicing.issuing import last_issued_on
from invoicing.letters import Letter, one_line, usual_letter
from invoicing.line_forms import RowForm, rows_of
from invoicing.models import Invoice, InvoiceLine
from invoicing.sending import invoice_address
from relations.models import Contact
from salescrm.calendar import today
from salescrm.fields import DayFormField
from salescrm.mail.models import OutgoingMail


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


class AddressForm(forms.Form):
    """Where an invoice is mailed to."""

    to = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        error_messages={"required": _("This customer has no e-mail address. Fill one in.")},
    )

    def __init__(self, *args, invoice: Invoice, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["to"].initial = invoice_address(invoice.customer)


class SendForm(AddressForm):
    """Where to, and the letter that goes with it: the usual one, or that of a mail (`last`) that was not sent."""

    subject = forms.CharField(label=pgettext_lazy("mail", "Subject"), max_length=200)
    text = forms.CharField(label=pgettext_lazy("mail", "Text"), widget=forms.Textarea, max_length=20_000)

    def __init__(self, *args, invoice: Invoice, last: OutgoingMail | None, **kwargs):
        super().__init__(*args, invoice=invoice, **kwargs)
        if last and not last.sent_at:
            self.initial = {"to": last.to, "subject": last.subject, "text": last.text}
        else:
            self.initial = usual_letter(invoice)._asdict()

    def clean_text(self) -> str:
        """As it is stored, whatever the browser puts at the end of a line."""
        return "\n".join(self.cleaned_data["text"].splitlines())

    @property
    def letter(self) -> Letter:
        """What the sender wrote."""
        return Letter(one_line(self.cleaned_data["subject"]), self.cleaned_data["text"])


class IssueForm(AddressForm):
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
