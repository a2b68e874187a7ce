"""What a form brings with it: the version it was made from (rule 6), the token of a create form; and its refusals."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

from django import forms
from django.core.exceptions import BadRequest, ValidationError
from django.db import models
from django.http import HttpRequest

from salescrm.uniqueness import violations_in_words
from salescrm.versions import Stale, made_before


@contextmanager
def refusals_in(form: forms.BaseForm) -> Iterator[None]:
    """Whatever refuses the deed in this block, its form says: beside the field it is about, or above them all.

    So it does when somebody else stored first what may be there only once. Only a stale version goes on to the view.
    """
    try:
        with violations_in_words():
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
