"""The sales of the demo with their histories: when each began, how it moved along the phases, and how it ended."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from sales.demo import content
from sales.demo.people import People
from sales.history import event_of
from sales.models import AcceptReason, FollowUp, LossReason, Phase, Sale, SaleEvent, SaleStatus, Source
from sales.transitions import enter
from salescrm.calendar import organisation_zone, today
from salescrm.models import User

Kind = SaleEvent.Kind
WON, LOST = 38, 47
# Open sales: days from today to the expected end (None: no date), and how many.
OPEN = [((-45, -3), 7), ((0, 25), 12), ((26, 120), 18), ((121, 240), 9), ((400, 520), 3), (None, 6)]
HISTORY = 540  # days


@dataclass
class SaleHistory:
    """A sale that is not stored yet, with its events."""

    sale: Sale
    kind: content.SaleKind
    events: list[SaleEvent] = field(default_factory=list)


class HistoryMaker:
    """Makes histories by chance; a second run on the same day makes the same ones."""

    def __init__(self, language: str, people: People, chance: random.Random):
        self.language, self.people, self.chance = language, people, chance
        self.today, self.zone = today(), organisation_zone()
        self.phases = list(Phase.objects.active())
        self.sources = list(Source.objects.active())
        self.reasons = {
            SaleStatus.ACCEPTED: list(AcceptReason.objects.active()),
            SaleStatus.LOST: list(LossReason.objects.active()),
        }

    def make(self) -> list[SaleHistory]:
        """All histories, in the order in which they began."""
        histories = [self._closed(SaleStatus.ACCEPTED, place / WON) for place in range(WON)]
        histories += [self._closed(SaleStatus.LOST, place / LOST) for place in range(LOST)]
        histories += [self._open(days) for days, times in OPEN for _ in range(times)]
        return sorted(histories, key=lambda history: history.events[0].at)

    def _closed(self, status: str, age: float) -> SaleHistory:
        closed_on = self.today - timedelta(days=1 + int(age * (HISTORY - 90)) + self.chance.randint(0, 9))
        began = closed_on - timedelta(days=self.chance.randint(12, 90))
        history = self._begin(began, closed_on + timedelta(days=self.chance.randint(-20, 20)))
        self._progress(history, began, closed_on, self._last_place(status))
        sale = history.sale
        sale.status, sale.closed_on = status, closed_on
        reason = self.chance.choice([*self.reasons[status], *self.reasons[status], None])
        if status == SaleStatus.ACCEPTED:
            sale.accept_reason, sale.follow_up = reason, FollowUp.NONE
        else:
            sale.loss_reason = reason
            rivals = [rival for rival in self.people.competitors if rival.pk != sale.customer_id]
            sale.lost_to = self.chance.choice([*rivals, None, None, None]) if rivals else None
        return history

    def _open(self, days: tuple[int, int] | None) -> SaleHistory:
        began = self.today - timedelta(days=self.chance.randint(4, 150))
        ends = self.today + timedelta(days=self.chance.randint(*days)) if days else None
        history = self._begin(began, ends)
        self._progress(
            history, began, self.today, self.chance.choice([0, 0, 1, 1, 2, 2, 2, 3, 3, len(self.phases) - 1])
        )
        self._plan_next_step(history.sale)
        if self.chance.random() < 0.06:
            history.sale.expected_revenue = None
            self._record(history, Kind.CHANGED, self.today - timedelta(days=2), self.people.manager)
        return history

    def _last_place(self, status: str) -> int:
        choices = [2, 3, 3, 4] if status == SaleStatus.ACCEPTED else [0, 1, 1, 2, 2, 2, 3]
        return min(self.chance.choice(choices), len(self.phases) - 1)

    def _begin(self, began: date, ends: date | None) -> SaleHistory:
        kind = self.chance.choice(content.KINDS)
        customer = self.chance.choice(self.people.customers)
        owner = self.chance.choices(self.people.sellers, weights=[4, *[2] * (len(self.people.sellers) - 1)])[0]
        sale = Sale(
            subject=kind.nl if self.language == "nl" else kind.en, customer=customer, owner=owner, start_date=began,
            contact=self.chance.choice([*self.people.contacts[customer.pk], None]), expected_end_date=ends,
            expected_revenue=Decimal(self.chance.randrange(*kind.amount, 50)), version=0,
            source=self.chance.choice([*self.sources, *self.sources, None]),
            note=self.chance.choice(content.NOTES[self.language]), updated_by=owner,
        )  # fmt: skip
        enter(sale, self.phases[0])
        history = SaleHistory(sale, kind)
        self._record(history, Kind.CREATED, began, owner)
        return history

    def _progress(self, history: SaleHistory, began: date, until: date, place: int) -> None:
        """Move through the phases up to `place`, and now and then change an amount or a date on the way."""
        steps: list[Callable[[Sale], str]] = [self._moves_to(phase) for phase in self.phases[1 : place + 1]]
        for change, likelihood in ((self._other_amount, 0.3), (self._later_end, 0.3)):
            if self.chance.random() < likelihood:
                steps.insert(self.chance.randint(0, len(steps)), change)
        span = max((until - began).days - 1, 1)
        days = sorted(self.chance.randint(1, span) for _ in steps)
        for day, step in zip(days, steps, strict=True):
            kind = step(history.sale)
            self._record(
                history, kind, min(began + timedelta(days=day), self.today - timedelta(days=1)), history.sale.owner
            )

    def _moves_to(self, phase: Phase) -> Callable[[Sale], str]:
        def step(sale: Sale) -> str:
            enter(sale, phase)
            return Kind.MOVED

        return step

    def _other_amount(self, sale: Sale) -> str:
        sale.expected_revenue = (sale.expected_revenue * self.chance.randint(80, 125) / 100).quantize(Decimal(1))
        return Kind.CHANGED

    def _later_end(self, sale: Sale) -> str:
        if sale.expected_end_date:
            sale.expected_end_date += timedelta(days=self.chance.randint(1, 6))
        else:
            sale.expected_revenue += 250
        return Kind.CHANGED

    def _plan_next_step(self, sale: Sale) -> None:
        days = self.chance.choice([None, None, -9, -4, -1, 0, 0, 1, 2, 5, 9, 16, 30])
        if days is not None:
            sale.next_step = self.chance.choice(content.NEXT_STEPS[self.language])
            sale.next_step_on = self.today + timedelta(days=days)

    def close(self, history: SaleHistory) -> None:
        """Append the closing event, once the follow-up is known."""
        self._record(history, history.sale.status, history.sale.closed_on, history.sale.owner)

    def _record(self, history: SaleHistory, kind: str, day: date, by: User) -> None:
        history.sale.version += 1
        history.sale.last_sequence += 1
        moment = datetime.combine(day, time(self.chance.randint(9, 16), self.chance.randint(0, 59)), self.zone)
        if history.events and moment <= history.events[-1].at:
            moment = history.events[-1].at + timedelta(minutes=self.chance.randint(3, 20))
        event = event_of(history.sale, kind=kind, by=by, at=moment)
        event.recorded_at = moment
        history.events.append(event)
