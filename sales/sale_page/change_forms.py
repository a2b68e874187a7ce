"""The forms that change one value of a sale in its place; rules live in editing."""

from copy import copy

from django import forms
from django.core.exceptions import BadRequest
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from sales.forms import RevenueFormField
from sales.models import Sale
from sales.next_steps import AHEAD, check_step, has_step
from salescrm.calendar import today
from salescrm.models import User

STEP = ("next_step", "next_step_on")


class AmountForm(forms.ModelForm):
    """The expected revenue; empty while it is not known (rule 15)."""

    class Meta:
        model = Sale
        fields = ["expected_revenue"]
        field_classes = {"expected_revenue": RevenueFormField}

    def values(self) -> dict:
        """The clean answers by field name."""
        return {name: self.cleaned_data[name] for name in self.fields}


class EndForm(AmountForm):
    """The expected end date; empty means no date."""

    class Meta:
        model = Sale
        fields = ["expected_end_date"]


class OwnerForm(AmountForm):
    """Who is responsible."""

    class Meta:
        model = Sale
        fields = ["owner"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = User.objects.active(self.instance.owner_id)
        self.fields["owner"].empty_label = None


class StepForm(AmountForm):
    """The next step and its day: two fields, merged as one (rule 6)."""

    BLOCKS = (STEP,)

    class Meta:
        model = Sale
        fields = STEP
        labels = {"next_step_on": _("Day")}

    nothing = forms.BooleanField(widget=forms.HiddenInput, required=False)

    def clean(self):
        """Refuse a day without words; nothing planned is said by a button."""
        cleaned = super().clean()
        if cleaned.get("nothing"):
            return cleaned
        if "next_step" not in self._errors:
            check_step(cleaned["next_step"], cleaned.get("next_step_on"))
        if not any(map(cleaned.get, STEP)) and not {*STEP} & {*self._errors} and not has_step(self.instance):
            self.add_error("next_step", _("Say what the next step is, or choose “No next step”."))
        return cleaned

    def values(self) -> dict:
        """The words and their day."""
        return {name: self.cleaned_data[name] for name in STEP}


class BackForm(forms.ModelForm):
    """The next step as it was before it was completed or postponed, carried by the button Undo."""

    class Meta:
        model = Sale
        fields = STEP

    def clean(self):
        """Refuse an empty step: then nothing was completed."""
        cleaned = super().clean()
        if not any(map(cleaned.get, self.fields)):
            raise forms.ValidationError("nothing was planned")
        return cleaned


FORMS = {"amount": AmountForm, "end": EndForm, "owner": OwnerForm, "step": StepForm}


def data_of(what: str, data: QueryDict) -> QueryDict:
    """The data of this form; what a button stands for, a day or no next step, is put into the fields."""
    word, data = data.get("ahead"), data.copy()
    if what != "step":
        return data
    if data.get("nothing"):
        data["next_step"] = data["next_step_on"] = ""
    elif word:
        if word not in AHEAD:
            raise BadRequest("no button names this day")
        data["next_step_on"] = (today() + AHEAD[word]).isoformat()
    return data


def form_of(what: str, data: QueryDict | None, sale: Sale) -> forms.ModelForm:
    """The form for this value of the sale, bound to a copy: validating it does not change the sale itself."""
    form = FORMS[what](data, instance=copy(sale), auto_id="change_%s", use_required_attribute=False)
    form.visible_fields()[0].field.widget.attrs["autofocus"] = True
    return form
