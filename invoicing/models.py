"""What we send: invoices with their lines, VAT rates and history."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from invoicing.lines import PricedLine
from invoicing.querysets import InvoiceQuerySet
from relations.models import Contact, Relation
from salescrm.fields import DayField, MoneyField
from salescrm.lookups import Lookup
from salescrm.mail.models import OutgoingMail
from salescrm.versions import Versioned
from salescrm.words import folded

WORDS = folded("number", "subject", "reference")  # what search looks in


class VatRate(Lookup):
    """A rate of VAT in percent; exempt and reverse charged are rates of 0 with their own words on the invoice."""

    class Category(models.TextChoices):
        STANDARD = "standard", _("standard")
        EXEMPT = "exempt", _("exempt")
        REVERSE = "reverse", _("reverse charged")

    USED_BY = "invoice_lines"

    percent = models.DecimalField(_("percent"), max_digits=5, decimal_places=2)
    category = models.CharField(_("category"), max_length=10, choices=Category, default=Category.STANDARD)

    class Meta(Lookup.Meta):
        verbose_name = _("VAT rate")
        verbose_name_plural = _("VAT rates")
        constraints = [
            *Lookup.Meta.constraints,
            models.CheckConstraint(
                condition=Q(percent__gte=0, percent__lte=100),
                name="vat_percent_is_0_to_100",
                violation_error_message=_("A VAT percentage lies between 0 and 100."),
            ),
            models.CheckConstraint(
                condition=Q(category="standard") | Q(percent=0),
                name="vat_is_0_when_exempt_or_reverse_charged",
                violation_error_message=_("Exempt and reverse charged mean 0 percent."),
            ),
        ]


class Invoice(Versioned):
    WORDS = WORDS  # what search looks in
    CHANGED = _("%(who)s changed this invoice after you opened it. Nothing of yours was stored.")

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        ISSUED = "issued", _("issued")

    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT, editable=False)
    number = models.CharField(_("number"), max_length=30, blank=True, editable=False)
    customer = models.ForeignKey(
        Relation, on_delete=models.PROTECT, related_name="invoices", verbose_name=_("customer")
    )
    contact = models.ForeignKey(
        Contact, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("contact person")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="invoices", verbose_name=_("owner")
    )
    subject = models.CharField(_("subject"), max_length=200)
    reference = models.CharField(_("customer's reference"), max_length=100, blank=True)
    supplied_from = DayField(_("supplied on, or from"), null=True, blank=True)
    supplied_until = DayField(_("supplied up to and including"), null=True, blank=True)
    note = models.TextField(_("text on the invoice"), blank=True)
    payment_days = models.PositiveSmallIntegerField(_("payment term in days"), default=30)
    issued_on = DayField(_("invoice date"), null=True, editable=False)
    due_on = DayField(_("due date"), null=True, editable=False)
    sent_at = models.DateTimeField(_("sent"), null=True, editable=False)
    # Fixed at issuing, so that the document never changes when master data does.
    document = models.JSONField(_("document as issued"), null=True, editable=False)
    total_excluding_vat = MoneyField(_("total excluding VAT"), default=0, editable=False)
    total_vat = MoneyField(_("VAT"), default=0, editable=False)
    total_including_vat = MoneyField(_("total including VAT"), default=0, editable=False)

    objects = InvoiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        ordering = [F("issued_on").desc(nulls_last=True), "-pk"]
        permissions = [
            ("change_any_invoice", "Can edit anybody's draft"),
            ("issue_invoice", "Can issue an invoice"),
            ("send_invoice", "Can send an invoice"),
            ("credit_invoice", "Can credit an invoice"),
            ("export_invoice", "Can export invoices"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["number"],
                condition=~Q(number=""),
                name="invoice_number_is_unique",
                violation_error_message=_("There is already an invoice with this number."),
            ),
            models.CheckConstraint(
                condition=Q(status="draft", number="", issued_on=None)
                | (~Q(status="draft") & ~Q(number="") & Q(issued_on__isnull=False, document__isnull=False)),
                name="invoice_has_number_and_date_exactly_when_issued",
                violation_error_message=_("An invoice has a number and a date exactly when it is issued."),
            ),
            models.CheckConstraint(
                condition=Q(supplied_until=None)
                | Q(supplied_from__isnull=False, supplied_until__gte=F("supplied_from")),
                name="invoice_supply_ends_after_it_begins",
                violation_error_message=_("A period of supply ends on or after the day it begins."),
            ),
        ]
        indexes = [GinIndex(WORDS, name="invoice_words")]  # Which invoices have words that begin like these?

    def __str__(self) -> str:
        return self.number or f"{_('Draft')} {self.subject}"

    def get_absolute_url(self) -> str:
        return reverse("invoicing:detail", args=[self.pk])

    @property
    def is_draft(self) -> bool:
        """Whether it can still be edited."""
        return self.status == self.Status.DRAFT


class InvoiceLine(PricedLine):
    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="lines")
    # As inherited, and a rate counts the lines that use it.
    vat_rate = models.ForeignKey(VatRate, on_delete=models.PROTECT, related_name=VatRate.USED_BY, verbose_name=_("VAT"))

    class Meta(PricedLine.Meta):
        verbose_name = _("invoice line")
        verbose_name_plural = _("invoice lines")


class InvoiceEvent(models.Model):
    """Something that happened to an invoice, or to the mail it goes out with."""

    class Kind(models.TextChoices):
        CREATED = "created", _("Draft created")
        EDITED = "edited", _("Draft edited")
        ISSUED = "issued", _("Issued")
        POSTED = "posted", _("Waiting to be sent")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Sending failed")
        UNSURE = "unsure", _("Sending unsure")
        DROPPED = "dropped", _("Not to be sent any more")
        ON_HOLD = "on_hold", _("Sending on hold")

    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=10, choices=Kind)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    detail = models.CharField(max_length=300, blank=True)
    invoice_version = models.PositiveIntegerField(default=1)
    mail = models.ForeignKey(OutgoingMail, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("event of an invoice")
        verbose_name_plural = _("events of an invoice")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.detail}".strip()
