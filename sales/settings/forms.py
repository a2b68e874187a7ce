"""The forms of Settings that are not lists: switches, organisation and users."""

from functools import cache
from zoneinfo import available_timezones

from django import forms
from django.db.models import Q
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from relations.fields import NumberFormField
from relations.models import RelationType
from sales.models import SalesSettings
from salescrm.accounts.roles import LABELS
from salescrm.accounts.staff import role_of
from salescrm.calendar import today
from salescrm.models import Organisation, Team, User
from salescrm.numbering import NumberSeries, validate_pattern

SEEN = [
    (Organisation.SalesVisible.ALL, _("all sales")),
    (Organisation.SalesVisible.TEAM, _("their teams")),
    (Organisation.SalesVisible.OWN, _("their own sales")),
]
PATTERN_HELP = _("{year} is the year, {seq:04} the number in four digits.")


class Segmented(forms.RadioSelect):
    """A few radio buttons side by side."""

    template_name = "components/segmented.html"


def pattern_field(kind: str, label) -> forms.CharField:
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


class SwitchesForm(forms.ModelForm):
    """The switches of Settings > Sales, those of the organisation and of projects among them."""

    sales_visible = forms.ChoiceField(
        label=_("Who sees what"), choices=SEEN, widget=Segmented,
        help_text=_(
            "What salespeople see. Who is in no team sees their own sales. Managers and administrators always see all "
            "sales."
        ),
    )  # fmt: skip
    number_projects = forms.BooleanField(
        label=_("Project numbering"), required=False, help_text=_("Gives every new project a number.")
    )
    project_pattern = pattern_field("project", _("Pattern of project numbers"))

    class Meta:
        model = SalesSettings
        fields = [
            "accept_reason", "loss_reason", "lost_to", "source", "own_probability", "sales_to_persons", "accepted_type",
            "competitor_type",
        ]  # fmt: skip
        labels = {
            "accept_reason": _("Reason accepted"), "loss_reason": _("Reason lost"), "lost_to": _("Lost to competitor"),
            "source": _("Source"), "own_probability": _("Own probability"), "sales_to_persons": _("Sales to persons"),
            "accepted_type": _("Relation type proposed on acceptance"),
            "competitor_type": _("Relation type of a new competitor"),
        }  # fmt: skip
        help_texts = {
            "accept_reason": _("Asked when a sale is accepted."),
            "loss_reason": _("Asked when a sale is lost."),
            "lost_to": _("Records which relation won a sale that you lost."),
            "source": _("Records where a sale comes from."),
            "own_probability": _(
                "Lets people set another percentage than the phase's. Switched off, percentages set by hand stay "
                "until the sale moves."
            ),
            "sales_to_persons": _("Lets a sale have a person as its customer, not only an organization."),
            "accepted_type": _("What a prospect becomes when it says yes."),
            "competitor_type": _("What a competitor is that you add while closing a sale as lost."),
        }
        widgets = {"accept_reason": Segmented, "loss_reason": Segmented}

    def __init__(self, *args, series: NumberSeries, **kwargs):
        super().__init__(*args, **kwargs)
        empty = {
            "accepted_type": _("Keep the type the relation has"),
            "competitor_type": _("The one proposed for any new relation"),
        }
        for name, label in empty.items():
            self.fields[name].queryset = RelationType.objects.selectable(getattr(self.instance, f"{name}_id"))
            self.fields[name].empty_label = label
        self.initial["sales_visible"] = Organisation.current().sales_visible
        self.initial |= {"number_projects": series.is_active, "project_pattern": series.pattern}

    @property
    def switches(self) -> dict:
        """The values that belong to SalesSettings."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}

    @property
    def project_example(self) -> str:
        """What a number by the pattern in the form looks like."""
        return example(self["project_pattern"].value() or "")


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

    def __init__(self, *args, patterns: dict[str, NumberSeries], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["vat_exemption"].choices = [("", _("none")), *Organisation.VatExemption.choices]
        for kind in ("relation", "invoice"):
            self.initial[f"{kind}_pattern"] = patterns[kind].pattern
        self.initial["number_relations"] = patterns["relation"].is_active

    @property
    def profile(self):
        """Name and address."""
        return [self[name] for name in self.PROFILE]

    @property
    def legal(self):
        """What stands on an invoice."""
        return [self[name] for name in self.LEGAL]

    @property
    def examples(self) -> dict[str, str]:
        """What numbers by the patterns in the form look like."""
        return {kind: example(self[f"{kind}_pattern"].value() or "") for kind in ("relation", "invoice")}


class UserForm(forms.ModelForm):
    """A user and the one role they have; with `invited`, how they get their first password."""

    role = forms.ChoiceField(label=_("Role"), choices=LABELS.items, widget=forms.RadioSelect)
    teams = forms.ModelMultipleChoiceField(
        Team.objects.all(), label=_("Teams"), required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = User
        fields = ["name", "email", "language"]
        widgets = {"language": Segmented, "email": forms.EmailInput(attrs={"autocomplete": "off"})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["role"] = role_of(self.instance) if self.instance.pk else "salesperson"
        if self.instance.pk:
            self.initial["teams"] = list(self.instance.teams.all())
        if not Team.objects.exists():
            del self.fields["teams"]

    def clean_email(self):
        return self.cleaned_data["email"].strip().lower()


class HandOverForm(forms.Form):
    """Who takes over what a colleague holds."""

    to = forms.ModelChoiceField(User.objects.none(), label=_("Who takes it over"), empty_label=_("Choose a colleague"))

    def __init__(self, *args, subject: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = User.objects.active().exclude(pk=subject.pk).order_by("name", "pk")


class TeamForm(forms.ModelForm):
    """A team and who is in it."""

    members = forms.ModelMultipleChoiceField(
        User.objects.none(), label=_("Members"), required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Team
        fields = ["name", "members"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        known = self.instance.members.values("pk") if self.instance.pk else []
        self.fields["members"].queryset = User.objects.filter(Q(is_active=True) | Q(pk__in=known))
