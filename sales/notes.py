"""The notes of sales: those that completing a step and reopening add by themselves, and the meetings that lie ahead.

A meeting stands beside the next step and replaces none.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import cast

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from sales.models import Sale, SaleNote
from sales.models.querysets import SaleQuerySet
from salescrm.calendar import written_day
from salescrm.models import User
from salescrm.notes import writing
from salescrm.notes.models import Note, NoteKind
from salescrm.notes.views import Notebook

NOTES = Notebook(
    SaleNote,
    about="sale",
    app="sales",
    change="sales.change_sale",
    remove_any="sales.trash_sale",
    timeline="sales:history",
    target="#timeline",
)


def note_step_done(sale: Sale, *, text: str, by: User) -> Note:
    """Write down that a next step was done: `text` is what it was. Call it in the transaction that clears the step."""
    return writing.add(SaleNote(sale=sale, kind=NoteKind.STEP, text=text), by=by)


def note_explanation(sale: Sale, *, by: User) -> Note:
    """Write down why the sale was lost, before reopening clears it. Call it in the transaction that does."""
    words = {"day": written_day(cast(date, sale.closed_on)), "text": sale.loss_explanation}
    return writing.add(SaleNote(sale=sale, text=_("Explanation of the loss of %(day)s: %(text)s") % words), by=by)


def forget_step_done(sale: Sale, *, text: str, by: User) -> None:
    """Take back what was written down last by note_step_done(), unless somebody has changed it since."""
    done = sale.notes.filter(kind=NoteKind.STEP).order_by("-pk").first()
    if done and (done.text, done.by_id, done.version) == (text, by.pk, 1):
        writing.remove(done, version=done.version)


def coming_meetings(sales: SaleQuerySet, *, since: datetime | None = None) -> QuerySet[SaleNote]:
    """The meetings of these sales that begin after now, or after `since`, the first one first; one statement."""
    begin = since or timezone.now()
    ahead = SaleNote.objects.filter(kind=NoteKind.MEETING, at__gt=begin, sale__in=sales.order_by())
    return ahead.select_related("sale__customer").only(
        "kind", "text", "at", "version", "updated_at", "sale__subject", "sale__customer__name"
    ).order_by("at", "pk")  # fmt: skip


def meetings_ahead(notes: Iterable[Note]) -> list[Note]:
    """The meetings ahead among notes that were read already, newest first."""
    return [note for note in notes if note.kind == NoteKind.MEETING and note.is_planned][::-1]
