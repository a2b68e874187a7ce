"""The forms of a sale and of its closing: the shape of the input; rules live in the domain functions."""

from collections.abc import Callable

from django import forms
from django.core.validators import MinValueValidator
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from projects.forms import ServiceForm
from projects.models import Project
from relations.fields import RelationField
from relations.models import Contact, Relation, RelationType
from sales.editing import check_end
from sales.models import AcceptReason, FollowUp, LossReason, Phase, Sale, SaleLine, SalesSettings, SaleStatus, Source
from sales.next_steps import check_step
from sales.refusals import Refused
from sales.transitions import check_closing_day
from salescrm.calendar import today
from salescrm.fields import DayFormField, MoneyFormField, PercentFormField
from salescrm.models import User
from salescrm.url_words import is_id

NOBODY = pgettext_lazy("contact person", "None")
NOTHING = pgettext_lazy("choice", "None")


class RevenueFormField(MoneyFormField):
    """An amount that is not negative. The error stands at the field; that of the constraint would be of the form."""

    default_validators = (MinValueValidator(0, _("Expected revenue is not negative.")),)


class SaleForm(forms.ModelForm):
    """The fields of a sale. Only a new sale has `phase` among them: afterwards the progress bar moves it."""

    BLOCKS = (("next_step", "next_step_on"),)

    class Meta:
        model = Sale
        fields = [
            "subject", "customer", "contact", "expected_revenue", "expected_end_date", "phase", "source", "owner",
            "start_date", "next_step", "next_step_on", "note",
        ]  # fmt: skip
        field_classes = {"expected_revenue": RevenueFormField}
        widgets = {"note": forms.Textarea(attrs={"rows": 4})}
        help_texts = {
            "expected_revenue": _("Excluding VAT. Leave empty when it is not known yet."),
            "expected_end_date": _("Decides the month in the forecast."),
        }

    def __init__(self, *args, customer: Relation | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        sale, switches = self.instance, SalesSettings.current()
        persons = switches.sales_to_persons or (sale.pk and sale.customer.is_person)
        self.fields["customer"] = RelationField(
            label=_("Customer"), kinds=("organization", "person") if persons else ("organization",),
            current=sale.customer_id,
        )  # fmt: skip
        self.fields["contact"].queryset = self._contacts(customer)
        self.fields["contact"].empty_label = NOBODY
        self.fields["contact"].widget.attrs |= {  # the contact persons follow the customer
            "data-hx-get": reverse("relations:contact-options"),
            "data-hx-include": "[name='customer']",
            "data-hx-trigger": "change from:[name='customer']",
        }
        self.fields["owner"].queryset = User.objects.active(sale.owner_id)
        self.fields["phase"].queryset = Phase.objects.active()
        self.fields["owner"].empty_label = self.fields["phase"].empty_label = None
        self.fields["source"].queryset = Source.objects.selectable(sale.source_id)
        self.fields["source"].empty_label = NOTHING
        if not switches.source and not sale.source_id:
            del self.fields["source"]
        if sale.pk:
            del self.fields["phase"]
        else:
            self.fields["subject"].widget.attrs["autofocus"] = True
        for name in self._frozen():
            self.fields[name].disabled = True

    def _contacts(self, customer: Relation | None):
        pk = self.data.get("customer") or getattr(customer, "pk", None) or self.instance.customer_id
        if not is_id(str(pk or "")):
            return Contact.objects.none()
        mine = str(self.data.get("contact", ""))  # the customer may be another one since it was chosen
        contacts = Q(organization=pk) | Q(pk=mine) if is_id(mine) else Q(organization=pk)
        return Contact.objects.filter(contacts).select_related("person")

    def _frozen(self) -> list[str]:
        if not self.instance.pk or self.instance.is_open:
            return []
        names = ["expected_revenue", "expected_end_date", "customer", "source"]
        return [name for name in names if name in self.fields]

    def clean(self):
        cleaned = super().clean()
        if {"start_date", "expected_end_date"} & {*self.changed_data}:
            self._ask(check_end, cleaned.get("expected_end_date"), start=cleaned.get("start_date"))
        self._ask(check_step, cleaned.get("next_step"), cleaned.get("next_step_on"))
        return cleaned

    def _ask(self, check: Callable[..., None], *values, **more) -> None:
        """Show a refusal of this rule beside its field; the next rule is checked all the same."""
        try:
            check(*values, **more)
        except Refused as refusal:
            self.add_error(None, refusal)

    def values(self) -> dict:
        """The clean answers by field name, without disabled fields."""
        return {name: value for name, value in self.cleaned_data.items() if not self.fields[name].disabled}


class LineForm(ServiceForm):
    """One service line."""

    class Meta(ServiceForm.Meta):
        model = SaleLine

    def clean_quantity(self):
        """Refuse a quantity of 0 or less: a credit is a negative price."""
        if (quantity := self.cleaned_data["quantity"]) <= 0:
            raise forms.ValidationError(_("A quantity is more than 0."))
        return quantity

    def clean_vat_rate(self):
        """Refuse a retired rate, except on the line that already has it."""
        rate = self.cleaned_data["vat_rate"]
        if not rate.is_active and rate.pk != self.stored_rate:
            raise forms.ValidationError(self.fields["vat_rate"].error_messages["invalid_choice"], code="invalid_choice")
        return rate


class ClosingForm(forms.Form):
    """The day on which a sale is closed; today is proposed, and used when the form was sent without it (rule 2)."""

    closed_on = DayFormField(label=_("Closed on"), initial=today)

    def __init__(self, *args, sale: Sale, **kwargs):
        super().__init__(*args, **kwargs)
        self.sale, field = sale, self.fields["closed_on"]
        field.required = not self.is_bound or "closed_on" in self.data
        limits = {"min": sale.start_date, "max": today()}
        field.widget.attrs |= {name: day.isoformat() for name, day in limits.items() if day}

    def clean(self):
        """Refuse the days that the domain refuses; the recorded day may stay."""
        cleaned = super().clean()
        if "closed_on" in cleaned:
            day = cleaned["closed_on"] = cleaned["closed_on"] or self.sale.closed_on or today()
            if day != self.sale.closed_on:
                check_closing_day(day, start=self.sale.start_date, today=today())
        return cleaned


class AcceptForm(ClosingForm):
    """Step 1 of accepting: why, when, and what the customer becomes (rule 8)."""

    field_order = ["reason", "closed_on", "relation_type"]
    reason = forms.ModelChoiceField(AcceptReason.objects.none(), label=_("Reason accepted"), required=False)
    relation_type = forms.ModelChoiceField(RelationType.objects.none(), label=_("Relation type"), empty_label=None)

    def __init__(self, *args, sale: Sale, **kwargs):
        super().__init__(*args, sale=sale, **kwargs)
        use = SalesSettings.current().accept_reason
        _ask_reason(self, use, AcceptReason.objects.active())
        self.fields["relation_type"].queryset = RelationType.objects.selectable(sale.customer.relation_type_id)
        self.fields["relation_type"].help_text = _("What %(customer)s is from now on.") % {"customer": sale.customer}


class FollowUpForm(forms.Form):
    """Step 2 of accepting: what happens next (rule 9). Which options are available the domain decides."""

    follow_up = forms.ChoiceField(
        label=_("Follow-up"), choices=FollowUp, widget=forms.RadioSelect,
        error_messages={"required": _("Choose what happens next.")},
    )  # fmt: skip
    project = forms.ModelChoiceField(Project.objects.none(), label=_("Project"), required=False)

    def __init__(self, *args, sale: Sale, **kwargs):
        super().__init__(*args, **kwargs)
        projects = Project.objects.active().filter(customer=sale.customer_id)
        self.fields["project"].queryset = projects
        self.fields["project"].empty_label = _("Choose a project")


class LoseForm(ClosingForm):
    """Why a sale is lost, to whom and when (rule 11)."""

    field_order = ["reason", "lost_to", "explanation", "source", "closed_on"]
    reason = forms.ModelChoiceField(LossReason.objects.none(), label=_("Reason lost"), required=False)
    explanation = forms.CharField(
        label=_("Explanation"), max_length=Sale._meta.get_field("loss_explanation").max_length, required=False,
        widget=forms.Textarea(attrs={"rows": 3}), help_text=_("What was said, and what you would do differently."),
    )  # fmt: skip

    def __init__(self, *args, sale: Sale, **kwargs):
        super().__init__(*args, sale=sale, **kwargs)
        switches = SalesSettings.current()
        _ask_reason(self, switches.loss_reason, LossReason.objects.selectable(sale.loss_reason_id))
        if switches.lost_to or sale.lost_to_id:
            self.fields["lost_to"] = RelationField(
                label=_("Lost to competitor"), required=False, exclude=sale.customer_id, current=sale.lost_to_id,
                help_text=_("Only a relation can be chosen."), new_type=switches.competitor_type_id,
                error_messages={"excluded": _("A sale cannot be lost to its own customer.")},
            )  # fmt: skip
            self.order_fields(self.field_order)

    def values(self) -> dict:
        """Reason, competitor, explanation and closing day; None for a field that is switched off."""
        return {"reason": None, "lost_to": None, **self.cleaned_data}


class CorrectForm(LoseForm):
    """What a manager may correct of a closed sale (rule 2); `status` is the one it was opened with, if not as now."""

    source = forms.ModelChoiceField(Source.objects.none(), label=_("Source"), required=False, empty_label=NOTHING)

    def __init__(self, *args, sale: Sale, status: str = "", **kwargs):
        super().__init__(*args, sale=sale, **kwargs)
        self.fields["source"].queryset = Source.objects.selectable(sale.source_id)
        if (status or sale.status) == SaleStatus.ACCEPTED:
            self.fields.pop("lost_to", None)
            del self.fields["explanation"]
            _ask_reason(
                self, SalesSettings.current().accept_reason, AcceptReason.objects.selectable(sale.accept_reason_id)
            )

    def values(self) -> dict:
        """The answers; a field that is switched off now keeps its stored value."""
        stored = {"reason": self.sale.accept_reason or self.sale.loss_reason, "lost_to": self.sale.lost_to}
        return stored | self.cleaned_data

    @staticmethod
    def initial_of(sale: Sale) -> dict:
        """The initial values of the form."""
        return {
            "reason": sale.accept_reason or sale.loss_reason,
            "lost_to": sale.lost_to_id,
            "explanation": sale.loss_explanation,
            "source": sale.source_id,
            "closed_on": sale.closed_on,
        }


def _ask_reason(form: forms.Form, use: str, reasons) -> None:
    if use == SalesSettings.Use.OFF:
        form.fields.pop("reason", None)
        return
    field = form.fields.setdefault(
        "reason", forms.ModelChoiceField(reasons, label=_("Reason accepted"), required=False)
    )
    if reasons.model is AcceptReason:
        field.label = _("Reason accepted")
    field.queryset = reasons
    field.required = use == SalesSettings.Use.REQUIRED
    field.empty_label = _("Choose a reason") if field.required else NOTHING


class ProbabilityForm(forms.Form):
    """A probability of one's own; empty goes back to the phase's (rule 3)."""

    probability = PercentFormField(label=_("Probability"), required=False)
