"""The columns of the list of sales: how each sorts, what it reads, and which of them are visible."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Case, F, Value, When
from django.db.models.functions import Coalesce, Lower, NullIf
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from sales.models import SaleStatus
from sales.models.querysets import SaleQuerySet

COOKIE = "sales-columns"
COOKIE_AGE = 365 * 24 * 60 * 60
COMPANY = ("subject", "customer")  # the first column of every list: what it is about and for whom
ALWAYS = ("status", "subject", "customer__name")
PHASE = ("phase__name", "phase__colour", "phase__age_limit", "phase_since", "next_step_on", "trashed")


@dataclass(frozen=True)
class Column:
    """A column that can be visible: its name, what it sorts by, and the fields it reads.

    `short` is its head where the name is long. With `downwards` a first click on the head sorts from high to low; with
    `backwards` its figures grow while what it sorts by falls.
    """

    label: Promise
    by: object
    reads: tuple[str, ...] = ()
    short: Promise | str = ""
    figure: bool = False
    downwards: bool = False
    backwards: bool = False


class Head(NamedTuple):
    """The head of a visible column; `next` is what a click on it sorts by, `direction` how it sorts now."""

    key: str
    label: str
    figure: bool
    direction: str
    next: str


def _known(name: str):
    return NullIf(Lower(name), Value(""))


COLUMNS = {
    "subject": Column(_("Sale"), Lower("subject")),
    "customer": Column(_("Customer"), F("customer__sort_key")),
    "status": Column(
        _("Status"),
        Case(*[When(status=status, then=Value(place)) for place, status in enumerate(SaleStatus)]),
    ),
    "phase": Column(_("Phase"), F("phase__position"), (*PHASE, "probability", "probability_by_hand")),
    "probability": Column(_("Probability"), F("probability"), ("probability", "probability_by_hand"), figure=True),
    "amount": Column(
        _("Expected revenue"), F("expected_revenue"), ("expected_revenue",), short=_("Revenue"), figure=True
    ),
    "weighted": Column(_("Weighted"), F("weighted_revenue"), ("weighted_revenue",), figure=True),
    "end": Column(_("End date"), F("expected_end_date"), ("expected_end_date",)),
    "next": Column(_("Next step"), F("next_step_on"), ("next_step", "next_step_on")),
    "next_on": Column(pgettext_lazy("next step", "Next step on"), F("next_step_on"), ("next_step_on",)),
    "days": Column(
        _("Days in phase"),
        Case(When(status=SaleStatus.OPEN, then=F("phase_since"))),
        PHASE,
        figure=True,
        backwards=True,
    ),
    "owner": Column(_("Owner"), Lower("owner__name"), ("owner__name", "owner__email")),
    "contact": Column(_("Contact person"), F("contact__person__sort_key"), ("contact__person__name",)),
    "number": Column(_("Customer number"), _known("customer__number"), ("customer__number",)),
    "source": Column(_("Source"), Lower("source__name"), ("source__name",)),
    "start": Column(_("Start date"), F("start_date"), ("start_date",)),
    "created": Column(_("Created"), F("created_at"), ("created_at",), downwards=True),
    "updated": Column(_("Last changed"), F("updated_at"), ("updated_at",), downwards=True),
    "closed": Column(_("Closed on"), F("closed_on"), ("closed_on",), downwards=True),
    "reason": Column(
        _("Reason"),
        Coalesce(Lower("loss_reason__name"), Lower("accept_reason__name")),
        ("accept_reason__name", "loss_reason__name", "closed_on"),
    ),
    "lost_to": Column(_("Lost to competitor"), F("lost_to__sort_key"), ("lost_to__name",)),
    "reference": Column(_("Reference"), _known("external_reference"), ("external_reference",)),
}
CHOICE = tuple(key for key in COLUMNS if key not in COMPANY)
STANDARD = ("phase", "amount", "weighted", "end", "next", "owner")
STANDARD_CLOSED = ("phase", "amount", "weighted", "closed", "reason", "owner")
STANDARDS = (STANDARD, STANDARD_CLOSED)


def readable(text: str) -> tuple[str, ...]:
    """The columns a text names, in its order and each once; none when it names one that does not exist."""
    keys = tuple(dict.fromkeys(text.split(",")))
    return keys if text and set(keys) <= set(CHOICE) else ()


def standard(status: tuple[str, ...]) -> tuple[str, ...]:
    """The columns without a choice: of closed sales when and why they were closed, of others their next step."""
    return STANDARD_CLOSED if status and SaleStatus.OPEN not in status else STANDARD


def remembered(cookies: dict[str, str]) -> tuple[str, ...]:
    """The columns in the cookie of this browser; none if there is no cookie or it cannot be read."""
    return readable(cookies.get(COOKIE, ""))


def visible_columns(words: tuple[str, ...], cookies: dict[str, str], status: tuple[str, ...]) -> tuple[str, ...]:
    """The columns of a list: those its address names (`words`), else this browser's own, else the standard ones."""
    return words or remembered(cookies) or standard(status)


def ordered(sales: SaleQuerySet, sort: str) -> SaleQuerySet:
    """The sales by a column, downwards after a dash; unknown values last, newest first among equals."""
    column, down = COLUMNS[sort.removeprefix("-")], sort.startswith("-")
    if sort in ("updated", "-updated"):  # always known, so that its index serves
        return sales.order_by("-updated_at" if down else "updated_at", "-pk" if down else "pk")
    falling = down != column.backwards
    return sales.order_by(column.by.desc(nulls_last=True) if falling else column.by.asc(nulls_last=True), "-pk")


def read(sales: SaleQuerySet, visible: Iterable[str], *, aged: bool = False) -> SaleQuerySet:
    """The sales with the fields that these columns read, and no others; `aged` adds those of the age."""
    fields = {*ALWAYS, *(PHASE if aged else ()), *(field for key in visible for field in COLUMNS[key].reads)}
    joins = {path for path in (field.rpartition("__")[0] for field in fields) if path}
    return sales.select_related(*joins).only(*fields)


def heads(visible: Iterable[str], sort: str) -> list[Head]:
    """The heads of subject, customer and these columns."""
    return [_head(key, COLUMNS[key], sort) for key in (*COMPANY, *visible)]


def _head(key: str, column: Column, sort: str) -> Head:
    now = {key: "ascending", f"-{key}": "descending"}.get(sort, "")
    falls = now == "ascending" or (not now and (column.figure or column.downwards))
    return Head(key, str(column.short or column.label), column.figure, now, f"-{key}" if falls else key)
