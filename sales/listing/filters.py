"""The one filter of sales: the words of the URL, read once, used by the list and by every drill-down of a report."""

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from urllib.parse import urlencode

from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import BadRequest
from django.db.models import F, Q
from django.db.models.functions import TruncDate
from django.http import QueryDict

from relations.models import Relation
from relations.spread import OneOf
from sales.listing.columns import LIST
from sales.models import SaleStatus
from salescrm.calendar import organisation_zone
from salescrm.listing.state import ListState
from salescrm.url_words import NONE, day, identity

ID_WORDS = {
    "phase": "phase",
    "owner": "owner",
    "source": "source",
    "customer": "customer",
    "lost_to": "lost_to",
}
DAY_WORDS = {
    "end_from": "expected_end_date__gte",
    "end_to": "expected_end_date__lte",
    "closed_from": "closed_on__gte",
    "closed_to": "closed_on__lte",
    "created_from": "created_on__gte",
    "created_to": "created_on__lte",
    "next_from": "next_step_on__gte",
    "next_to": "next_step_on__lte",
}
AMOUNT_WORDS = {"amount_from": "expected_revenue__gte", "amount_to": "expected_revenue__lte"}
AMOUNT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,2})?")
NEXT = ("late", "today", "planned", "undated", NONE)
OTHER_WORDS = (
    "status",
    "reason",
    "customer_not",
    "end",
    "overdue",
    "next",
    "revenue",
    "by_hand",
    "aged",
    "team",
    "q",
    "view",
)
WORDS = {*ID_WORDS, *DAY_WORDS, *AMOUNT_WORDS, *OTHER_WORDS}
SEVERAL = {*ID_WORDS, "status", "reason", "customer_not", "team", "next"}  # of the others the last one counts
PASSING = {"page", "format", "rows", "view"}  # how the list is looked at now; no part of the filter


@dataclass(frozen=True)
class SaleFilter:
    """The words of an address, once they are read. `ids` holds ids by word; None among them stands for "none"."""

    status: tuple[str, ...] = ()
    ids: dict[str, tuple[int | None, ...]] = field(default_factory=dict)
    days: dict[str, date] = field(default_factory=dict)
    amounts: dict[str, Decimal] = field(default_factory=dict)
    undated: bool = False
    overdue: bool = False
    unknown_revenue: bool = False
    by_hand: bool = False
    aged: bool = False
    next: tuple[str, ...] = ()
    q: str = ""

    @classmethod
    def parse(cls, query: QueryDict) -> "SaleFilter":
        """Read the words of an address (docs/decisions.md); blanks count as absent. BadRequest on anything unknown.

        How the list is looked at is no part of the filter, but has to be readable too.
        """
        list_state(query)
        opened_view(query)
        words = {word: [value for value in query.getlist(word) if value.strip()] for word in query}
        id_words = [*ID_WORDS, "reason", "customer_not", "team"]
        return cls(
            status=_choices(words, "status", SaleStatus.values),
            ids={word: tuple(map(identity, words[word])) for word in id_words if words.get(word)},
            days={word: day(words[word][-1]) for word in DAY_WORDS if words.get(word)},
            amounts={word: _amount(words[word][-1]) for word in AMOUNT_WORDS if words.get(word)},
            undated=bool(_choices(words, "end", [NONE])),
            overdue=bool(_choices(words, "overdue", ["1"])),
            unknown_revenue=bool(_choices(words, "revenue", [NONE])),
            by_hand=bool(_choices(words, "by_hand", ["1"])),
            aged=bool(_choices(words, "aged", ["1"])),
            next=_choices(words, "next", NEXT),
            q=(words.get("q") or [""])[-1].strip()[:200],
        )

    @property
    def count(self) -> int:
        """How many words narrow the list, status not counted."""
        flags = (self.undated, self.overdue, self.unknown_revenue, self.by_hand, self.aged, self.next, self.q)
        return len(self.ids) + len(self.days) + len(self.amounts) + sum(map(bool, flags))

    def only(self, word: str) -> int | None:
        """The id of this word, if it has exactly one."""
        ids = self.ids.get(word, ())
        return ids[0] if len(ids) == 1 else None

    def apply(self, sales, *, today: date):
        """The sales of the queryset that match every word, unsorted."""
        if self.status:
            sales = sales.filter(status__in=self.status)
        for word, ids in self.ids.items():
            sales = sales.of_teams(ids) if word == "team" else sales.filter(self._ids(word, ids))
        sales = self._in_days(sales)
        sales = sales.filter(**{AMOUNT_WORDS[word]: amount for word, amount in self.amounts.items()})
        if self.undated:
            sales = sales.undated()
        if self.overdue:
            sales = sales.overdue(today)
        if self.unknown_revenue:
            sales = sales.filter(expected_revenue=None)
        if self.by_hand:
            sales = sales.filter(probability_by_hand=True)
        if self.aged:
            sales = sales.aged(today)
        if self.next:
            sales = sales.with_next_step(*self.next, today=today)
        return sales.search(self.q) if self.q else sales

    def _in_days(self, sales):
        if self.days.keys() & {"created_from", "created_to"}:
            sales = sales.alias(created_on=TruncDate("created_at", tzinfo=organisation_zone()))
        if self.days.keys() & {"closed_from", "closed_to"}:
            sales = sales.closed()  # nothing else has a closing day, and the index of closing days holds nothing else
        return sales.filter(**{DAY_WORDS[word]: day for word, day in self.days.items()})

    def _ids(self, word: str, ids: tuple[int | None, ...]) -> Q:
        if word == "customer_not":
            return ~Q(customer__in=ids) & ~Q(customer__in=Relation.objects.merged_from(ids))
        column = ID_WORDS.get(word) or self.reason_column
        known = [pk for pk in ids if pk is not None]
        if word in ("customer", "lost_to"):
            condition = Q(OneOf(F(column), ArraySubquery(Relation.objects.led_to(known))))
        else:
            condition = Q(**{f"{column}__in": known})
        return condition | (Q(**{column: None}) if None in ids else Q())

    @property
    def reason_column(self) -> str:
        """Reasons are two lists: `reason` means the accepted one only beside status=accepted."""
        return "accept_reason" if self.status == (SaleStatus.ACCEPTED,) else "loss_reason"


def list_state(query: QueryDict) -> ListState:
    """How an address looks at the list. Raises BadRequest on a word, or a value of these, that nobody knows."""
    return LIST.read(query, WORDS)


def opened_view(query: QueryDict) -> int | None:
    """The id of the saved view an address was opened from."""
    texts = [text for text in query.getlist("view") if text.strip()]
    if NONE in texts[-1:]:
        raise BadRequest("a view is a number")
    return identity(texts[-1]) if texts else None


def canonical(query: QueryDict) -> str:
    """A query string written in one form, so that two can be compared; page, format and view left out.

    Raises BadRequest on anything unknown.
    """
    SaleFilter.parse(query)
    return written(query)


def written(query: QueryDict) -> str:
    """The same for a query string that was checked already."""
    pairs = []
    for word in sorted({*query} - PASSING):
        values = [value.strip() for value in query.getlist(word) if value.strip()]
        values = sorted({*values}) if word in SEVERAL else values[-1:]
        pairs += [(word, value) for value in values if (word, value) != ("sort", LIST.default)]
    return urlencode(pairs)


def _choices(words: dict, word: str, allowed) -> tuple[str, ...]:
    values = tuple(dict.fromkeys(words.get(word, ())))
    if set(values) - set(allowed):
        raise BadRequest(f"unknown value of {word}")
    return values


def _amount(text: str) -> Decimal:
    if not AMOUNT.fullmatch(text):
        raise BadRequest("an amount looks like 1234.56")
    return Decimal(text)
