"""The lists of Settings: one dict, which the forms, the four views and the addresses are made of."""

from dataclasses import dataclass

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from relations.models import RelationType
from sales.models import AcceptReason, LossReason, Phase, Source
from salescrm.lookups import Lookup, LookupForm

LONGEST_LIMIT = 3650


class Swatches(forms.RadioSelect):
    """The ten colours of the palette as radio buttons in that colour, each with its name."""

    template_name = "sales/settings/_swatches.html"


class PhaseForm(LookupForm):
    age_limit = forms.IntegerField(
        label=_("Limit in days"), min_value=1, max_value=LONGEST_LIMIT, required=False,
        help_text=_("Marks an open sale that stands here longer, unless its next step lies ahead. Empty: no limit."),
        error_messages={"invalid": _("Enter a whole number of days, for example 14.")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip

    class Meta(LookupForm.Meta):
        model = Phase
        fields = ["name", "probability", "age_limit", "colour"]
        widgets = {**LookupForm.Meta.widgets, "colour": Swatches}


class AcceptReasonForm(LookupForm):
    class Meta(LookupForm.Meta):
        model = AcceptReason


class LossReasonForm(LookupForm):
    class Meta(LookupForm.Meta):
        model = LossReason


class SourceForm(LookupForm):
    class Meta(LookupForm.Meta):
        model = Source


class RelationTypeForm(LookupForm):
    is_default = forms.BooleanField(label=_("Proposed for a new relation"), required=False)

    class Meta(LookupForm.Meta):
        model = RelationType

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["is_default"]
        self.initial["is_default"] = self.instance.is_default
        if self.instance.is_default:
            field.disabled = True
            field.help_text = _("To change this, choose it at another type.")
        elif not self.instance.is_active:
            field.disabled = True
            field.help_text = _("A retired type is not proposed.")


@dataclass(frozen=True)
class SettingsList:
    """One list: its name in the code, its words, and where the records that use a row are listed."""

    key: str
    form: type[LookupForm]
    title: str
    explanation: str
    new: str
    icon: str
    records: str  # the list of records that use a row; its id comes after it
    of_relations: bool = False

    @property
    def model(self) -> type[Lookup]:
        """The table behind the list."""
        return self.form.Meta.model

    @property
    def has_probability(self) -> bool:
        """Whether a row carries a colour and a percentage."""
        return self.model is Phase


LISTS = {
    "phases": SettingsList(
        "phases", PhaseForm, _("Progress"),
        _("The steps a sale goes through, each with its colour and the probability a sale gets there."),
        _("New phase"), "chart-bar", "/sales/?phase=",
    ),
    "accept-reasons": SettingsList(
        "accept-reasons", AcceptReasonForm, _("Reasons accepted"), _("Why customers say yes."),
        _("New reason accepted"), "hand-thumb-up", "/sales/?status=accepted&reason=",
    ),
    "loss-reasons": SettingsList(
        "loss-reasons", LossReasonForm, _("Reasons lost"), _("Why customers say no."),
        _("New reason lost"), "hand-thumb-down", "/sales/?status=lost&reason=",
    ),
    "sources": SettingsList(
        "sources", SourceForm, _("Sources"), _("Where sales come from: what your marketing brings in."),
        _("New source"), "megaphone", "/sales/?source=",
    ),
    "relation-types": SettingsList(
        "relation-types", RelationTypeForm, _("Relation types"), _("What a relation is to you."),
        _("New relation type"), "tag", "/relations/?type=", of_relations=True,
    ),
}  # fmt: skip
SALES_LISTS = [LISTS[key] for key in ("phases", "accept-reasons", "loss-reasons", "sources")]
ADDRESSES = {kind.key: kind.key if kind.of_relations else f"sales/{kind.key}" for kind in LISTS.values()}


class ListConverter:
    """`sales/phases` in an address is LISTS["phases"]; any other list is not found."""

    regex = "|".join(ADDRESSES.values())

    def to_python(self, value: str) -> SettingsList:
        return LISTS[value.rpartition("/")[2]]

    def to_url(self, key: str) -> str:
        return ADDRESSES[key]


class RemovalForm(forms.Form):
    """What is done with a row that is no longer wanted (rule 5)."""

    action = forms.ChoiceField(choices=[(name, name) for name in ("retire", "reactivate", "delete", "move")])
    to = forms.ModelChoiceField(
        Phase.objects.none(), label=_("Move all to"), required=False, empty_label=pgettext_lazy("choice", "Choose…")
    )

    def __init__(self, *args, row: Lookup, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = type(row).objects.active().exclude(pk=row.pk)

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("action") == "move" and not cleaned.get("to") and "to" not in self.errors:
            self.add_error("to", _("Choose where everything goes."))
        return cleaned
