"""Fields of a filter that name records: an address may name several of them, the toolbar of a list offers one."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.safestring import SafeString


def _named(query: QueryDict, word: str) -> list[str]:
    return [text.strip() for text in query.getlist(word) if text.strip()]


class HiddenRecords(forms.MultipleHiddenInput):
    """Records that are named elsewhere on the page."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        return _named(data, name)


class OneOfRecords(forms.Select):
    """A choice of one record; what else the address names stays beside it, hidden."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        return _named(data, name)

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        return super().render(name, value[:1], attrs, renderer) + HiddenRecords().render(name, value[1:])


class RecordsFormField(forms.ModelMultipleChoiceField):
    """Any number of records, by their keys in the address."""

    widget = OneOfRecords

    def __init__(self, queryset: QuerySet, *, empty_label: Any = "", **options: Any) -> None:
        super().__init__(queryset, required=False, **options)
        self.empty_label = empty_label

    def clean(self, value: Any) -> Any:
        """The records by their keys, in the order of the address."""
        if not value:  # asking an empty queryset puts a whole statement together
            return {}
        rows = {str(row.pk): row for row in super().clean(value)}
        return {pk: rows[pk] for pk in dict.fromkeys(value)}


class UsersFormField(RecordsFormField):
    """Any number of users; those who left come last and are labelled so."""

    def label_from_instance(self, obj: Any) -> str:
        return obj.label
