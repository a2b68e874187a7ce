"""Queries about invoices."""

from typing import Any, Self

from django.db import models
from django.db.models import Count, OuterRef, Q, Subquery, Sum

from relations import spread
from salescrm.calendar import today
from salescrm.mail.models import OutgoingMail
from salescrm.numbering import meant

MAIL_KIND = "invoice"  # of a mail in the outbox


class InvoiceQuerySet(models.QuerySet):
    model: Any  # which imports this module

    def drafts(self) -> Self:
        """Invoices that are not issued yet."""
        return self.filter(status=self.model.Status.DRAFT)

    def issued(self) -> Self:
        """Invoices with a number."""
        return self.exclude(status=self.model.Status.DRAFT)

    def sent(self) -> Self:
        """Issued invoices that were mailed."""
        return self.issued().filter(sent_at__isnull=False)

    def unsent(self) -> Self:
        """Issued invoices that were not mailed yet."""
        return self.issued().filter(sent_at=None)

    def search(self, text: str) -> Any:
        """Invoices that hold words that begin like these, in number, subject and reference or in their customer."""
        return spread.search(self, self.model.WORDS, text, number=Q(number__in=meant(text, on=today())))

    def for_list(self) -> Self:
        """With what a list row shows."""
        return self.select_related("customer", "owner").with_mail_state()

    def for_page(self) -> Self:
        """With what the page of one invoice shows."""
        return self.select_related("customer", "contact__person", "owner", "updated_by").with_mail_state()

    def with_mail_state(self) -> Self:
        """With the state of the last mail, `mail_state`; None without any."""
        mails = OutgoingMail.objects.filter(kind=MAIL_KIND, record=OuterRef("pk")).order_by("-pk")
        return self.annotate(mail_state=Subquery(mails.values("state")[:1]))

    def summary(self) -> dict:
        """How many, and what they add up to."""
        zero = models.Value(0, output_field=models.DecimalField())
        return self.aggregate(
            count=Count("pk"),
            excluding=Sum("total_excluding_vat", default=zero),
            including=Sum("total_including_vat", default=zero),
        )
