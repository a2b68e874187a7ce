"""A stale form (rule 6): reading the version it carries, merging two changes of one record, and how values read.

The pages do it through `salescrm.versioned_forms`.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple, Self
from uuid import UUID, uuid4

from django import forms
from django.core.exceptions import BadRequest, ValidationError
from django.db import models
from django.forms.boundfield import BoundField
from django.http import HttpRequest
from django.utils.formats import localize
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from salescrm.calendar import organisation_zone, written_day
from salescrm.fields import MoneyFormField, PercentFormField
from salescrm.money import format_price, round_price
from salescrm.versions import Stale, made_before


class Merge[Value](NamedTuple):
    """What comes of two changes of one record: the `values` by name; of `questions` both, stored and mine."""

    values: dict[str, Value]
    questions: dict[str, tuple[Value, Value]]


def merge[Value](
    basis: Mapping[str, Value], stored: Mapping[str, Value], mine: Mapping[str, Value], *, before: Collection[str] = ()
) -> Merge[Value]:
    """Merge what is `stored` now with `mine`, which began as `basis`, name by name (rule 6).

    What I did not touch is as it is stored, what only I touched is mine, what both made the same is no question; what
    both touched differently is one. A name that `basis` does not know counts as touched by both. `before` are the
    questions that were asked already: each remains one until there is no difference.
    """
    values: dict[str, Value] = {}
    questions: dict[str, tuple[Value, Value]] = {}
    for name, value in mine.items():
        now = stored[name]
        if value == now:
            values[name] = now
        elif name in before or name not in basis or basis[name] not in (now, value):
            questions[name] = (now, value)
        else:
            values[name] = now if basis[name] == value else value
    return Merge(values, questions)


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


@contextmanager
def refusals_in(form: forms.BaseForm) -> Iterator[None]:
    """Whatever refuses the deed in this block, its form says: beside the field it is about, or above them all.

    Only a stale version goes on to the view.
    """
    try:
        yield
    except Stale:
        raise
    except ValidationError as refusal:
        by_field = refusal.error_dict if hasattr(refusal, "error_dict") else {"": refusal.error_list}
        for name, errors in by_field.items():
            form.add_error(name if name in form.fields else None, errors)


def submitted_version(request: HttpRequest) -> int:
    """The version a form was made from; a request without a readable one is refused with 400."""
    text = request.POST.get("version", "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadRequest("version is missing")
    return int(text)


def submitted_token(request: HttpRequest) -> UUID:
    """The token of a create form, unique per shown form; a request without a readable one is refused with 400."""
    try:
        return UUID(request.POST.get("token", ""))
    except ValueError as error:
        raise BadRequest("token is missing") from error


def create_form[Record: models.Model](request: HttpRequest, model: type[Record]) -> tuple[UUID, Record | None]:
    """The token of a create form, a new one when it is only shown, and the record this very form has made before."""
    if request.method != "POST":
        return uuid4(), None
    token = submitted_token(request)
    return token, made_before(token, model)


def differences(form: forms.BaseForm, current: models.Model, *, skip: Iterable[str] = ()) -> list[Difference]:
    """Every field of the bound `form` whose typed value is not what `current` (freshly read) holds now.

    An invalid form is welcome: what was typed is then shown as it was typed.
    """
    form.is_valid()
    found = []
    for bound in form.visible_fields():
        if bound.name in skip or not hasattr(current, bound.name):
            continue
        theirs = readable(bound.field, getattr(current, bound.name))
        yours = theirs if _is_missing(form, bound) else _yours(form, bound)
        if theirs != yours:
            found.append(Difference(bound.name, str(bound.label), theirs, yours))
    return found


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
