"""What one may ask about invoices."""

from django.db import models


class InvoiceQuerySet(models.QuerySet):
    def drafts(self):
        """Invoices that are not issued yet."""
        return self.filter(status=self.model.Status.DRAFT)

    def issued(self):
        """Invoices with a number."""
        return self.exclude(status=self.model.Status.DRAFT)

    def for_list(self):
        """With what a list row shows."""
        return self.select_related("customer", "owner")
