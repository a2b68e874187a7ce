"""The board: open sales by phase, what every column adds up to, and the cards that are next in it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import BadRequest
from django.db.models import BigIntegerField, Count, F, OuterRef, Q, Sum, Value
from django.http import QueryDict
from django.urls import reverse

from sales.ageing import Age, later
from sales.listing.filters import SaleFilter
from sales.models import Sale, SaleStatus
from sales.models.lists import Phase
from sales.models.querysets import OneOf
from salescrm.calendar import organisation_zone
from salescrm.url_words import NONE, any_day, is_id

CARDS = 20
NEXT_STEP_FIRST = (F("next_step_on").asc(nulls_last=True), "pk")
FIELDS = (
    "pk", "version", "phase", "subject", "customer__name", "expected_revenue", "probability", "probability_by_hand",
    "expected_end_date", "owner__name", "owner__email", "next_step", "next_step_on", "phase_since", "phase__name",
    "phase__age_limit",
)  # fmt: skip


@dataclass(frozen=True)
class CardPlace:
    """The place of a card in its column: by the day of the next step, unknown days last, then by id."""

    day: date | None
    pk: int

    def __str__(self) -> str:
        return f"{self.day or 'none'}.{self.pk}"

    @classmethod
    def parse(cls, text: str) -> "CardPlace":
        """Read `2026-03-20.55` or `none.55`, as written above. Raises BadRequest on anything else."""
        day, _dot, pk = text.partition(".")
        if not is_id(pk):
            raise BadRequest("a place on the board looks like 2026-03-20.55")
        return cls(None if day == NONE else any_day(day), int(pk))

    def beyond(self) -> Q:
        """The sales that come after this place."""
        same_day = Q(next_step_on=self.day, pk__gt=self.pk)
        return same_day if self.day is None else same_day | Q(next_step_on__gt=self.day) | Q(next_step_on=None)


@dataclass(frozen=True)
class Card:
    """What the board shows of one sale; `age` is how long it has stood in its phase."""

    pk: int
    url: str
    version: int
    phase: int
    subject: str
    customer: str
    amount: Decimal | None
    probability: int
    by_hand: bool
    end: date | None
    owner: str
    next_step: str
    next_on: date | None
    age: Age
    overdue: bool
    next: str  # "late", "today", "planned" or "none", as the filter word of the list

    @property
    def step_kind(self) -> str:
        """Its next step for the badge, which tells a step without a day from a planned one."""
        return "undated" if self.next == "planned" and self.next_on is None else self.next

    @property
    def place(self) -> CardPlace:
        """Where it stands in its column."""
        return CardPlace(self.next_on, self.pk)

    @property
    def order(self) -> str:
        """The day it is ordered by, to be compared as text; an unknown one comes last."""
        return str(self.next_on or "none")


@dataclass(frozen=True)
class BoardHead:
    """What all open sales of a phase add up to, in euro, cards that are not shown included (rule 15)."""

    phase: Phase
    count: int = 0
    revenue: Decimal = Decimal(0)
    weighted: Decimal = Decimal(0)
    unknown: int = 0


@dataclass(frozen=True)
class BoardColumn:
    """A phase with its first cards, or the next ones when it is turned; `more` says whether others follow."""

    head: BoardHead
    cards: list[Card]
    more: bool = False
    is_turned: bool = False

    @property
    def last(self) -> CardPlace:
        """Where the last card stands: others come after it."""
        return self.cards[-1].place


def columns(sales, phases, *, today: date) -> list[BoardColumn]:
    """The columns of the board: every active phase, and a retired one with open sales in it (rule 1).

    `sales` and `phases` are querysets; three statements whatever their number.
    """
    first = sales.open().filter(phase=OuterRef("pk")).order_by(*NEXT_STEP_FIRST).values("pk")[: CARDS + 1]
    phases = list(phases.annotate(first=ArraySubquery(first)))
    for phase in phases:
        phase.first = phase.first or []  # None where Django knows that nothing can match and leaves the query out
    known = heads(sales, phases)
    wanted = [pk for phase in phases for pk in phase.first[:CARDS]]
    is_first = OneOf(F("pk"), Value(wanted, output_field=ArrayField(BigIntegerField())))
    by_id = {card.pk: card for card in cards(Sale.objects.filter(is_first).order_by(), today=today)}
    return [
        BoardColumn(head, [by_id[pk] for pk in phase.first[:CARDS] if pk in by_id], more=len(phase.first) > CARDS)
        for phase, head in zip(phases, known, strict=True)
        if phase.is_active or phase.first
    ]


def following(sales, phase: Phase, after: CardPlace, *, today: date) -> tuple[list[Card], bool]:
    """The next cards of a column, and whether there are still others."""
    rest = sales.open().filter(after.beyond(), phase=phase).order_by(*NEXT_STEP_FIRST)
    rest_cards = cards(rest[: CARDS + 1], today=today)
    return rest_cards[:CARDS], len(rest_cards) > CARDS


def heads(sales, phases: Iterable[Phase]) -> list[BoardHead]:
    """What the open sales of each of these phases add up to: one statement, answered from the index sale_forecast."""
    phases = list(phases)
    rows = sales.open().order_by().values("phase").annotate(
        count=Count("*"),
        revenue=Sum("expected_revenue", default=Decimal(0)),
        weighted=Sum("weighted_revenue", default=Decimal(0)),
        unknown=Count("phase", filter=Q(expected_revenue=None)),
    )  # fmt: skip
    known = {row.pop("phase"): row for row in rows}
    return [BoardHead(phase, **known.get(phase.pk, {})) for phase in phases]


def cards(sales, *, today: date) -> list[Card]:
    """The cards of these sales, in their order: one statement."""
    rows = sales.values_list(*FIELDS, named=True)
    base, zone = reverse("sales:list"), organisation_zone()
    return [_card(row, base, today, zone) for row in rows]


def _card(row, base: str, today: date, zone: ZoneInfo) -> Card:
    return Card(
        pk=row.pk,
        url=f"{base}{row.pk}/",
        version=row.version,
        phase=row.phase,
        subject=row.subject,
        customer=row.customer__name,
        amount=row.expected_revenue,
        probability=row.probability,
        by_hand=row.probability_by_hand,
        end=row.expected_end_date,
        owner=row.owner__name or row.owner__email,
        next_step=row.next_step,
        next_on=row.next_step_on,
        age=_age(row, today, zone),
        overdue=row.expected_end_date is not None and row.expected_end_date < today,
        next=_kind(row.next_step, row.next_step_on, today),
    )


def _age(row, today: date, zone: ZoneInfo) -> Age:
    days = (today - row.phase_since.astimezone(zone).date()).days
    return Age(max(days, 0), row.phase__name, row.phase__age_limit, later(row.next_step_on, today))


def _kind(step: str, day: date | None, today: date) -> str:
    if day is None:
        return "planned" if step else "none"
    return "late" if day < today else "today" if day == today else "planned"


def parse(query: QueryDict) -> SaleFilter:
    """Read the filter words of the board: those of the list. Raises BadRequest on what the board does not do."""
    sale_filter = SaleFilter.parse(query)
    if sale_filter.status not in ((), (SaleStatus.OPEN,)) or any(map(query.get, ("sort", "page", "format", "rows"))):
        raise BadRequest("the board shows open sales by next step")
    return sale_filter
