"""What is asked about invoices: head, lines, issuing, sending."""

from decimal import Decimal

from django import forms
from django.core.validators import MaxValueValidator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from invoicing.drafting import DraftLine
from invoicing.editing import check_supply
from invoicing.issuing import last_issued_on
from invoicing.models import Invoice, InvoiceLine, VatRate
from invoicing.sending import invoice_address
from invoicing.vat import line_amount
from relations.models import Contact
from salescrm.calendar import today
from salescrm.fields import DayFormField, MoneyFormField
from salescrm.templatetags.crm import number

TOO_MUCH = Decimal(10) ** 9
MOST_LINES = 500


class QuantityFormField(MoneyFormField):
    """A quantity with at most two decimals, typed the Dutch or the English way."""

    def prepare_value(self, value):
        if isinstance(value, Decimal):
            return number(value)
        return value


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
        """A period that cannot be is said next to its field."""
        cleaned = super().clean()
        if not {"supplied_from", "supplied_until"} & set(self.errors):
            check_supply(cleaned["supplied_from"], cleaned["supplied_until"])
        return cleaned

    def values(self) -> dict:
        """The clean answers by field name; a person has no contact."""
        return {"contact": None, **self.cleaned_data}


class RowForm(forms.ModelForm):
    """A row with description, quantity, unit price and VAT rate; what invoices and projects share."""

    def __init__(self, *args, rates: list[VatRate], **kwargs):
        super().__init__(*args, **kwargs)
        kept = self.data.get(self.add_prefix("vat_rate")) if self.is_bound else self.initial.get("vat_rate")
        active = [rate for rate in rates if rate.is_active or str(rate.pk) == str(kept)]
        if not self.initial.get("vat_rate") and active:
            self.initial["vat_rate"] = active[0].pk
        self.fields["vat_rate"].choices = [(rate.pk, str(rate)) for rate in active]

    def clean(self):
        cleaned = super().clean()
        quantity, price = cleaned.get("quantity"), cleaned.get("unit_price")
        if quantity is not None and price is not None and abs(line_amount(quantity, price)) >= TOO_MUCH:
            self.add_error("unit_price", _("This line is too large."))
        return cleaned


class LineForm(RowForm):
    """A line of an invoice."""

    class Meta:
        model = InvoiceLine
        fields = ["description", "quantity", "unit_price", "vat_rate"]
        field_classes = {"quantity": QuantityFormField}


class TooManyLinesError(Exception):
    """More lines than one form holds: not even read, as each of them takes its time."""

    def answer(self, request: HttpRequest) -> HttpResponse:
        """A page that says how many fit; the browser still has what was typed one page back."""
        return render(request, "too_many_lines.html", {"most": MOST_LINES}, status=422)


class RowFormSet(forms.BaseFormSet):
    """Rows in the order they are shown; rows marked for deletion and empty ones are left out.

    Raises TooManyLinesError for more than fit on one form, before any of them is made.
    """

    def total_form_count(self):
        if self.is_bound and self.management_form.cleaned_data["TOTAL_FORMS"] > MOST_LINES:
            raise TooManyLinesError
        return super().total_form_count()

    def get_form_kwargs(self, index):
        if "rates" not in self.form_kwargs:
            self.form_kwargs["rates"] = list(VatRate.objects.all())
        return super().get_form_kwargs(index)

    def rows(self) -> list[dict]:
        """The clean rows that count."""
        filled = [form for form in self.forms if form.has_changed() or not form.empty_permitted]
        return [form.cleaned_data for form in filled if not form.cleaned_data.get("DELETE")]


class InvoiceRows(RowFormSet):
    def lines(self) -> list[DraftLine]:
        """The clean lines."""
        return [DraftLine(*(row[name] for name in DraftLine._fields)) for row in self.rows()]


def rows_of(form: type[RowForm], *, formset: type[RowFormSet] = RowFormSet, extra: int) -> type[RowFormSet]:
    """A form of lines: as many as are stored, and `extra` empty ones."""
    most = MOST_LINES
    return forms.formset_factory(form, formset=formset, extra=extra, can_delete=True, max_num=most, absolute_max=most)


LineFormSet = rows_of(LineForm, formset=InvoiceRows, extra=1)


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
