"""Queries about projects."""

from typing import Any, Self

from django.db import models
from django.db.models import Count, DecimalField, Q, Sum, Value

from relations import spread
from salescrm.calendar import today
from salescrm.numbering import meant

ZERO = Value(0, output_field=DecimalField())


class ProjectQuerySet(models.QuerySet):
    model: Any  # which imports this module

    def active(self) -> Self:
        """Projects to which work can be added."""
        return self.filter(status=self.model.Status.ACTIVE)

    def closed(self) -> Self:
        """Projects that are done."""
        return self.filter(status=self.model.Status.CLOSED)

    def search(self, text: str) -> Any:
        """Projects that hold words that begin like these, in number and name or in their customer."""
        return spread.search(self, self.model.WORDS, text, number=Q(number__in=meant(text, on=today())))

    def for_list(self) -> Self:
        """With what a list row shows; `total` is what its services add up to."""
        return self.select_related("customer", "manager").annotate(total=Sum("services__amount", default=ZERO))

    def for_page(self) -> Self:
        """With what the page of one project shows."""
        return self.select_related("customer", "contact__person", "manager", "updated_by")

    def summary(self) -> dict:
        """How many, and what their services add up to."""
        return self.aggregate(count=Count("pk", distinct=True), total=Sum("services__amount", default=ZERO))
