"""What one may ask about sales."""

from datetime import date, datetime

from django.db import models
from django.db.models import Count, Q, Sum

from relations.models import Relation
from relations.querysets import prefix_query
from salescrm.models import Organisation


class SaleQuerySet(models.QuerySet):
    def open(self):
        """Sales being worked on."""
        return self.filter(status=self.model.Status.OPEN)

    def accepted(self):
        """Sales that were won."""
        return self.filter(status=self.model.Status.ACCEPTED)

    def lost(self):
        """Sales that were lost."""
        return self.filter(status=self.model.Status.LOST)

    def closed(self):
        """Sales that are accepted or lost."""
        return self.exclude(status=self.model.Status.OPEN)

    def visible_to(self, user):
        """The sales this user may see: all, or their own when the switch says so (rule 23)."""
        if not user.has_perm("sales.view_sale"):
            return self.none()
        if user.has_perm("sales.see_all_sales"):
            return self
        if Organisation.current().sales_visible == Organisation.SalesVisible.ALL:
            return self
        return self.filter(owner=user)

    def overdue(self, today: date):
        """Open sales whose expected end date has passed."""
        return self.open().filter(expected_end_date__lt=today)

    def undated(self):
        """Sales without an expected end date."""
        return self.filter(expected_end_date=None)

    def with_next_step(self, *kinds: str, today: date):
        """Sales whose next step is late, for today, planned (later, or without a day) or none."""
        planned = ~Q(next_step="") | Q(next_step_on__isnull=False)
        conditions = {
            "late": Q(next_step_on__lt=today),
            "today": Q(next_step_on=today),
            "planned": planned & (Q(next_step_on__gt=today) | Q(next_step_on=None)),
            "none": ~planned,
        }
        chosen = Q()
        for kind in kinds:
            chosen |= conditions[kind]
        return self.filter(chosen)

    def search(self, text: str):
        """Sales whose subject or customer holds words that begin like these."""
        query = prefix_query(text)
        if query is None:
            return self.none()
        return self.filter(Q(search=query) | Q(customer__in=Relation.objects.filter(search=query)))

    def for_list(self):
        """With what a list row shows, and no more than that."""
        return self.select_related("customer", "owner", "phase").only(
            "subject", "status", "probability", "probability_by_hand", "expected_revenue", "weighted_revenue",
            "expected_end_date", "closed_on", "next_step", "next_step_on", "updated_at", "customer__name",
            "owner__name", "owner__email", "phase__name", "phase__colour",
        )  # fmt: skip

    def for_detail(self):
        """With what the page of every sale shows; its phase comes from the bar, an outcome is read when it is shown."""
        return self.select_related("customer__relation_type", "contact__person", "owner", "source").only(
            *(field.attname for field in self.model._meta.concrete_fields if field.name != "search"),
            "customer__name", "customer__kind", "customer__relation_type__name", "contact__function", "contact__email",
            "contact__phone", "contact__organization_id", "contact__person__name", "owner__name", "owner__email",
            "source__name",
        )  # fmt: skip

    def totals(self) -> dict:
        """Count, full and weighted sum in euro, and how many have no known revenue (rule 15)."""
        return self.aggregate(
            count=Count("pk"),
            revenue=Sum("expected_revenue", default=0),
            weighted=Sum("weighted_revenue", default=0),
            unknown=Count("pk", filter=Q(expected_revenue=None)),
        )


class SaleEventQuerySet(models.QuerySet):
    def in_order(self):
        """Oldest first."""
        return self.order_by("sequence")

    def as_of(self, moment: datetime):
        """The last event of every sale at or before `moment`: the state all sales had then (rule 7)."""
        return self.filter(at__lte=moment).order_by("sale_id", "-sequence").distinct("sale_id")
