"""Create forms of records without a token of their own: sent twice, they show the first record (rule 6)."""

from collections.abc import Callable
from uuid import UUID, uuid4

from django.db import IntegrityError, models, transaction
from django.http import HttpRequest

from salescrm.conflicts import submitted_token
from salescrm.records import Creation


def made_before[Record: models.Model](token: UUID, model: type[Record]) -> Record | None:
    """The record that the form with this token has made already, if it is still there."""
    return _made(Creation.objects.filter(token=token).first(), model)


def _made[Record: models.Model](sent: Creation | None, model: type[Record]) -> Record | None:
    same = sent is not None and sent.kind == model._meta.label_lower
    return model._base_manager.filter(pk=sent.key).first() if same else None


def asked(request: HttpRequest, model: type[models.Model]) -> tuple[UUID, models.Model | None]:
    """The token of a create form, a new one when it is only shown, and the record this very form has made before.

    A form whose record was deleted since makes another one, by a token of its own.
    """
    if request.method != "POST":
        return uuid4(), None
    token = submitted_token(request)
    sent = Creation.objects.filter(token=token).first()
    made = _made(sent, model)
    return uuid4() if sent and made is None else token, made


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
