"""The form of all filter words: its fields, and the words of the address it stands for."""

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from relations.fields import RelationField
from sales.listing.columns import COLUMNS, LIST
from sales.listing.filters import DAY_WORDS, SaleFilter
from sales.models import SavedView
from salescrm.fields import DayFormField, MoneyFormField

SENT = "apply"  # the form was sent; without it the page is only shown
REASONS = {"accept_reason": "accepted", "loss_reason": "lost"}  # two lists of ids, one word: the status tells which
MORE = {"more_customer": "customer", "more_lost_to": "lost_to"}
SORT = ("sort_by", "falling")
AMOUNTS = ("amount_from", "amount_to")
EXTRAS = ("", "_text", "_choice", "_asked")  # what a picker sends


class FilterForm(forms.Form):
    """The fields that must be parsed before they are words: amounts, days and names of relations as people write them.

    The words of its other fields are taken as they are.
    """

    more_customer = RelationField(label=_("Customer"), required=False, add=False)
    more_lost_to = RelationField(label=_("Lost to competitor"), required=False, add=False)
    amount_from = MoneyFormField(label=_("from"), required=False, min_value=0, max_digits=14, decimal_places=2)
    amount_to = MoneyFormField(label=_("to"), required=False, min_value=0, max_digits=14, decimal_places=2)

    sort_by = forms.ChoiceField(label=_("Sort by"), required=False)
    falling = forms.BooleanField(label=_("From high to low, latest first"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for word in DAY_WORDS:
            label = pgettext_lazy("date", "from") if word.endswith("from") else pgettext_lazy("date", "to")
            self.fields[word] = DayFormField(label=label, required=False)
        self.fields["sort_by"].choices = [(key, column.label) for key, column in COLUMNS.items()]

    @staticmethod
    def initial_of(sale_filter: SaleFilter, sort: str) -> dict:
        """The initial values of the form for a filter and an order."""
        order = {"sort_by": sort.removeprefix("-"), "falling": sort.startswith("-")}
        return {**sale_filter.amounts, **sale_filter.days, **order}

    def clean(self):
        """Refuse what no sale can match."""
        cleaned = super().clean()
        lowest, highest = cleaned.get("amount_from"), cleaned.get("amount_to")
        if lowest is not None and highest is not None and highest < lowest:
            self.add_error("amount_to", _("This is less than the amount it starts from."))
        if all(self.data.getlist(name) for name in REASONS):
            self.add_error(None, _("A sale is accepted or lost, not both: choose reasons of one of the two lists."))
        return cleaned

    def words(self) -> QueryDict:
        """The words of the address, without refused values. A reason sets the status it belongs to."""
        own = {SENT, *AMOUNTS, *DAY_WORDS, *REASONS, *SORT, *(f"{name}{extra}" for name in MORE for extra in EXTRAS)}
        words = QueryDict(mutable=True)
        for word, texts in self.data.lists():
            if word not in own and any(text.strip() for text in texts):
                words.setlist(word, [text for text in texts if text.strip()])
        for reasons, status in REASONS.items():
            if ids := self.data.getlist(reasons):
                words.setlist("reason", ids)
                words["status"] = status
        self.is_valid()
        words.update(self._read())
        return words

    def _read(self) -> QueryDict:
        """The words of the parsed fields."""
        answers, words = self.cleaned_data, QueryDict(mutable=True)
        for name, word in MORE.items():
            if (relation := answers.get(name)) and str(relation.pk) not in self.data.getlist(word):
                words[word] = str(relation.pk)
        for word in DAY_WORDS:
            if day := answers.get(word):
                words[word] = day.isoformat()
        for name in AMOUNTS:
            if (amount := answers.get(name)) is not None:
                words[name] = f"{amount:.2f}"
        sort = f"{'-' if answers.get('falling') else ''}{answers.get('sort_by') or ''}"
        if sort.strip("-") and sort != LIST.default:
            words["sort"] = sort
        return words


class ViewForm(forms.ModelForm):
    """What a saved view is called, and whether others may use it."""

    class Meta:
        model = SavedView
        fields = ["name", "shared"]
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "off"})}
