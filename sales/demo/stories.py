"""The stories behind the demo's sales: when each began, how it moved along the phases, and how it ended."""

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
class Story:
    """A sale in the making, with the events of its life so far."""

    sale: Sale
    kind: content.Kind
    events: list[SaleEvent] = field(default_factory=list)


class Teller:
    """Tells stories: the same ones on every run of one day."""

    def __init__(self, language: str, people: People, chance: random.Random):
        self.language, self.people, self.chance = language, people, chance
        self.today, self.zone = today(), organisation_zone()
        self.phases = list(Phase.objects.active())
        self.sources = list(Source.objects.active())
        self.reasons = {
            SaleStatus.ACCEPTED: list(AcceptReason.objects.active()),
            SaleStatus.LOST: list(LossReason.objects.active()),
        }

    def tell(self) -> list[Story]:
        """All stories, in the order in which they began."""
        stories = [self._closed(SaleStatus.ACCEPTED, place / WON) for place in range(WON)]
        stories += [self._closed(SaleStatus.LOST, place / LOST) for place in range(LOST)]
        stories += [self._open(days) for days, times in OPEN for _ in range(times)]
        return sorted(stories, key=lambda story: story.events[0].at)

    def _closed(self, status: str, age: float) -> Story:
        closed_on = self.today - timedelta(days=1 + int(age * (HISTORY - 90)) + self.chance.randint(0, 9))
        began = closed_on - timedelta(days=self.chance.randint(12, 90))
        story = self._begin(began, closed_on + timedelta(days=self.chance.randint(-20, 20)))
        self._live(story, began, closed_on, self._last_place(status))
        sale = story.sale
        sale.status, sale.closed_on = status, closed_on
        reason = self.chance.choice([*self.reasons[status], *self.reasons[status], None])
        if status == SaleStatus.ACCEPTED:
            sale.accept_reason, sale.follow_up = reason, FollowUp.NONE
        else:
            sale.loss_reason = reason
            rivals = [rival for rival in self.people.competitors if rival.pk != sale.customer_id]
            sale.lost_to = self.chance.choice([*rivals, None, None, None]) if rivals else None
        return story

    def _open(self, days: tuple[int, int] | None) -> Story:
        began = self.today - timedelta(days=self.chance.randint(4, 150))
        ends = self.today + timedelta(days=self.chance.randint(*days)) if days else None
        story = self._begin(began, ends)
        self._live(story, began, self.today, self.chance.choice([0, 0, 1, 1, 2, 2, 2, 3, 3, len(self.phases) - 1]))
        self._plan_next_step(story.sale)
        if self.chance.random() < 0.06:
            story.sale.expected_revenue = None
            self._record(story, Kind.CHANGED, self.today - timedelta(days=2), self.people.manager)
        return story

    def _last_place(self, status: str) -> int:
        choices = [2, 3, 3, 4] if status == SaleStatus.ACCEPTED else [0, 1, 1, 2, 2, 2, 3]
        return min(self.chance.choice(choices), len(self.phases) - 1)

    def _begin(self, began: date, ends: date | None) -> Story:
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
        story = Story(sale, kind)
        self._record(story, Kind.CREATED, began, owner)
        return story

    def _live(self, story: Story, began: date, until: date, place: int) -> None:
        """Move through the phases up to `place`, and now and then change an amount or a date on the way."""
        steps: list[Callable[[Sale], str]] = [self._moves_to(phase) for phase in self.phases[1 : place + 1]]
        for change, likelihood in ((self._other_amount, 0.3), (self._later_end, 0.3)):
            if self.chance.random() < likelihood:
                steps.insert(self.chance.randint(0, len(steps)), change)
        span = max((until - began).days - 1, 1)
        days = sorted(self.chance.randint(1, span) for _ in steps)
        for day, step in zip(days, steps, strict=True):
            kind = step(story.sale)
            self._record(
                story, kind, min(began + timedelta(days=day), self.today - timedelta(days=1)), story.sale.owner
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

    def close(self, story: Story) -> None:
        """Append the closing event, once the follow-up is known."""
        self._record(story, story.sale.status, story.sale.closed_on, story.sale.owner)

    def _record(self, story: Story, kind: str, day: date, by: User) -> None:
        story.sale.version += 1
        story.sale.last_sequence += 1
        moment = datetime.combine(day, time(self.chance.randint(9, 16), self.chance.randint(0, 59)), self.zone)
        if story.events and moment <= story.events[-1].at:
            moment = story.events[-1].at + timedelta(minutes=self.chance.randint(3, 20))
        event = event_of(story.sale, kind=kind, by=by, at=moment)
        event.recorded_at = moment
        story.events.append(event)
