"""Meetings that lie ahead: planned on the timelines of sales. They stand beside the next step and replace none."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from sales.models import SaleNote
from sales.models.querysets import SaleQuerySet
from salescrm.notes.models import Note, NoteKind


def coming(sales: SaleQuerySet, *, since: datetime | None = None) -> QuerySet[SaleNote]:
    """The meetings of these sales that begin after now, or after `since`, the first one first; one statement."""
    begin = since or timezone.now()
    ahead = SaleNote.objects.filter(kind=NoteKind.MEETING, at__gt=begin, sale__in=sales.order_by())
    return ahead.select_related("sale__customer").only(
        "kind", "text", "at", "version", "updated_at", "sale__subject", "sale__customer__name"
    ).order_by("at", "pk")  # fmt: skip


def among(notes: Iterable[Note]) -> list[Note]:
    """The meetings ahead among notes that were read already, newest first."""
    return [note for note in notes if note.kind == NoteKind.MEETING and note.is_planned][::-1]
