"""How two values of a field read beside each other (rule 6)."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple, Self

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.forms.boundfield import BoundField
from django.utils.formats import localize
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from salescrm.calendar import organisation_zone, written_day
from salescrm.fields import MoneyFormField, PercentFormField
from salescrm.money import format_price, round_price


class Reading(str):
    """A value as people read it; a machine reads its `html` as well."""

    html: SafeString

    def __new__(cls, text: str, html: SafeString) -> Self:
        reading = super().__new__(cls, text)
        reading.html = html
        return reading

    def __html__(self) -> SafeString:
        return self.html


class Difference(NamedTuple):
    """One field that is not the same: its name, its label and both values as people read them."""

    name: str
    label: str
    theirs: str
    yours: str


def differences(form: forms.BaseForm, current: models.Model, *, skip: Iterable[str] = ()) -> list[Difference]:
    """Every field of the bound `form` whose typed value is not what `current` (freshly read) holds now.

    An invalid form is welcome: what was typed is then shown as it was typed.
    """
    form.is_valid()
    found = []
    for bound in form.visible_fields():
        if bound.name in skip or not (hasattr(current, bound.name) or bound.name in form.initial):
            continue
        theirs = readable(bound.field, stored_value(form, current, bound.name))
        yours = theirs if _is_missing(form, bound) else _yours(form, bound)
        if theirs != yours:
            found.append(Difference(bound.name, str(bound.label), theirs, yours))
    return found


def stored_value(form: forms.BaseForm, record: models.Model, name: str) -> Any:
    """What the record holds; of a set of records, or under a name it does not know, what the form was opened with."""
    value = getattr(record, name, None)
    is_beside = not hasattr(record, name) or isinstance(value, models.Manager)
    return form.get_initial_for_field(form.fields[name], name) if is_beside else value


def _is_missing(form: forms.BaseForm, bound: BoundField) -> bool:
    """Whether a browser did not send the field because nothing could be typed in it."""
    widget = bound.field.widget
    return bound.field.disabled and widget.value_omitted_from_data(form.data, form.files, bound.html_name)


def _yours(form: forms.BaseForm, bound: BoundField) -> str:
    cleaned, typed = getattr(form, "cleaned_data", {}), bound.data
    if bound.field.disabled:  # since it was typed in
        with suppress(ValidationError):
            return readable(bound.field, bound.field.to_python(typed))
    elif bound.name in cleaned:
        return readable(bound.field, cleaned[bound.name])
    if isinstance(typed, list):
        return " ".join(typed)
    return str(typed or "").replace("\r\n", "\n")


def readable(field: forms.Field, value: Any) -> str:
    """A value of a form field as bare text in the active language."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(field, forms.ModelMultipleChoiceField):
        return ", ".join(sorted(map(str, value)))
    if isinstance(value, datetime):
        local = value.astimezone(organisation_zone())
        return f"{written_day(local)} {local:%H:%M}"
    if isinstance(value, date):
        text = written_day(value)
        return Reading(text, format_html('<time datetime="{}">{}</time>', value.isoformat(), text))
    if isinstance(field, MoneyFormField):
        text = format_price(value, get_language())
        return Reading(text, format_html('<data value="{}">{}</data>', round_price(value), text))
    if isinstance(field, PercentFormField):
        return f"{value} %"
    if isinstance(value, Decimal):
        return str(localize(value.normalize() if value % 1 else int(value)))
    if isinstance(field, forms.ChoiceField) and not isinstance(value, models.Model):
        return str({str(key): label for key, label in _flat(field.choices)}.get(str(value), value))
    return str(value).replace("\r\n", "\n")  # browsers send the lines of a text area with both


def _flat(choices: Any) -> Iterable[tuple]:
    for key, label in choices:
        if isinstance(label, list | tuple):
            yield from label
        else:
            yield key, label
