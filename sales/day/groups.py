"""The groups of My day: open sales by what is to be done about them, each group as the list counts it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.core.exceptions import BadRequest
from django.db.models import Count, F, Q, Sum, Value, Window
from django.db.models.functions import RowNumber
from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from sales.listing.filters import SaleFilter
from sales.models import Sale, SaleNote
from sales.models.querysets import SaleQuerySet
from sales.notes import coming_meetings
from salescrm.calendar import add_months, month_start, organisation_zone
from salescrm.models import Organisation, Team, User
from salescrm.notes.models import NoteKind
from salescrm.refusals import Missing
from salescrm.url_words import read_id

ROWS = 50  # rows of a group; the list has the rest
WEEK = timedelta(days=7)
DAY = timedelta(days=1)
BY_STEP = (F("next_step_on").asc(nulls_last=True), F("expected_end_date").asc(nulls_last=True), "pk")
BY_END = (F("expected_end_date").asc(nulls_last=True), "pk")
ORDERS = {"undated": BY_END, "overdue": BY_END, "aged": ("phase_since", "pk"), "none": BY_END}


@dataclass(frozen=True)
class DayGroup:
    """Open sales with the same thing to be done: the first of them, how many there are, and the list of all."""

    key: str
    sales: list[Sale]
    count: int
    url: str


@dataclass(frozen=True)
class Whose:
    """Whose day it is: one person's or a team's, and the words that narrow the list to it."""

    person: User | None = None
    team: Team | None = None

    @property
    def words(self) -> dict:
        """The words of the list's address."""
        return {"team": self.team.pk} if self.team else {"owner": self.person.pk}

    @property
    def by(self) -> Q:
        """The condition for notes by whose day it is: steps they completed."""
        return Q(by__teams=self.team) if self.team else Q(by=self.person)


@dataclass(frozen=True)
class DayChoices:
    """Whose day somebody may look at, beside one's own."""

    user: User

    @cached_property
    def people(self) -> list[User]:
        """Colleagues whose sales this user may see, by name; those who left and still own open ones come last."""
        if not self._sees_all and self._visible != Organisation.SalesVisible.TEAM:
            return [self.user]
        colleagues = User.objects.holders(Sale.objects.untrashed().open())
        return list(colleagues if self._sees_all else colleagues.filter(pk__in=self.user.teammates))

    @cached_property
    def teams(self) -> list[Team]:
        """Teams whose sales this user may see."""
        if self._sees_all:
            return list(Team.objects.all())
        return list(self.user.teams.all()) if self._visible == Organisation.SalesVisible.TEAM else []

    def read(self, query: QueryDict) -> Whose:
        """The day the words of an address ask for; BadRequest for a word it does not know."""
        if set(query) - {"owner", "team"}:
            raise BadRequest("a day knows owner and team only")
        return self.find(**{word: read_id(query, word) if query.get(word) else None for word in ("owner", "team")})

    def find(self, *, owner: int | None, team: int | None) -> Whose:
        """The day of this owner or team, one's own by default; Missing where this user may not see their sales."""
        if team is not None:
            return Whose(team=_with_id(self.teams, team))
        if owner in (None, self.user.pk):
            return Whose(person=self.user)
        return Whose(person=_with_id(self.people, owner))

    @property
    def _visible(self) -> str:
        return Organisation.current().sales_visible

    @property
    def _sees_all(self) -> bool:
        return self._visible == Organisation.SalesVisible.ALL or self.user.has_perm("sales.see_all_sales")


def _with_id(rows: list, pk: int):
    for row in rows:
        if row.pk == pk:
            return row
    raise Missing("nobody whose day this user may see")


def words_of(today: date) -> dict[str, dict]:
    """The groups of a day with the words by which the list finds them."""
    return {
        "late": {"next": "late"},
        "today": {"next": "today"},
        "week": {"next_from": today + DAY, "next_to": today + WEEK},
        "undated": {"next": "undated"},
        "none": {"next": "none"},
        "overdue": {"overdue": "1"},
        "aged": {"aged": "1"},
    }


def groups(visible: SaleQuerySet, *, whose: Whose, today: date) -> list[DayGroup]:
    """The groups of a day; one statement. A sale stands in every group that it belongs to."""
    queries = _queries(whose, today)
    first, *others = _parts(visible, queries, today)
    by_group = {key: [] for key in queries}
    for sale in first.union(*others, all=True).order_by("place"):
        by_group[sale.group].append(sale)
    return [DayGroup(key, sales, sales[0].of if sales else 0, _list(queries[key])) for key, sales in by_group.items()]


def whole_groups(visible: SaleQuerySet, *, whose: Whose, today: date) -> Iterator[tuple[str, SaleQuerySet]]:
    """All sales of every group, as the list finds them, with the name of the group."""
    names = {
        "late": pgettext("next step", "Late"), "today": pgettext("next step", "Today"),
        "week": _("The next seven days"), "undated": _("Step without a day"), "none": _("Without a next step"),
        "overdue": _("Expected end date has passed"), "aged": _("Too long in its phase"),
    }  # fmt: skip
    for key, query in _queries(whose, today).items():
        sales = SaleFilter.parse(QueryDict(query)).apply(visible, today=today)
        yield names[key], sales.order_by(*ORDERS.get(key, BY_STEP))


def meetings(visible: SaleQuerySet, *, whose: Whose, today: date) -> list[SaleNote]:
    """The meetings ahead around the sales of a day, the next one first, each with how many there are `of` them.

    One statement.
    """
    sale_filter = SaleFilter.parse(QueryDict(urlencode(whose.words)))
    return list(coming_meetings(sale_filter.apply(visible, today=today)).annotate(of=Window(Count("pk")))[:ROWS])


def _queries(whose: Whose, today: date) -> dict[str, str]:
    return {
        key: urlencode({"status": "open", **whose.words, **words, "sort": "end" if key in ORDERS else "next"})
        for key, words in words_of(today).items()
    }


def _parts(visible: SaleQuerySet, queries: dict[str, str], today: date) -> Iterator[SaleQuerySet]:
    for key, query in queries.items():
        order = ORDERS.get(key, BY_STEP)
        sales = SaleFilter.parse(QueryDict(query)).apply(visible, today=today)
        numbered = sales.annotate(
            group=Value(key), of=Window(Count("pk")), place=Window(RowNumber(), order_by=order)
        )  # fmt: skip
        yield _rows(numbered).order_by(*order)[:ROWS]


def _rows(sales: SaleQuerySet) -> SaleQuerySet:
    return sales.select_related("customer", "phase", "contact__person").only(
        "subject", "status", "trashed", "expected_revenue", "expected_end_date", "next_step", "next_step_on",
        "phase_since", "version", "customer__name", "customer__phone", "customer__mobile", "customer__email",
        "phase__name", "phase__colour", "phase__age_limit", "contact__phone", "contact__mobile", "contact__email",
        "contact__person__name",
    )  # fmt: skip


def _list(query: str) -> str:
    return f"{reverse('sales:list')}?{query}"


@dataclass(frozen=True)
class Figures:
    """The day in a few numbers."""

    done: int
    open: int
    weighted: Decimal
    month: int
    month_weighted: Decimal
    month_past: int  # of `month` those whose day has passed (rule 16)
    open_url: str
    month_url: str


def figures(visible: SaleQuerySet, *, whose: Whose, today: date) -> Figures:
    """Steps done today, everything open, and what is expected this month; two statements."""
    first, last = month_start(today), add_months(month_start(today), 1) - DAY
    query = {"status": "open", **whose.words}
    sale_filter = SaleFilter.parse(QueryDict(urlencode(query)))
    this_month = Q(expected_end_date__range=(first, last))
    sums = sale_filter.apply(visible, today=today).aggregate(
        open=Count("pk"),
        weighted=Sum("weighted_revenue", default=Decimal(0)),
        month=Count("pk", filter=this_month),
        month_weighted=Sum("weighted_revenue", filter=this_month, default=Decimal(0)),
        month_past=Count("pk", filter=Q(expected_end_date__range=(first, today - DAY))),
    )
    began = datetime.combine(today, time.min, organisation_zone())
    done = SaleNote.objects.filter(whose.by, kind=NoteKind.STEP, at__gte=began, at__lt=began + DAY).count()
    return Figures(
        done=done, open_url=_list(urlencode(query)),
        month_url=_list(urlencode({**query, "end_from": first, "end_to": last})), **sums,
    )  # fmt: skip
