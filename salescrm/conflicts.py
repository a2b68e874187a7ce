"""A stale form (rule 6): reading the version it carries, and showing theirs beside yours with nothing typed lost."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple, Self, TypedDict
from uuid import UUID, uuid4

from django import forms
from django.core.exceptions import BadRequest, ValidationError
from django.db import models
from django.forms.boundfield import BoundField
from django.http import HttpRequest
from django.utils.formats import localize
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from salescrm.calendar import organisation_zone, written_day
from salescrm.fields import MoneyFormField, PercentFormField
from salescrm.money import format_price
from salescrm.versions import Stale, made_before


class WrittenDay(str):
    """A day as people read it, which knows its date: a machine reads the page as well."""

    iso: str

    def __new__(cls, day: date) -> Self:
        text = super().__new__(cls, written_day(day))
        text.iso = day.isoformat()
        return text


class Difference(NamedTuple):
    """One field that is not the same: its name, its label and both values as people read them."""

    name: str
    label: str
    theirs: str
    yours: str


class Conflict(TypedDict):
    """What a page says of a stale form: who changed the record, theirs beside yours, and where to begin anew."""

    message: str
    differences: list[Difference]
    url: str


def conflict_of(form: forms.BaseForm | None, stale: Stale, url: str, *blocks: Difference) -> Conflict:
    """What was typed in the bound `form` beside what the record holds now; `url` shows it without what was typed.

    `blocks` are what the page holds besides the form, its lines: each is shown when it differs.
    """
    fields = differences(form, stale.current) if form else []
    others = [block for block in blocks if block.theirs != block.yours]
    return {"message": str(stale.message), "differences": [*fields, *others], "url": url}


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
        yours = _yours(form, bound)
        if theirs != yours:
            found.append(Difference(bound.name, str(bound.label), theirs, yours))
    return found


def _yours(form: forms.BaseForm, bound: BoundField) -> str:
    cleaned = getattr(form, "cleaned_data", {})
    if bound.name in cleaned:
        return readable(bound.field, cleaned[bound.name])
    typed = bound.data
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
        return WrittenDay(value)
    if isinstance(field, MoneyFormField):
        return format_price(value, get_language())
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
