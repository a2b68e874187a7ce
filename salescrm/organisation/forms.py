"""The form of our own company and its number patterns, and that of the first run."""

from functools import cache
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib.auth.forms import SetPasswordMixin
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from salescrm.calendar import today
from salescrm.forms.rendering import Segmented
from salescrm.models import Organisation, User
from salescrm.numbering import NumberSeries, validate_pattern
from salescrm.organisation.fields import NumberFormField
from salescrm.organisation.first_run import check_code

PATTERN_HELP = _("{year} is the year, {seq:04} the number in four digits.")


def pattern_field(kind: str, label: Any) -> forms.CharField:
    """A number pattern whose example follows the typing."""
    attrs = {
        "autocomplete": "off", "spellcheck": "false", "data-hx-get": reverse_lazy("settings:number-example"),
        "data-hx-trigger": "input changed delay:200ms", "data-hx-target": f"#example-{kind}",
    }  # fmt: skip
    return forms.CharField(
        label=label, max_length=50, validators=[validate_pattern], help_text=PATTERN_HELP,
        widget=forms.TextInput(attrs=attrs),
    )  # fmt: skip


def example(pattern: str) -> str:
    """The first number of this year by this pattern; empty when it is not a pattern."""
    series = NumberSeries(pattern=pattern)
    try:
        validate_pattern(pattern)
    except forms.ValidationError:
        return ""
    return series.example(today())


@cache
def time_zones() -> list[tuple[str, str]]:
    """The time zones of places, by name."""
    areas = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
    names = sorted(name for name in available_timezones() if name.split("/")[0] in areas)
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in names)]


class OrganisationForm(forms.ModelForm):
    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=time_zones, help_text=_("Decides what day it is, everywhere in the program.")
    )
    number_relations = forms.BooleanField(label=_("Give every new relation a number"), required=False)
    relation_pattern = pattern_field("relation", _("Pattern of relation numbers"))
    invoice_pattern = pattern_field("invoice", _("Pattern of invoice numbers"))
    PROFILE = ("name", "email", "street", "postcode", "city", "country", "phone", "website")
    coc_number = NumberFormField("coc_number", label=_("KvK number"))
    vat_number = NumberFormField("vat_number", label=_("VAT number"))
    iban = NumberFormField("iban", label=_("IBAN"))
    LEGAL = ("coc_number", "vat_number", "vat_exemption", "iban", "payment_days")

    class Meta:
        model = Organisation
        fields = [
            "name", "email", "street", "postcode", "city", "country", "phone", "website", "coc_number", "vat_number",
            "vat_exemption", "iban", "payment_days", "time_zone", "language",
        ]  # fmt: skip
        help_texts = {
            "language": _("For letters and invoices, and proposed for new users."),
            "vat_exemption": _("Stands on invoices that charge no VAT, and then replaces the VAT number."),
        }
        widgets = {"language": Segmented}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        patterns = {series.kind: series for series in NumberSeries.objects.all()}
        exemption: Any = self.fields["vat_exemption"]
        exemption.choices = [("", _("none")), *Organisation.VatExemption.choices]
        for kind in ("relation", "invoice"):
            self.initial[f"{kind}_pattern"] = patterns[kind].pattern
        self.initial["number_relations"] = patterns["relation"].is_active

    @property
    def values(self) -> dict[str, Any]:
        """What stands about our company itself."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}

    @property
    def profile(self) -> list[forms.BoundField]:
        """Name and address."""
        return [self[name] for name in self.PROFILE]

    @property
    def legal(self) -> list[forms.BoundField]:
        """What stands on an invoice."""
        return [self[name] for name in self.LEGAL]

    @property
    def examples(self) -> dict[str, str]:
        """What numbers by the patterns in the form look like."""
        return {kind: example(self[f"{kind}_pattern"].value() or "") for kind in ("relation", "invoice")}


class SetUpForm(SetPasswordMixin, forms.Form):
    code = forms.CharField(
        label=_("Set-up code"), max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autofocus": True}),
        help_text=_("The server has just written it to its log."),
    )  # fmt: skip
    organisation = forms.CharField(
        label=_("Your organisation"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "organization"})
    )
    language = forms.ChoiceField(
        label=_("Language"), choices=User.Language, widget=Segmented,
        help_text=_("Phases, reasons, sources and relation types start in this language."),
    )  # fmt: skip
    name = forms.CharField(label=_("Your name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(label=_("E-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    password1, password2 = SetPasswordMixin.create_password_fields()

    def __init__(self, *args: Any, client: str, **kwargs: Any) -> None:
        self.client = client
        super().__init__(*args, **kwargs)

    def clean_code(self) -> str:
        check_code(self.cleaned_data["code"], self.client)
        return self.cleaned_data["code"]

    def clean(self) -> dict[str, Any] | None:
        self.validate_passwords()
        user = User(email=self.cleaned_data.get("email", ""), name=self.cleaned_data.get("name", ""))
        user.organisation = self.cleaned_data.get("organisation", "")  # a password is not made of its name
        self.validate_password_for_user(user)
        return super().clean()

    @property
    def values(self) -> dict:
        """What set_up() takes."""
        names = ("organisation", "language", "name", "email")
        return {name: self.cleaned_data[name] for name in names} | {"password": self.cleaned_data["password1"]}
