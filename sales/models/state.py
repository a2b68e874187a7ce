"""What counts in the history of a sale: the fields it shares with its events (rule 7)."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from relations.models import Relation
from sales.models.lists import (
    AcceptReason,
    LossReason,
    Phase,
    Source,
)
from salescrm.fields import DayField, MoneyField, PercentField, field_of


class SaleStatus(models.TextChoices):
    OPEN = "open", _("open")
    ACCEPTED = "accepted", _("accepted")
    LOST = "lost", _("lost")


class FollowUp(models.TextChoices):
    """What happens when a sale is accepted (rule 9)."""

    LINKED = "kept", _("Keep what is linked")
    NONE = "none", _("No further actions")
    INVOICE = "invoice", _("Create a draft invoice")
    NEW_PROJECT = "new_project", _("Create a new project")
    EXISTING_PROJECT = "existing_project", _("Add to an existing project")


def key(model: Any, related_name: str, verbose_name: Any, **options: Any) -> models.ForeignKey:
    """The key to a record that a sale names, and that stays for as long as it does."""
    return models.ForeignKey(
        model,
        on_delete=models.PROTECT,
        related_name=related_name,
        verbose_name=verbose_name,
        db_index=False,  # Sale names the indexes it needs; events are written often and looked up by sale only
        **options,
    )


class SaleState(models.Model):
    """What an event stores of a sale: exactly the fields whose history counts (rule 7)."""

    Status = SaleStatus
    STATE = [
        "phase", "status", "probability", "probability_by_hand", "expected_revenue", "expected_end_date", "owner",
        "customer", "source", "accept_reason", "loss_reason", "lost_to", "closed_on", "follow_up", "trashed",
    ]  # fmt: skip

    phase = key(Phase, "%(class)ss", _("phase"))
    status = models.CharField(_("status"), max_length=10, choices=SaleStatus, default=SaleStatus.OPEN, editable=False)
    probability = PercentField(_("probability"))
    probability_by_hand = models.BooleanField(_("probability set by hand"), default=False, editable=False)
    expected_revenue = MoneyField(_("expected revenue"), null=True, blank=True)
    expected_end_date = DayField(_("expected end date"), null=True, blank=True)
    owner = key(settings.AUTH_USER_MODEL, "%(class)ss", _("owner"))
    customer = key(Relation, "%(class)ss", _("customer"))
    source = key(Source, "%(class)ss", _("source"), null=True, blank=True)
    accept_reason = key(AcceptReason, "%(class)ss", _("reason accepted"), null=True, blank=True, editable=False)
    loss_reason = key(LossReason, "%(class)ss", _("reason lost"), null=True, blank=True, editable=False)
    lost_to = key(Relation, "%(class)ss_lost_to", _("lost to competitor"), null=True, blank=True, editable=False)
    closed_on = DayField(_("closed on"), null=True, blank=True, editable=False)
    follow_up = models.CharField(_("follow-up"), max_length=20, choices=FollowUp, blank=True, editable=False)
    trashed = models.BooleanField(_("in the trash"), default=False, db_default=False, editable=False)

    class Meta:
        abstract = True

    def state(self) -> dict:
        """The values of STATE by column name: what an event stores and what replay compares."""
        columns = [field_of(type(self), name).attname for name in self.STATE]
        return {column: getattr(self, column) for column in columns}
