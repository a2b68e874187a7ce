"""What is merged as one in a form that others may have overtaken: fields and blocks of them, or all lines (rule 6).

Of every value a sign is taken, the same one for two ways to write the same; `salescrm.forms.versioned` compares them.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import is_dataclass
from datetime import date, datetime
from decimal import Decimal
from hashlib import blake2s
from typing import Any, NamedTuple, Protocol

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import QueryDict
from django.utils.html import format_html_join

from salescrm.forms.differences import Difference, Reading, differences, readable, stored_value


class Lines(Protocol):
    """The form of the lines of a record, which are merged as a whole; `invoicing.line_forms` has it."""

    prefix: str
    title: str

    def is_valid(self) -> bool:
        """Whether every line can be stored."""

    def stored(self) -> list[dict[str, Any]]:
        """The rows the record has."""

    def content(self, rows: list[dict[str, Any]]) -> Iterable[Any]:
        """What rows say, to be compared."""

    def rows(self) -> list[dict[str, Any]]:
        """The rows that were sent and can be stored."""

    def text(self, rows: list[dict[str, Any]]) -> str:
        """Rows as people read them."""

    def typed_text(self) -> str:
        """The rows that were sent as people read them, also those that cannot be stored."""


class Piece(NamedTuple):
    """What is merged as one: a field, a few that belong together, or all lines; with a sign of both its values."""

    difference: Difference
    stored: str
    mine: str
    fixed: bool = False

    @property
    def name(self) -> str:
        """What is merged under this name."""
        return self.difference.name


def groups(form: forms.BaseForm) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The fields in which the record is edited, by the name of what is merged: those of a block go together."""
    blocks = {name: block for block in getattr(form, "BLOCKS", ()) for name in block}
    for name in form.fields:
        block = blocks.get(name, (name,))
        if name in form.initial and name == block[0]:
            yield name, block


def signs_of(form: forms.BaseForm, lines: Lines | None) -> dict[str, str]:
    """A sign of every value that is stored."""
    signs = {name: _sign([_stored(form, field) for field in fields]) for name, fields in groups(form)}
    return signs if lines is None else signs | {lines.prefix: _sign(lines.content(lines.stored()))}


def pieces_of(form: forms.BaseForm, lines: Lines | None, record: Model) -> Iterator[Piece]:
    """Everything that was sent beside what the record holds now."""
    texts = {difference.name: difference for difference in differences(form, record)}
    for name, fields in groups(form):
        stored = _sign([_stored(form, field) for field in fields])
        differing = [texts[field] for field in fields if field in texts]
        mine = _sign([_mine(form, field) for field in fields])
        fixed = any(form.fields[field].disabled for field in fields)
        if mine != stored and not differing:
            # Neither the record holds anything nor what was sent: a proposal was cleared.
            emptied = not any(_mine(form, field) or stored_value(form, record, field) for field in fields)
            if fixed or not (emptied or any(_names_record(form, field) for field in fields)):
                mine = stored  # but for spaces that fall off, and what could not be sent
            differing = [_alike(form, field, record) for field in fields]
        theirs, yours = (_joined(row[n] for row in differing) for n in (2, 3))
        yield Piece(Difference(name, str(form[name].label), theirs, yours), stored, mine, fixed)
    if lines is not None:
        yield _piece_of_lines(lines)


def _names_record(form: forms.BaseForm, name: str) -> bool:
    return isinstance(form.fields[name], forms.ModelChoiceField) or isinstance(_mine(form, name), Model)


def _alike(form: forms.BaseForm, name: str, record: Model) -> Difference:
    """Two values that read the same, as two people of one name do."""
    text = readable(form.fields[name], stored_value(form, record, name))
    return Difference(name, "", text, text)


def _joined(parts: Iterable[str]) -> str:
    texts = [text for text in parts if text]
    return Reading(", ".join(texts), format_html_join(", ", "{}", ((text,) for text in texts)))


def _piece_of_lines(lines: Lines) -> Piece:
    stored, valid = lines.stored(), lines.is_valid()
    sign, theirs = _sign(lines.content(stored)), lines.text(stored)
    yours = lines.text(lines.rows()) if valid else lines.typed_text()
    if not valid and not yours:  # they were not sent at all
        return Piece(Difference(lines.prefix, lines.title, theirs, theirs), sign, sign)
    mine = _sign(lines.content(lines.rows()) if valid else yours)
    return Piece(Difference(lines.prefix, lines.title, theirs, yours), sign, mine)


def _stored(form: forms.BaseForm, name: str) -> Any:
    field = form.fields[name]
    value = form.get_initial_for_field(field, name)
    if isinstance(field, forms.ModelMultipleChoiceField):
        return sorted(map(str, field.prepare_value(value or [])))
    return field.to_python(value) if isinstance(value, str) else value


def _mine(form: forms.BaseForm, name: str) -> Any:
    field, typed = form.fields[name], form[name].data
    if isinstance(field, forms.ModelMultipleChoiceField):
        return sorted(map(str, typed or []))
    if isinstance(field, forms.ModelChoiceField):
        return typed  # an id, whether it may be chosen or not
    with suppress(ValidationError):
        return field.to_python(typed)
    return str(typed)


def put_stored(data: QueryDict, form: forms.BaseForm, name: str) -> None:
    """Let `data` say of a field what is stored, as a browser would send it."""
    field, key = form.fields[name], form.add_prefix(name)
    value = form.get_initial_for_field(field, name)
    for part in getattr(field.widget, "PARTS", ()):
        data.pop(f"{key}_{part}", None)
    if not hasattr(field.widget, "PARTS"):
        value = field.prepare_value(value)
    if isinstance(field, forms.ModelMultipleChoiceField):
        data.setlist(key, [str(part) for part in value or []])
        return
    data[key] = "" if value is None else str(value)


def _sign(value: Any) -> str:
    """A short sign of a value: the same one for two ways to write the same, whatever the language."""
    return blake2s(repr(_plain(value)).encode(), digest_size=6).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, Model):
        return str(value.pk)
    if is_dataclass(value):
        return [_plain(part) for part in vars(value).values()]
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, datetime):
        return str(value.timestamp())
    if isinstance(value, date):
        return value.isoformat()
    if value is None or value is False:
        return ""
    return str(value).replace("\r\n", "\n")
