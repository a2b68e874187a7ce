"""Sales by their state, by who may see them, and by what is to be done about them."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Self

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Count, DateField, ExpressionWrapper, F, Q, Sum, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import TruncDate
from django.db.models.lookups import LessThan

from relations import spread
from relations.spread import OneOf
from salescrm.calendar import organisation_zone
from salescrm.models import Organisation, User
from salescrm.url_words import is_id


class SaleQuerySet(models.QuerySet):
    model: Any  # which imports this module

    def open(self) -> Self:
        """Sales being worked on."""
        return self.filter(status=self.model.Status.OPEN)

    def accepted(self) -> Self:
        """Sales that were won."""
        return self.filter(status=self.model.Status.ACCEPTED)

    def lost(self) -> Self:
        """Sales that were lost."""
        return self.filter(status=self.model.Status.LOST)

    def closed(self) -> Self:
        """Sales that are accepted or lost."""
        return self.exclude(status=self.model.Status.OPEN)

    def visible_to(self, user: User) -> Self:
        """The sales this user may see: all, their teams' or their own, as the switch says (rule 23).

        Sales in the trash are never among them.
        """
        if not user.has_perm("sales.view_sale"):
            return self.none()
        return self.untrashed()._in_sight_of(user)

    def in_trash(self, user: User) -> Self:
        """The sales in the trash, of those this user would see outside it."""
        return self.filter(trashed=True)._in_sight_of(user)

    def _in_sight_of(self, user: User) -> Self:
        visible, choices = Organisation.current().sales_visible, Organisation.SalesVisible
        if visible == choices.ALL or user.has_perm("sales.see_all_sales"):
            return self
        return self.filter(owner__in=user.teammates) if visible == choices.TEAM else self.filter(owner=user)

    def untrashed(self) -> Self:
        """Sales that are not in the trash."""
        return self.filter(trashed=False)

    def overdue(self, today: date) -> Self:
        """Open sales whose expected end date has passed."""
        return self.open().filter(expected_end_date__lt=today)

    def aged(self, today: date) -> Self:
        """Open sales that stand in their phase for more days than its limit, nothing planned after today.

        Strictly more; a next step on a later day pauses it. `Age` in sales/ageing.py says the same of one sale.
        """
        since = TruncDate("phase_since", tzinfo=organisation_zone())
        last = ExpressionWrapper(Value(today) - F("phase__age_limit"), output_field=DateField())  # null without a limit
        nothing_later = Q(next_step_on__lte=today) | Q(next_step_on=None)
        return self.open().untrashed().filter(nothing_later, LessThan(since, last))

    def of_teams(self, teams: Iterable[int | None]) -> Self:
        """Sales whose owner is in one of these teams (ids); None among them stands for owners without a team."""
        members = User.objects.filter(teams__in=[pk for pk in teams if pk is not None])
        of_members = Q(owner__in=members.order_by().values("pk"))
        alone = User.objects.filter(teams=None).order_by().values("pk")
        return self.filter(of_members | Q(owner__in=alone) if None in teams else of_members)

    def undated(self) -> Self:
        """Sales without an expected end date."""
        return self.filter(expected_end_date=None)

    def with_next_step(self, *kinds: str, today: date) -> Self:
        """Sales whose next step is late, for today, planned (later, or without a day), undated or none."""
        planned = ~Q(next_step="") | Q(next_step_on__isnull=False)
        conditions = {
            "late": Q(next_step_on__lt=today),
            "today": Q(next_step_on=today),
            "planned": planned & (Q(next_step_on__gt=today) | Q(next_step_on=None)),
            "undated": planned & Q(next_step_on=None),
            "none": ~planned,
        }
        condition = Q()
        for kind in kinds:
            condition |= conditions[kind]
        return self.filter(condition)

    def search(self, text: str) -> Any:
        """Sales that hold words that begin like these, in their subject or reference or in their customer."""
        digits = text.strip().removeprefix("#")
        return spread.search(self, F("search"), text, number=Q(pk=digits if is_id(digits) else None))

    def find_then_sort(self) -> Self:
        """The same sales, but put in order only after all of them have been found: for when they are known to be few.

        PostgreSQL estimates that typed words are commoner than they are. To find the first so many in an order it
        would otherwise read the index of that order to its end.
        """
        return self.model.objects.filter(OneOf(F("pk"), ArraySubquery(self.order_by().values("pk"))))

    def for_list(self) -> Self:
        """With what a list row shows, and no more than that."""
        return self.select_related("customer", "owner", "phase").only(
            "subject", "status", "probability", "probability_by_hand", "expected_revenue", "weighted_revenue",
            "expected_end_date", "closed_on", "next_step", "next_step_on", "phase_since", "trashed", "updated_at",
            "customer__name", "owner__name", "owner__email", "phase__name", "phase__colour", "phase__age_limit",
        )  # fmt: skip

    def for_detail(self) -> Self:
        """With what the page of every sale shows. The bar reads the phase, the page of a closed sale its outcome."""
        return self.select_related("customer__relation_type", "contact__person", "owner", "source").only(
            *(field.attname for field in self.model._meta.concrete_fields if field.name != "search"),
            "customer__name", "customer__kind", "customer__email", "customer__phone", "customer__mobile",
            "customer__relation_type__name",
            "contact__function", "contact__email", "contact__phone", "contact__mobile", "contact__organization_id",
            "contact__person__name", "owner__name", "owner__email", "source__name",
        )  # fmt: skip

    def naming_owner(self) -> Self:
        """With the name of the owner, for a sale that is locked: a join under a lock may give the owner of before."""
        name = RawSQL("SELECT COALESCE(NULLIF(name, ''), email) FROM salescrm_user WHERE id = sales_sale.owner_id", ())
        return self.annotate(owner_name=name)

    def totals(self) -> dict:
        """Count, full sum in euro, how many have no known revenue, how many are closed, and the weighted sum.

        The weighted sum is of open sales only: a closed sale has no chance any more (rule 15).
        """
        is_open = Q(status=self.model.Status.OPEN)
        return self.aggregate(  # of open sales nothing more than the index sale_forecast holds
            count=Count("*"),
            revenue=Sum("expected_revenue", default=0),
            weighted=Sum("weighted_revenue", filter=is_open, default=0),
            unknown=Count("phase", filter=Q(expected_revenue=None)),
            closed=Count("status", filter=~is_open),
        )
