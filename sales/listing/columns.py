"""The list of sales and its columns: how each sorts, what it reads, and which of them are visible."""

from collections.abc import Iterable

from django.db.models import Case, F, Value, When
from django.db.models.functions import Coalesce, Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from sales.models import SaleStatus
from sales.models.querysets import SaleQuerySet
from salescrm.listing.columns import Column, filled
from salescrm.listing.state import Listing

COOKIE = "sales-columns"
COOKIE_AGE = 365 * 24 * 60 * 60
COMPANY = ("subject", "customer")  # the first column of every list: what it is about and for whom
ALWAYS = ("status", "subject", "customer__name")
PHASE = ("phase__name", "phase__colour", "phase__age_limit", "phase_since", "next_step_on", "trashed")
COLUMNS = {
    "subject": Column(_("Sale"), Lower("subject")),
    "customer": Column(_("Customer"), "customer__sort_key"),
    "status": Column(
        _("Status"),
        Case(*[When(status=status, then=Value(place)) for place, status in enumerate(SaleStatus)]),
    ),
    "phase": Column(_("Phase"), "phase__position", (*PHASE, "probability", "probability_by_hand")),
    "probability": Column(_("Probability"), "probability", ("probability", "probability_by_hand"), figure=True),
    "amount": Column(_("Expected revenue"), "expected_revenue", ("expected_revenue",), short=_("Revenue"), figure=True),
    "weighted": Column(_("Weighted"), "weighted_revenue", ("weighted_revenue",), figure=True),
    "end": Column(_("End date"), "expected_end_date", ("expected_end_date",)),
    "next": Column(_("Next step"), "next_step_on", ("next_step", "next_step_on")),
    "next_on": Column(pgettext_lazy("next step", "Next step on"), "next_step_on", ("next_step_on",)),
    "days": Column(
        _("Days in phase"),
        Case(When(status=SaleStatus.OPEN, then=F("phase_since"))),
        PHASE,
        figure=True,
        backwards=True,
    ),
    "owner": Column(_("Owner"), Lower("owner__name"), ("owner__name", "owner__email")),
    "contact": Column(_("Contact person"), "contact__person__sort_key", ("contact__person__name",)),
    "number": Column(_("Customer number"), filled(Lower("customer__number")), ("customer__number",)),
    "source": Column(_("Source"), Lower("source__name"), ("source__name",)),
    "start": Column(_("Start date"), "start_date", ("start_date",)),
    "created": Column(_("Created"), "created_at", ("created_at",), downwards=True),
    "updated": Column(_("Last changed"), "updated_at", ("updated_at",), downwards=True, known=True),
    "closed": Column(_("Closed on"), "closed_on", ("closed_on",), downwards=True),
    "reason": Column(
        _("Reason"),
        Coalesce(Lower("loss_reason__name"), Lower("accept_reason__name")),
        ("accept_reason__name", "loss_reason__name", "closed_on"),
    ),
    "lost_to": Column(_("Lost to competitor"), "lost_to__sort_key", ("lost_to__name",)),
    "reference": Column(_("Reference"), filled(Lower("external_reference")), ("external_reference",)),
}
CHOICE = tuple(key for key in COLUMNS if key not in COMPANY)
STANDARD = ("phase", "amount", "weighted", "end", "next", "owner")
STANDARD_CLOSED = ("phase", "amount", "weighted", "closed", "reason", "owner")
STANDARDS = (STANDARD, STANDARD_CLOSED)
LIST = Listing(COLUMNS, default="-updated", parts="lines", choice=CHOICE)


def standard(status: tuple[str, ...]) -> tuple[str, ...]:
    """The columns without a choice: of closed sales when and why they were closed, of others their next step."""
    return STANDARD_CLOSED if status and SaleStatus.OPEN not in status else STANDARD


def remembered(cookies: dict[str, str]) -> tuple[str, ...]:
    """The columns in the cookie of this browser; none if there is no cookie or it cannot be read."""
    return LIST.readable(cookies.get(COOKIE, ""))


def visible_columns(words: tuple[str, ...], cookies: dict[str, str], status: tuple[str, ...]) -> tuple[str, ...]:
    """The columns of a list: those its address names (`words`), else this browser's own, else the standard ones."""
    return words or remembered(cookies) or standard(status)


def read(sales: SaleQuerySet, visible: Iterable[str], *, aged: bool = False) -> SaleQuerySet:
    """The sales with the fields that these columns read, and no others; `aged` adds those of the age."""
    fields = {*ALWAYS, *(PHASE if aged else ()), *(field for key in visible for field in COLUMNS[key].reads)}
    joins = {path for path in (field.rpartition("__")[0] for field in fields) if path}
    return sales.select_related(*joins).only(*fields)
