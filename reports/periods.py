"""Which sales a report looks at: a period of days, and perhaps some owners and sources."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q
from django.http import QueryDict

from sales.models.querysets import SaleQuerySet
from salescrm import url_words
from salescrm.calendar import add_months, month_start

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """From the first up to and including the last day."""

    first: date
    last: date

    @property
    def previous(self) -> "Period":
        """The period of the same length just before."""
        return Period(self.first - (self.last - self.first) - DAY, self.first - DAY)

    @property
    def closed(self) -> dict:
        """The words that narrow the list of sales to those closed in it."""
        return {"closed_from": self.first, "closed_to": self.last}


def presets(today: date) -> dict[str, Period]:
    """The periods that are one click away."""
    month = month_start(today)
    return {
        "last-12-months": Period(_year_before(today) + DAY, today),
        "this-quarter": Period(add_months(month, -((today.month - 1) % 3)), today),
        "this-year": Period(date(today.year, 1, 1), today),
        "last-year": Period(date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
    }


def _year_before(day: date) -> date:
    return day.replace(year=day.year - 1, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)


@dataclass(frozen=True)
class Question:
    """What the address asks for: from, to, owner and source (ids, repeatable; `none` for no source)."""

    period: Period
    owner: tuple[int | None, ...] = ()
    source: tuple[int | None, ...] = ()

    @classmethod
    def parse(cls, query: QueryDict, today: date) -> "Question":
        """Read the words; raises BadRequest on anything unknown or malformed, and turns a reversed period round."""
        words = url_words.read(query, once=["from", "to", "format"], many=["owner", "source"])
        default = presets(today)["last-12-months"]
        first = url_words.day(words["from"]) if "from" in words else default.first
        last = url_words.day(words["to"]) if "to" in words else max(default.last, first)
        ids = {word: tuple(map(url_words.identity, words.get(word, []))) for word in ("owner", "source")}
        return cls(Period(min(first, last), max(first, last)), **ids)

    def of(self, sales: SaleQuerySet) -> SaleQuerySet:
        """The sales of the chosen owners and sources, whatever their dates."""
        for word in ("owner", "source"):
            ids = getattr(self, word)
            if ids:
                known = Q(**{f"{word}__in": [pk for pk in ids if pk is not None]})
                sales = sales.filter(known | Q(**{word: None}) if None in ids else known)
        return sales

    def closed(self, sales: SaleQuerySet) -> SaleQuerySet:
        """Of those, the ones closed in the period."""
        return self.of(sales).closed().filter(closed_on__range=(self.period.first, self.period.last))

    @property
    def words(self) -> dict:
        """The words that narrow the list of sales to the chosen owners and sources."""
        return {
            word: ["none" if pk is None else pk for pk in getattr(self, word)]
            for word in ("owner", "source")
            if getattr(self, word)
        }
