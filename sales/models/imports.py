"""A run of an import in the browser: its file, how its columns are read, and what it did with every row."""

from collections.abc import Iterable
from typing import Self

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from salescrm.models import StoredFile
from salescrm.versions import Versioned


class ImportRun(Versioned):
    """From the uploaded file to its undoing.

    `mapping` names by the place of a column the field it fills, `options` holds the other answers, `position` is the
    last line dealt with in the present stage of the run.
    """

    class Kind(models.TextChoices):
        RELATIONS = "relations", _("relations")
        CONTACTS = "contacts", _("contact persons")
        SALES = "sales", pgettext_lazy("import", "sales")

    class Status(models.TextChoices):
        UPLOADED = "uploaded", pgettext_lazy("import", "uploaded")
        CHECKING = "checking", pgettext_lazy("import", "being checked")
        PLANNED = "planned", pgettext_lazy("import", "ready to start")
        RUNNING = "running", pgettext_lazy("import", "running")
        DONE = "done", pgettext_lazy("import", "done")
        UNDOING = "undoing", pgettext_lazy("import", "being undone")
        UNDONE = "undone", pgettext_lazy("import", "undone")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.UPLOADED, editable=False)
    file = models.OneToOneField(
        StoredFile, on_delete=models.PROTECT, null=True, related_name="import_run", editable=False
    )
    columns = models.JSONField(default=list, editable=False)
    mapping = models.JSONField(default=dict, editable=False)
    options = models.JSONField(default=dict, editable=False)
    key = models.CharField(_("recognised by"), max_length=40, blank=True)
    position = models.PositiveIntegerField(default=0, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False)
    started_at = models.DateTimeField(null=True, editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)
    undone_at = models.DateTimeField(null=True, editable=False)
    cleared_at = models.DateTimeField(null=True, editable=False)  # rows and file are gone or going (IMPORT_DAYS)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.name}"

    def get_absolute_url(self) -> str:
        return reverse("sales:import", args=[self.pk])

    @property
    def name(self) -> str:
        """That of its file, which it is called by."""
        return self.file.name if self.file else self.options["name"]

    @property
    def is_open(self) -> bool:
        """Whether its columns can still be chosen: nothing has been written."""
        return self.status in (self.Status.UPLOADED, self.Status.CHECKING, self.Status.PLANNED)

    @property
    def is_agreed(self) -> bool:
        """Whether somebody has said what its columns are: that would be lost with it."""
        return self.version > 1

    @property
    def is_at_work(self) -> bool:
        """Whether there is something left of what it was told to do."""
        return self.status in (self.Status.CHECKING, self.Status.RUNNING, self.Status.UNDOING)


ADDED_AND_UNDONE = Q(run__kind=ImportRun.Kind.SALES, verdict="create", is_undone=True)


class ImportRowQuerySet(models.QuerySet):
    def freed_references(self, sales: Iterable[int]) -> dict[int, str]:
        """By the id of these sales: the reference that undoing an import took from one that the import had added."""
        rows = self.filter(ADDED_AND_UNDONE, target__in=sales).values_list("target", "after__external_reference")
        return {sale: reference for sale, reference in rows if reference}

    def without_references(self, sales: models.QuerySet) -> Self:
        """Those that hold no reference which one of these sales may get back."""
        return self.exclude(ADDED_AND_UNDONE, target__in=sales.values("pk"))


class ImportRow(models.Model):
    """One row of the file: what is to be done with it, what was done, and what was there before."""

    class Verdict(models.TextChoices):
        CREATE = "create", pgettext_lazy("import", "create")
        UPDATE = "update", pgettext_lazy("import", "update")
        UNCHANGED = "unchanged", pgettext_lazy("import", "unchanged")
        REFUSED = "refused", pgettext_lazy("import", "refused")

    WRITES = (Verdict.CREATE, Verdict.UPDATE)

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField()
    cells = models.JSONField()
    verdict = models.CharField(max_length=10, choices=Verdict, blank=True)  # empty: not checked yet
    key = models.CharField(max_length=250, blank=True)  # what it is recognised by, comparable
    why = models.CharField(max_length=500, blank=True)
    label = models.CharField(max_length=250, blank=True)
    target = models.PositiveBigIntegerField(null=True)
    version = models.PositiveIntegerField(null=True)  # of the target: when it was checked, then as the run left it
    before = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    after = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    made = models.JSONField(null=True)  # what else this row created
    is_done = models.BooleanField(default=False)
    is_undone = models.BooleanField(default=False)
    remainder = models.CharField(max_length=500, blank=True)  # why undoing left something of it

    objects = ImportRowQuerySet.as_manager()

    class Meta:
        ordering = ["run_id", "line"]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "line"],
                name="import_row_is_once_per_run",
                violation_error_message=_("Every line is read once."),
            )
        ]
        indexes = [
            models.Index(fields=["run", "verdict", "line"], name="import_row_verdict"),
            # Does another row of this file mean the same record?
            models.Index(fields=["run", "key"], name="import_row_key", condition=~Q(key="")),
            models.Index(fields=["run", "target"], name="import_row_target", condition=Q(target__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} #{self.line} {self.verdict}"
