"""How long a sale stands in its phase, and when that is too long. `SaleQuerySet.aged` says the same in SQL."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from salescrm.calendar import day_of, written_day


@dataclass(frozen=True)
class Age:
    """The days an open sale has stood in its phase, with the limit of that phase if it has one.

    `waiting_for` is the day of its next step when that lies after today: then it is not late.
    """

    days: int
    phase: str
    limit: int | None = None
    waiting_for: date | None = None

    @property
    def is_over(self) -> bool:
        """Whether it stands there for more days than the limit; exactly as many is in time."""
        return self.limit is not None and self.days > self.limit

    @property
    def late(self) -> bool:
        """Whether it is over its limit and nothing is planned on a later day."""
        return self.is_over and self.waiting_for is None

    @property
    def text(self) -> str:
        """The days alone: `14 days`."""
        return days_in_words(self.days, get_language())

    @property
    def brief(self) -> str:
        """The days beside the limit: `14 days, limit 10`."""
        return ngettext("%(days)s day, limit %(limit)s", "%(days)s days, limit %(limit)s", self.days) % self._words

    @property
    def short(self) -> str:
        """As `brief`, where there is hardly room: `14 / 10 d`."""
        return _("%(days)s / %(limit)s d") % self._words

    @property
    def reason(self) -> str:
        """Why it is late, why it is not although it stands there long, or just how long it stands there."""
        if self.limit is None:
            return ngettext("%(days)s day in %(phase)s", "%(days)s days in %(phase)s", self.days) % self._words
        if self.is_over and self.waiting_for:
            return ngettext(
                "%(days)s day in %(phase)s (limit %(limit)s), waiting for the next step on %(day)s",
                "%(days)s days in %(phase)s (limit %(limit)s), waiting for the next step on %(day)s",
                self.days,
            ) % {**self._words, "day": written_day(self.waiting_for)}
        return ngettext(
            "%(days)s day in %(phase)s, the limit is %(limit)s",
            "%(days)s days in %(phase)s, the limit is %(limit)s",
            self.days,
        ) % self._words  # fmt: skip

    @property
    def _words(self) -> dict:
        return {"days": self.days, "phase": self.phase, "limit": self.limit}


def age(sale: Any, today: date) -> Age | None:
    """The age of a sale, on `today` in the organisation's time zone; a closed or trashed one has none."""
    if not sale.is_open or sale.trashed:
        return None
    return Age(
        days=max((today - day_of(sale.phase_since)).days, 0),
        phase=sale.phase.name,
        limit=sale.phase.age_limit,
        waiting_for=later(sale.next_step_on, today),
    )


def later(day: date | None, today: date) -> date | None:
    """This day if it lies after today."""
    return day if day is not None and day > today else None


def days_in_words(days: int, language: str | None) -> str:
    """`1 day`, `14 days`, in this language."""
    return ngettext("%(days)s day", "%(days)s days", days) % {"days": days}
