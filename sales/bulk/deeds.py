"""Many sales at once: by the rules of a single one, all of them or none, after a preview of what would happen."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import ClassVar

from django.utils.translation import gettext as _

from relations.models import Relation
from sales.editing import check_days, check_frozen, check_years
from sales.models import Sale, SaleEvent, SaleStatus
from sales.models.lists import LossReason, Phase
from sales.refusals import Refused, require_open
from sales.transitions import CHANCE, OUTCOME, close_as_lost, enter, hold_competitor, judge_loss, would_move
from sales.trashing import check_trash
from salescrm.accounts.handing_over import check_owner
from salescrm.calendar import LATEST, today
from salescrm.fields import field_of
from salescrm.models import User
from salescrm.versions import Gone

Kind = SaleEvent.Kind


class Deed(ABC):
    """What is done to each sale. `kind` is the event it appends; it changes `fields` and reads `needs` as well."""

    kind: ClassVar[str] = Kind.CHANGED
    fields: ClassVar[list[str]]
    needs: ClassVar[tuple[str, ...]] = ()

    def settle(self) -> "Deed":
        """The deed as it is to be done, once the sales are locked."""
        return self

    @abstractmethod
    def make(self, sale: Sale) -> bool:
        """Change the sale in memory; False when it is like that already. Raises Refused by the rules of one sale."""

    def values_of(self, sale: Sale) -> list:
        """The values of the sale in the fields that the deed changes."""
        return [getattr(sale, field_of(Sale, name).attname) for name in self.fields]

    def _set(self, sale: Sale, *values: object) -> bool:
        if self.values_of(sale) == list(values):
            return False
        for name, value in zip(self.fields, values, strict=True):
            setattr(sale, field_of(Sale, name).attname, value)
        return True


@dataclass(frozen=True)
class Move(Deed):
    """To another phase, whose probability each sale takes over (rule 3)."""

    phase: Phase
    kind = Kind.MOVED
    fields = CHANCE

    def settle(self) -> "Move":
        # Changing the percentage of a phase waits for the sales, which are locked now: it stays as it is read here.
        phase = Phase.objects.filter(pk=self.phase.pk).first()
        if phase is None:
            raise Gone
        return replace(self, phase=phase)

    def make(self, sale: Sale) -> bool:
        if not would_move(sale, self.phase):
            return False
        enter(sale, self.phase)
        return True


@dataclass(frozen=True)
class HandOver(Deed):
    """To another owner."""

    owner: User
    fields = ["owner"]

    def settle(self) -> "HandOver":
        check_owner(self.owner, field="owner")
        return self

    def make(self, sale: Sale) -> bool:
        return self._set(sale, self.owner.pk)


@dataclass(frozen=True)
class End(Deed):
    """Another expected end date, none, or `later` days after the one each sale has."""

    day: date | None = None
    later: int = 0
    fields = ["expected_end_date"]

    def make(self, sale: Sale) -> bool:
        day = self._put_off(sale.expected_end_date) if self.later else self.day
        if day == sale.expected_end_date:
            return False
        check_frozen(sale, self.fields)
        self._set(sale, day)
        check_years(sale, self.fields)
        check_days(sale)
        return True

    def _put_off(self, day: date | None) -> date:
        if day is None:
            raise Refused(_("This sale has no expected end date to put off."), code="undated")
        if LATEST - day < timedelta(days=self.later):
            raise Refused(_("This sale would end too far ahead."), code="range")
        return day + timedelta(days=self.later)


@dataclass(frozen=True)
class Plan(Deed):
    """Another next step; without words, none. No event: the next step is no part of the history (rule 7)."""

    step: str
    day: date | None
    kind = ""
    fields = ["next_step", "next_step_on"]

    def make(self, sale: Sale) -> bool:
        require_open(sale)
        changes = self._set(sale, self.step, self.day)
        check_years(sale, self.fields)
        return changes


@dataclass(frozen=True)
class Lose(Deed):
    """Closed as lost on one day, with one reason (rules 2, 11 and 12)."""

    reason: LossReason | None
    lost_to: Relation | None
    explanation: str = ""
    closed_on: date | None = None  # today
    kind = Kind.LOST
    fields = OUTCOME

    def settle(self) -> "Lose":
        hold_competitor(self.lost_to)
        return self

    def make(self, sale: Sale) -> bool:
        day = self.closed_on or today()
        outcome = [SaleStatus.LOST, None, *self._ids, self.explanation, day, ""]
        if self.values_of(sale) == outcome:
            return False
        require_open(sale)
        judge_loss(sale, reason=self.reason, lost_to=self.lost_to)
        close_as_lost(sale, reason=self.reason, lost_to=self.lost_to, explanation=self.explanation, closed_on=day)
        return True

    @property
    def _ids(self) -> tuple[int | None, int | None]:
        return getattr(self.reason, "pk", None), getattr(self.lost_to, "pk", None)


@dataclass(frozen=True)
class Trash(Deed):
    """Into the trash."""

    kind = Kind.TRASHED
    fields = ["trashed"]
    needs = ("invoice", "project")

    def make(self, sale: Sale) -> bool:
        check_trash(sale)
        return self._set(sale, True)
