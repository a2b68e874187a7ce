"""What we do after the sale: projects with their services."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from invoicing.lines import Line, PricedLine
from projects.querysets import ProjectQuerySet
from relations.models import Contact, Relation
from salescrm.fields import DayField
from salescrm.notes.models import Note
from salescrm.versions import Versioned
from salescrm.words import folded

WORDS = folded("number", "name")  # what search looks in


class BillingMethod(models.TextChoices):
    FIXED_PRICE = "fixed_price", _("fixed price")
    HOURLY = "hourly", _("hourly")
    SUBSCRIPTION = "subscription", _("subscription")


class ServiceLine(PricedLine):
    """A service as it is offered and as it is delivered: a line that says how it is billed."""

    FIELDS = (*PricedLine.FIELDS, "billing_method")

    billing_method = models.CharField(
        _("billing method"), max_length=12, choices=BillingMethod, default=BillingMethod.FIXED_PRICE
    )

    class Meta(PricedLine.Meta):
        abstract = True


class Project(Versioned):
    WORDS = WORDS  # what search looks in
    CHANGED = _("%(who)s changed this project after you opened it. Nothing of yours was stored.")

    class Status(models.TextChoices):
        ACTIVE = "active", _("active")
        CLOSED = "closed", _("closed")

    number = models.CharField(_("number"), max_length=30, blank=True, editable=False)
    name = models.CharField(_("name"), max_length=200)
    customer = models.ForeignKey(
        Relation, on_delete=models.PROTECT, related_name="projects", verbose_name=_("customer")
    )
    contact = models.ForeignKey(
        Contact, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("contact person")
    )
    manager = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="projects", verbose_name=_("manager")
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.ACTIVE, editable=False)
    start_date = DayField(_("start date"), null=True, blank=True)
    end_date = DayField(_("end date"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        ordering = ["-pk"]
        permissions = [
            ("change_any_project", "Can edit projects of other managers"),
            ("close_project", "Can close and reopen a project"),
            ("export_project", "Can export projects"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["number"],
                condition=~Q(number=""),
                name="project_number_is_unique",
                violation_error_message=_("There is already a project with this number."),
            ),
            models.CheckConstraint(
                condition=Q(start_date=None) | Q(end_date=None) | Q(end_date__gte=F("start_date")),
                name="project_ends_after_it_starts",
                violation_error_message=_("A project ends on or after the day it starts."),
            ),
        ]
        indexes = [GinIndex(WORDS, name="project_words")]  # Which projects have words that begin like these?

    def __str__(self) -> str:
        return f"{self.number} {self.name}".strip()

    def get_absolute_url(self) -> str:
        return reverse("projects:detail", args=[self.pk])

    @property
    def is_active(self) -> bool:
        """Whether work can be added to it."""
        return self.status == self.Status.ACTIVE


class Service(ServiceLine):
    """A service of a project."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="services")
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta(ServiceLine.Meta):
        verbose_name = _("service")
        verbose_name_plural = _("services")

    def fill(self, line: Line) -> bool:
        """As of every line; what a stored service says anew raises its version."""
        differs = super().fill(line)
        if differs and not self._state.adding:
            self.version += 1
        return differs


class ProjectNote(Note):
    """Something on the timeline of a project."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="notes")

    class Meta(Note.Meta):
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        indexes = [
            models.Index(fields=["project", "-at"], name="project_note_latest"),
            GinIndex(Note.WORDS, name="project_note_words"),
        ]

    def get_absolute_url(self) -> str:
        return f"{self.project.get_absolute_url()}#timeline"
