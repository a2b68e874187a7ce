"""What other parts of sales write on the timeline of a sale by themselves."""

from sales.models import Sale, SaleNote
from salescrm import noting
from salescrm.models import User
from salescrm.notes import NoteKind


def note_step_done(sale: Sale, *, text: str, by: User) -> SaleNote:
    """Write down that a next step was done: `text` is what it was. Call it in the transaction that clears the step."""
    return noting.add(SaleNote(sale=sale, kind=NoteKind.STEP, text=text), by=by)
