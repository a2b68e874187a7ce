"""The forms of a change of many sales, one per kind of change, with the sentences before and after it."""

from django import forms
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _

from sales.bulk.deeds import (
    Deed,
    End,
    HandOver,
    Lose,
    Move,
    Plan,
    Trash,
)
from sales.forms import LoseForm
from sales.models import Phase, Sale
from sales.next_steps import check_step
from salescrm.calendar import written_day
from salescrm.fields import DayFormField
from salescrm.models import User
from salescrm.money import format_number

LONGEST = 3650
UNDO = ("sales:undo-many", _("Undo"))  # the URL that takes the change back, and the label of its button


def _in_words(text: str, count: int, **names) -> str:
    return text % {"count": format_number(count, get_language()), **names}


class ManyMoveForm(forms.Form):
    """The phase they move to."""

    right, title, way_back = "sales.move_sale", _("Move sales to a phase"), UNDO
    phase = forms.ModelChoiceField(Phase.objects.active(), label=_("Phase"), empty_label=_("Choose a phase"))

    def deed(self) -> Deed:
        """The deed that this form describes."""
        return Move(**self.cleaned_data)

    def will(self, count: int) -> str:
        """The sentence before the change: what would happen to this many sales."""
        text = ngettext("%(count)s sale moves to %(phase)s.", "%(count)s sales move to %(phase)s.", count)
        return _in_words(text, count, **self.cleaned_data)

    def message(self, count: int) -> str:
        """The sentence after the change: what has happened to this many sales."""
        text = ngettext("%(count)s sale moved to %(phase)s.", "%(count)s sales moved to %(phase)s.", count)
        return _in_words(text, count, **self.cleaned_data)


class ManyOwnerForm(forms.Form):
    """The owner they go to."""

    right, title, way_back = "sales.change_sale", _("Hand sales over"), UNDO
    owner = forms.ModelChoiceField(User.objects.active(), label=_("Owner"), empty_label=_("Choose an owner"))

    def deed(self) -> Deed:
        """The deed that this form describes."""
        return HandOver(**self.cleaned_data)

    def will(self, count: int) -> str:
        """The sentence before the change: what would happen to this many sales."""
        text = ngettext("%(count)s sale goes to %(owner)s.", "%(count)s sales go to %(owner)s.", count)
        return _in_words(text, count, **self.cleaned_data)

    def message(self, count: int) -> str:
        """The sentence after the change: what has happened to this many sales."""
        text = ngettext("%(count)s sale handed over to %(owner)s.", "%(count)s sales handed over to %(owner)s.", count)
        return _in_words(text, count, **self.cleaned_data)


class ManyEndForm(forms.Form):
    """The new expected end date, or how many days later it is."""

    right, title, way_back = "sales.change_sale", _("Another expected end date"), UNDO
    WAYS = {"on": _("On one day"), "later": _("Later than it stands now"), "none": _("No date")}
    NEEDED = {"on": ("day", _("Choose a day.")), "later": ("later", _("Say how many days."))}

    way = forms.ChoiceField(label=_("Expected end date"), choices=WAYS, initial="on", widget=forms.RadioSelect)
    day = DayFormField(label=_("Day"), required=False)
    later = forms.IntegerField(
        label=_("Days later"), min_value=1, max_value=LONGEST, required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"invalid": _("Enter a whole number of days, for example 14.")},
    )  # fmt: skip

    def clean(self):
        cleaned = super().clean()
        name, message = self.NEEDED.get(cleaned.get("way"), ("", ""))
        for other in {"day", "later"} - {name}:
            self.errors.pop(other, None)
        if name and cleaned.get(name) is None and name not in self.errors:
            self.add_error(name, message)
        return cleaned

    def deed(self) -> Deed:
        """The deed that this form describes."""
        name, _message = self.NEEDED.get(self.cleaned_data["way"], ("", ""))
        return End(**{name: self.cleaned_data[name]}) if name else End()

    def will(self, count: int) -> str:
        """The sentence before the change: what would happen to this many sales."""
        match self.deed():
            case End(day=None, later=0):
                text, value = ngettext("%(count)s sale gets no date.", "%(count)s sales get no date.", count), ""
            case End(day=None, later=days):
                value = ngettext("%(days)d day", "%(days)d days", days) % {"days": days}
                text = ngettext("%(count)s sale ends %(value)s later.", "%(count)s sales end %(value)s later.", count)
            case End(day=day):
                text, value = (
                    ngettext("%(count)s sale ends on %(value)s.", "%(count)s sales end on %(value)s.", count),
                    written_day(day),
                )
        return _in_words(text, count, value=value)

    def message(self, count: int) -> str:
        """The sentence after the change: what has happened to this many sales."""
        text = ngettext(
            "%(count)s sale has another expected end date.", "%(count)s sales have another expected end date.", count
        )
        return _in_words(text, count)


class ManyStepForm(forms.Form):
    """The next step and its day."""

    right, title, way_back = "sales.change_sale", _("Plan the next step"), None
    next_step = forms.CharField(
        label=_("Next step"), max_length=200, required=False, help_text=_("Leave both empty to clear the next step.")
    )
    next_step_on = DayFormField(label=_("Day"), required=False)

    def clean(self):
        cleaned = super().clean()
        check_step(cleaned.get("next_step"), cleaned.get("next_step_on"))
        return cleaned

    def deed(self) -> Deed:
        """The deed that this form describes."""
        return Plan(self.cleaned_data["next_step"], self.cleaned_data["next_step_on"])

    def will(self, count: int) -> str:
        """The sentence before the change: what would happen to this many sales."""
        if not self.cleaned_data["next_step"]:
            text = ngettext("%(count)s sale has nothing planned.", "%(count)s sales have nothing planned.", count)
        else:
            text = ngettext("%(count)s sale gets this next step.", "%(count)s sales get this next step.", count)
        return _in_words(text, count)

    def message(self, count: int) -> str:
        """The sentence after the change: what has happened to this many sales."""
        text = ngettext("%(count)s sale has another next step.", "%(count)s sales have another next step.", count)
        return _in_words(text, count)


class ManyLostForm(LoseForm):
    """One reason, competitor and closing day for all of them."""

    right, title, way_back = "sales.lose_sale", _("Close sales as lost"), None

    def __init__(self, *args, **kwargs):
        super().__init__(*args, sale=Sale(), **kwargs)

    def deed(self) -> Deed:
        """The deed that this form describes."""
        return Lose(**self.values())

    def will(self, count: int) -> str:
        """The sentence before the change: what would happen to this many sales."""
        text = ngettext("%(count)s sale will be closed as lost.", "%(count)s sales will be closed as lost.", count)
        return _in_words(text, count)

    def message(self, count: int) -> str:
        """The sentence after the change: what has happened to this many sales."""
        text = ngettext("%(count)s sale is closed as lost.", "%(count)s sales are closed as lost.", count)
        return _in_words(text, count)


class ManyTrashForm(forms.Form):
    """No fields: there is nothing to fill in."""

    right, title = "sales.trash_sale", _("Move sales to the trash")
    way_back = ("sales:restore-many", _("Restore"))

    def deed(self) -> Deed:
        """The deed that this form describes."""
        return Trash()

    def will(self, count: int) -> str:
        """The sentence before the change: what would happen to this many sales."""
        text = ngettext("%(count)s sale goes to the trash.", "%(count)s sales go to the trash.", count)
        return _in_words(text, count)

    def message(self, count: int) -> str:
        """The sentence after the change: what has happened to this many sales."""
        text = ngettext("%(count)s sale moved to the trash.", "%(count)s sales moved to the trash.", count)
        return _in_words(text, count)


FORMS = {
    "move": ManyMoveForm, "owner": ManyOwnerForm, "end": ManyEndForm, "step": ManyStepForm, "lose": ManyLostForm,
    "trash": ManyTrashForm,
}  # fmt: skip
