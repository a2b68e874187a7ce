"""A sale, its service lines and its history."""

from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import ExpressionWrapper, F, Q, Value
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from invoicing.models import Invoice
from projects.models import Project, Service, ServiceLine
from relations.models import Contact
from sales.models.querysets import SaleQuerySet
from sales.models.state import (
    SaleState,
    SaleStatus,
    key,
)
from salescrm.fields import DayField
from salescrm.notes.models import OWN_NOTE, Note
from salescrm.versions import Versioned
from salescrm.words import folded

UNTRASHED_OPEN = Q(status="open", trashed=False)
MILESTONES = Q(kind__in=["created", "moved", "undone", "accepted", "lost", "reopened"])  # events that are news


class Sale(SaleState, Versioned):
    subject = models.CharField(_("subject"), max_length=200)
    contact = key(Contact, "sales", _("contact person"), null=True, blank=True)
    weighted_revenue = models.GeneratedField(
        expression=ExpressionWrapper(
            F("expected_revenue") * F("probability") * Value(Decimal("0.01")), output_field=models.DecimalField()
        ),
        output_field=models.DecimalField(max_digits=18, decimal_places=4),
        db_persist=True,
        verbose_name=_("weighted revenue"),
    )
    # When it came to stand in its phase: stored, because lists ask it of all sales at once (see history.SINCE).
    phase_since = models.DateTimeField(_("in its phase since"), default=timezone.now, db_default=Now(), editable=False)
    start_date = DayField(_("start date"), null=True, blank=True)
    next_step = models.CharField(_("next step"), max_length=200, blank=True)
    next_step_on = DayField(_("date of the next step"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True)
    # Why it was lost, in words. Not in its events, which nobody can change: it may speak of persons.
    loss_explanation = models.TextField(
        _("explanation of the loss"), max_length=2000, blank=True, default="", db_default="", editable=False
    )
    external_reference = models.CharField(_("reference in another system"), max_length=100, blank=True, editable=False)
    invoice = models.ForeignKey(
        Invoice, on_delete=models.SET_NULL, null=True, editable=False, related_name="sales", verbose_name=_("invoice")
    )
    project = models.ForeignKey(
        Project, on_delete=models.SET_NULL, null=True, editable=False, related_name="sales", verbose_name=_("project")
    )
    last_sequence = models.PositiveIntegerField(default=0, editable=False)
    search = models.GeneratedField(
        expression=folded("subject", "external_reference"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    before: "SaleEvent | None" = None  # its state when a domain function claimed it
    latest: "SaleEvent | None" = None  # the event a domain function has just appended, on the sale it returns

    objects = SaleQuerySet.as_manager()

    class Meta:
        verbose_name = _("sale")
        verbose_name_plural = _("sales")
        ordering = ["-updated_at", "-pk"]
        permissions = [
            ("move_sale", "Can move a sale to another phase"),
            ("accept_sale", "Can accept a sale"),
            ("lose_sale", "Can mark a sale as lost"),
            ("reopen_sale", "Can reopen an own sale"),
            ("reopen_any_sale", "Can reopen any sale"),
            ("correct_closed_sale", "Can correct the outcome of a closed sale"),
            ("export_sale", "Can export sales"),
            ("import_sale", "Can import sales"),
            ("trash_sale", "Can trash a sale"),
            ("undo_any_move", "Can undo a move of somebody else"),
            ("see_all_sales", "Sees all sales, whatever the switch says"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(probability__gte=0, probability__lte=100),
                name="sale_probability_is_0_to_100",
                violation_error_message=_("A probability lies between 0 and 100 percent."),
            ),
            models.CheckConstraint(
                condition=Q(expected_revenue=None) | Q(expected_revenue__gte=0),
                name="sale_revenue_is_not_negative",
                violation_error_message=_("Expected revenue is not negative."),
            ),
            models.CheckConstraint(
                condition=Q(status="open", closed_on=None) | (~Q(status="open") & Q(closed_on__isnull=False)),
                name="sale_is_closed_when_not_open",
                violation_error_message=_("A sale has a closing day exactly when it is not open."),
            ),
            models.CheckConstraint(
                condition=Q(accept_reason=None) | Q(status="accepted"),
                name="sale_reason_accepted_only_when_accepted",
                violation_error_message=_("Only an accepted sale has a reason accepted."),
            ),
            models.CheckConstraint(
                condition=Q(follow_up="", status__in=["open", "lost"]) | (Q(status="accepted") & ~Q(follow_up="")),
                name="sale_follow_up_exactly_when_accepted",
                violation_error_message=_("A sale has a follow-up exactly when it is accepted."),
            ),
            models.CheckConstraint(
                condition=Q(loss_reason=None, lost_to=None) | Q(status="lost"),
                name="sale_loss_only_when_lost",
                violation_error_message=_("Only a lost sale has a reason lost or a competitor."),
            ),
            models.CheckConstraint(
                condition=Q(loss_explanation="") | Q(status="lost"),
                name="sale_loss_is_explained_only_when_lost",
                violation_error_message=_("Only a lost sale has an explanation of the loss."),
            ),
            models.CheckConstraint(
                condition=Q(lost_to=None) | ~Q(lost_to=F("customer")),
                name="sale_is_not_lost_to_its_customer",
                violation_error_message=_("A sale is not lost to its own customer."),
            ),
            models.UniqueConstraint(
                fields=["external_reference"],
                condition=~Q(external_reference=""),
                name="sale_external_reference_is_unique",
                violation_error_message=_("There is already a sale with this reference."),
            ),
        ]
        indexes = [
            # What does the forecast add up, and what a list of open sales? Answered from the index alone; totals read
            # the status of every sale.
            models.Index(
                fields=["expected_end_date"],
                include=["weighted_revenue", "expected_revenue", "phase", "owner", "source", "customer", "status"],
                condition=UNTRASHED_OPEN,
                name="sale_forecast",
            ),
            # Which open sales changed last, which sales at all? The pages of the list.
            models.Index(F("updated_at").desc(), F("id").desc(), condition=UNTRASHED_OPEN, name="sale_open_recent"),
            models.Index(F("updated_at").desc(), F("id").desc(), condition=Q(trashed=False), name="sale_recent"),
            # Which open sales of a phase come next? The cards of the board.
            models.Index(fields=["phase", "next_step_on", "id"], condition=UNTRASHED_OPEN, name="sale_board"),
            # Which next steps do the open sales of a colleague have? Their start page counts and orders by it alone.
            # It has no amounts, or it would be read instead of sale_forecast; no second key, or days would be searched
            # in it.
            models.Index(
                fields=["owner"],
                include=["next_step_on", "expected_end_date", "id", "next_step"],
                condition=UNTRASHED_OPEN,
                name="sale_steps",
            ),
            # What was closed in a period, and for how much?
            models.Index(
                fields=["closed_on"],
                include=["status", "expected_revenue", "owner", "source"],
                condition=~Q(status="open") & Q(trashed=False),
                name="sale_closed",
            ),
            GinIndex(fields=["search"], name="sale_search"),
            GinIndex(OWN_NOTE, name="sale_own_note"),  # What did somebody write about a sale?
            # Which sales does this relation, colleague, list row have?
            models.Index(fields=["customer"], name="sale_customer"),
            models.Index(fields=["contact"], name="sale_contact", condition=Q(contact__isnull=False)),
            models.Index(fields=["owner", "status"], name="sale_owner"),
            models.Index(fields=["phase", "status"], name="sale_phase"),
            models.Index(fields=["source"], name="sale_source"),
            models.Index(fields=["accept_reason"], name="sale_accept_reason", condition=Q(accept_reason__isnull=False)),
            models.Index(fields=["loss_reason"], name="sale_loss_reason", condition=Q(loss_reason__isnull=False)),
            models.Index(fields=["lost_to"], name="sale_lost_to", condition=Q(lost_to__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.subject

    def get_absolute_url(self) -> str:
        return reverse("sales:detail", args=[self.pk])

    @property
    def is_open(self) -> bool:
        """Whether it can still be moved, accepted or lost."""
        return self.status == SaleStatus.OPEN


class SaleLine(ServiceLine):
    """A service this sale is about; until quotes exist, the lines are the quote."""

    sale = models.ForeignKey(Sale, on_delete=models.CASCADE, related_name="lines")
    service = models.OneToOneField(
        Service, on_delete=models.SET_NULL, null=True, editable=False, related_name="sale_line"
    )

    class Meta(ServiceLine.Meta):
        verbose_name = _("service line")
        verbose_name_plural = _("service lines")


class SaleEvent(SaleState):
    """One change of a sale: the state after it (rule 7). Never changed, never deleted: a trigger refuses."""

    class Kind(models.TextChoices):
        CREATED = "created", _("created")
        MOVED = "moved", _("moved")
        CHANGED = "changed", _("changed")
        ACCEPTED = "accepted", _("accepted")
        LOST = "lost", _("lost")
        REOPENED = "reopened", _("reopened")
        CORRECTED = "corrected", _("corrected")
        UNDONE = "undone", _("move undone")
        TRASHED = "trashed", _("moved to the trash")
        RESTORED = "restored", _("restored")

    sale = models.ForeignKey(Sale, on_delete=models.PROTECT, related_name="events")
    sequence = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=Kind)
    sale_version = models.PositiveIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(_("when it was true"))
    recorded_at = models.DateTimeField(_("when it was recorded"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["sale_id", "sequence"]
        constraints = [
            models.UniqueConstraint(
                fields=["sale", "sequence"],
                name="event_sequence_is_unique_per_sale",
                violation_error_message=_("The events of a sale are numbered."),
            )
        ]
        # What happened lately? The start page of whoever sees all sales.
        indexes = [
            models.Index(F("at").desc(), F("id").desc(), condition=MILESTONES, name="event_news"),
        ]

    def __str__(self) -> str:
        return f"{self.sale_id} #{self.sequence} {self.kind}"


class SaleNote(Note):
    """Something on the timeline of a sale."""

    sale = models.ForeignKey(Sale, on_delete=models.PROTECT, related_name="notes")

    class Meta(Note.Meta):
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        indexes = [
            models.Index(fields=["sale", "-at"], name="sale_note_latest"),
            GinIndex(Note.WORDS, name="sale_note_words"),
        ]

    def get_absolute_url(self) -> str:
        return f"{self.sale.get_absolute_url()}#timeline"
