"""A stale form (rule 6): reading the version it carries, and showing theirs beside yours with nothing typed lost."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple, Self
from uuid import UUID

from django import forms
from django.core.exceptions import BadRequest, ObjectDoesNotExist, ValidationError
from django.db import models
from django.forms.boundfield import BoundField
from django.http import Http404, HttpRequest
from django.utils.formats import localize
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from salescrm.calendar import organisation_zone, written_day
from salescrm.fields import MoneyFormField, PercentFormField
from salescrm.models import User
from salescrm.money import format_price


class Stale(ValidationError):
    """Somebody changed the record since the submitted version was shown; `current` is how it stands now."""

    def __init__(self, current: models.Model, message: str):
        self.current: Any = current
        super().__init__(message, code="stale")


def own_change() -> str:
    """What is said when the reader was the one who changed the record."""
    return _("You changed this in another window after you opened it here. Nothing of this window was stored.")


def changed_by(who: User | None, message: str, *, reader: User | None) -> str:
    """The `message` with `who` changed the record filled in, or other words when that was the reader, elsewhere."""
    if who is not None and who == reader:
        return own_change()
    return message % {"who": who or _("The system")}


class Gone(Http404):
    """Somebody removed the record while this request was waiting for it: there is nothing any more to answer about."""


def lock[Record: models.Model](rows: models.QuerySet[Record], pk: int, *, no_key: bool = False) -> Record:
    """The row with this id under lock; must run in a transaction. Raises Gone when it has just been removed."""
    # No joins under a lock: a row that changed while we waited would be joined with what it pointed to before.
    try:
        return rows.select_for_update(of=("self",), no_key=no_key).get(pk=pk)
    except ObjectDoesNotExist as error:
        raise Gone from error


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
