"""The form of the switches in Settings > Sales."""

from django import forms
from django.utils.translation import gettext_lazy as _

from relations.models import RelationType
from sales.models import SalesSettings
from salescrm.forms.rendering import Segmented
from salescrm.models import Organisation
from salescrm.numbering import NumberSeries
from salescrm.organisation.forms import example, pattern_field

SEEN = [
    (Organisation.SalesVisible.ALL, _("all sales")),
    (Organisation.SalesVisible.TEAM, _("their teams")),
    (Organisation.SalesVisible.OWN, _("their own sales")),
]


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

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        series = NumberSeries.objects.get(kind=NumberSeries.Kind.PROJECT)
        empty = {
            "accepted_type": _("Keep the type the relation has"),
            "competitor_type": _("The one proposed for any new relation"),
        }
        for name, label in empty.items():
            self.fields[name].queryset = RelationType.objects.selectable(getattr(self.instance, f"{name}_id"))
            self.fields[name].empty_label = label
        self.initial["sales_visible"] = self.instance.organisation.sales_visible
        self.initial |= {"number_projects": series.is_active, "project_pattern": series.pattern}

    def values(self) -> dict:
        """What `change_switches` needs: the values that belong to SalesSettings, and those of others."""
        values = {name: self.cleaned_data[name] for name in self.Meta.fields}
        others = ("sales_visible", "number_projects", "project_pattern")
        return {"values": values} | {name: self.cleaned_data[name] for name in others}

    @property
    def project_example(self) -> str:
        """What a number by the pattern in the form looks like."""
        return example(self["project_pattern"].value() or "")
