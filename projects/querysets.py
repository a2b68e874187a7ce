"""What one may ask about projects."""

from django.db import models


class ProjectQuerySet(models.QuerySet):
    def active(self):
        """Projects to which work can be added."""
        return self.filter(status=self.model.Status.ACTIVE)

    def for_list(self):
        """With what a list row shows."""
        return self.select_related("customer", "manager")
