"""The switches of the sales process."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from relations.models import RelationType
from salescrm.models import Organisation
from salescrm.versions import Editable


class SalesSettings(Editable):
    """The switches of Settings > Sales that belong to sales alone: one row. Its version is that of all on the page."""

    CHANGED = _("%(who)s changed these settings after you opened them. Nothing of yours was stored.")

    class Use(models.TextChoices):
        OFF = "off", _("off")
        OPTIONAL = "optional", _("optional")
        REQUIRED = "required", _("required")

    organisation = models.OneToOneField(Organisation, on_delete=models.PROTECT, primary_key=True)
    accept_reason = models.CharField(_("reason accepted"), max_length=10, choices=Use, default=Use.OPTIONAL)
    loss_reason = models.CharField(_("reason lost"), max_length=10, choices=Use, default=Use.OPTIONAL)
    lost_to = models.BooleanField(_("lost to competitor"), default=True)
    source = models.BooleanField(_("source"), default=True)
    own_probability = models.BooleanField(_("own probability"), default=False)
    sales_to_persons = models.BooleanField(_("sales to persons"), default=False)
    accepted_type = models.ForeignKey(
        RelationType,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("relation type proposed on acceptance"),
    )
    competitor_type = models.ForeignKey(
        RelationType,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("relation type of a new competitor"),
    )

    class Meta:
        verbose_name = _("sales settings")
        verbose_name_plural = _("sales settings")

    def __str__(self) -> str:
        return str(_("Sales settings"))

    @classmethod
    def current(cls) -> "SalesSettings":
        """The switches with our organisation; once per request."""
        switches = getattr(Organisation.current(), "_sales_settings", None)
        if switches is None:
            switches = cls.objects.first() or cls()
            switches._remember()
        return switches

    @classmethod
    def take(cls, row: dict) -> None:
        """Use a row that another statement has read as `current()` for the rest of the request."""
        names = [field.attname for field in cls._meta.concrete_fields]
        cls.from_db("default", names, [row[name] for name in names])._remember()

    def _remember(self) -> None:
        company: Any = Organisation.current()
        self.organisation, company._sales_settings = company, self
