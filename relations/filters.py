"""What a list of records of customers can be narrowed to; the words stand in the address."""

from typing import Any, Self

from django import forms
from django.core.exceptions import BadRequest
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from relations.models import Relation
from salescrm.listing.state import Chip
from salescrm.url_words import link


class CustomerFilter(forms.Form):
    """Narrows a list to words, a customer, and what a subclass adds; `SWITCHES` are answered without narrowing it."""

    SWITCHES: tuple[str, ...] = ()

    q = forms.CharField(label=gettext_lazy("Search"), required=False, max_length=200, widget=forms.SearchInput)
    customer = forms.ModelChoiceField(queryset=Relation.objects.all(), required=False, widget=forms.HiddenInput)

    @classmethod
    def read(cls, query: QueryDict) -> Self:
        """The filter of an address; a value that nobody knows is a BadRequest."""
        form = cls(query)
        if not form.is_valid():
            raise BadRequest(f"unknown value of {', '.join(form.errors)}")
        return form

    def clean_customer(self) -> Relation | None:
        """The survivor, where an old address names a relation that was merged."""
        customer = self.cleaned_data["customer"]
        return customer.merged_into or customer if customer else None

    @property
    def conditions(self) -> dict[str, Any]:
        """The values that were sent, by word."""
        return {word: value for word, value in self.cleaned_data.items() if value}

    @property
    def narrows(self) -> bool:
        """Whether the address asks for anything beside the switches."""
        return bool(self.conditions.keys() - {*self.SWITCHES})

    @property
    def chips(self) -> list[Chip]:
        """What has no field in the toolbar."""
        if not (customer := self.cleaned_data["customer"]):
            return []
        return [Chip(f"{_('Customer')}: {customer}", link(self.data, customer=None, page=None))]
