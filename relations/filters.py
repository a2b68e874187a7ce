"""What a list of records of customers can be narrowed to; the words stand in the address."""

from typing import Any, Self

from django import forms
from django.core.exceptions import BadRequest
from django.http import QueryDict
from django.utils.translation import gettext_lazy

from relations.models import Relation
from salescrm.listing.fields import HiddenRecords, RecordsFormField
from salescrm.listing.state import Chip
from salescrm.url_words import without


class CustomerFilter(forms.Form):
    """Narrows a list to words, a customer, and what a subclass adds; `SWITCHES` are answered without narrowing it."""

    SWITCHES: tuple[str, ...] = ()

    q = forms.CharField(label=gettext_lazy("Search"), required=False, max_length=200, widget=forms.SearchInput)
    customer = RecordsFormField(
        Relation.objects.select_related("merged_into"), label=gettext_lazy("Customer"), widget=HiddenRecords
    )

    @classmethod
    def read(cls, query: QueryDict) -> Self:
        """The filter of an address; a value that nobody knows is a BadRequest."""
        form = cls(query)
        if not form.is_valid():
            raise BadRequest(f"unknown value of {', '.join(form.errors)}")
        return form

    def clean_customer(self) -> dict[str, Relation]:
        """The survivor, where an old address names a relation that was merged."""
        return {pk: customer.merged_into or customer for pk, customer in self.cleaned_data["customer"].items()}

    @property
    def conditions(self) -> dict[str, Any]:
        """The values that were sent, by word."""
        return {word: value for word, value in self.cleaned_data.items() if value}

    @property
    def narrows(self) -> bool:
        """Whether the address asks for anything beside the switches."""
        return bool(self.conditions.keys() - {*self.SWITCHES})

    @property
    def named(self) -> dict[str, dict[str, Any]]:
        """The records that the address names, by word and key."""
        words = [word for word, field in self.fields.items() if isinstance(field, RecordsFormField)]
        return {word: self.cleaned_data[word] for word in words}

    @property
    def records(self) -> dict[str, list]:
        """The same as conditions."""
        return {f"{word}__in": list(rows.values()) for word, rows in self.named.items() if rows}

    @property
    def chips(self) -> list[Chip]:
        """What the toolbar does not show: customers, and where it offers one the names of several."""
        fields = self.fields
        return [
            Chip(f"{fields[word].label}: {fields[word].label_from_instance(row)}", without(self.data, word, pk))
            for word, rows in self.named.items()
            if word == "customer" or len(rows) > 1
            for pk, row in rows.items()
        ]
