"""Create forms of records without a token of their own: sent twice, they show the first record (rule 6)."""

from collections.abc import Callable
from uuid import UUID, uuid4, uuid5

from django.db import IntegrityError, models, transaction
from django.http import HttpRequest

from salescrm.conflicts import submitted_token
from salescrm.records import Creation


def made_before[Record: models.Model](token: UUID, model: type[Record]) -> Record | None:
    """The record that the form with this token has made already, if it is still there."""
    sent = Creation.objects.filter(token=token).first()
    return _made(sent, model) if sent else None


def _made[Record: models.Model](sent: Creation, model: type[Record]) -> Record | None:
    return model._base_manager.filter(pk=sent.key).first() if sent.kind == model._meta.label_lower else None


def asked(request: HttpRequest, model: type[models.Model]) -> tuple[UUID, models.Model | None]:
    """The token of a create form, a new one when it is only shown, and the record this very form has made before.

    A form whose record was deleted since makes another one, by a token that follows from its own: once again.
    """
    if request.method != "POST":
        return uuid4(), None
    token = submitted_token(request)
    while sent := Creation.objects.filter(token=token).first():
        if made := _made(sent, model):
            return token, made
        token = uuid5(token, "again")
    return token, None


def once[Record: models.Model](token: UUID, model: type[Record], make: Callable[[], Record]) -> Record:
    """What `make` creates; sent twice at the same moment, what the first one created. Passes on what `make` raises."""
    try:
        with transaction.atomic():
            record = make()
            Creation.objects.create(token=token, kind=model._meta.label_lower, key=record.pk)
    except IntegrityError:
        if first := made_before(token, model):
            return first
        raise
    return record
