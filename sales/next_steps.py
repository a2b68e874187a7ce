"""The next step of a sale: completing it, postponing it, undoing that. `editing.py` plans one, as a field of two."""

from datetime import date, timedelta
from typing import cast

from django.db import transaction
from django.utils.translation import gettext as _

from sales.editing import check_years, edit
from sales.history import claim, commit
from sales.models import Sale
from sales.notes import forget_step_done, note_step_done
from sales.refusals import Refused, require_open, require_untrashed
from salescrm.calendar import written_day
from salescrm.models import User

# The days a click plans for, counted from today.
AHEAD = {"today": timedelta(0), "tomorrow": timedelta(days=1), "week": timedelta(days=7)}


@transaction.atomic
def complete_step(sale: Sale, *, version: int, by: User) -> Sale:
    """Complete the next step: it becomes a note on the timeline, and the sale has no next step; no event (rule 7).

    Refuses a closed or trashed sale and one without a next step. Sent twice by the same user, the second time changes
    nothing.
    """
    sale, repeated = claim(sale, version=version, by=by, same=lambda sale: not has_step(sale))
    if repeated:
        return sale
    require_open(sale)
    require_untrashed(sale)
    if not has_step(sale):
        raise Refused(_("There is no next step to complete."), code="no_step")
    note_step_done(sale, text=sale.next_step or written_day(cast(date, sale.next_step_on)), by=by)
    sale.next_step, sale.next_step_on = "", None
    return commit(sale, fields=["next_step", "next_step_on"], by=by)


def postpone(sale: Sale, *, to: date, version: int, by: User) -> Sale:
    """Plan the next step for another day. Refuses a closed sale and one without a next step."""
    require_open(sale)
    if not has_step(sale):
        raise Refused(_("There is no next step to plan. Say what it is first."), code="no_step")
    return edit(sale, values={"next_step_on": to}, version=version, by=by)


@transaction.atomic
def take_back(sale: Sale, *, step: str, day: date | None, version: int, by: User) -> Sale:
    """Undo completing or postponing the next step: it gets its former words and day.

    The note that completing it wrote is removed. Refuses a closed sale, a trashed one and one that anybody has changed
    since. Sent twice by the same user, the second time changes nothing.
    """
    sale, repeated = claim(
        sale, version=version, by=by, same=lambda sale: (sale.next_step, sale.next_step_on) == (step, day)
    )
    if repeated:
        return sale
    require_open(sale)
    require_untrashed(sale)
    if not has_step(sale):
        forget_step_done(sale, text=step or written_day(cast(date, day)), by=by)
    sale.next_step, sale.next_step_on = step, day
    check_years(sale, ["next_step_on"])
    return commit(sale, fields=["next_step", "next_step_on"], by=by)


def check_step(step: str | None, day: date | None) -> None:
    """Refuse a day without a next step. For forms only: an imported sale may have the day alone."""
    if day and not step:
        raise Refused({"next_step": _("Say what the next step is.")}, code="step")


def has_step(sale: Sale) -> bool:
    """Whether something is planned: words, or a day alone as imported sales have."""
    return bool(sale.next_step) or sale.next_step_on is not None
