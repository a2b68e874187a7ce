"""The lists an administrator makes: phases, reasons and sources (rule 1)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from salescrm.fields import PercentField
from salescrm.lookups import Lookup


class Phase(Lookup):
    """A step in the process of a sale; independent of its status."""

    class Colour(models.TextChoices):
        SLATE = "slate", _("slate")
        BLUE = "blue", _("blue")
        TEAL = "teal", _("teal")
        GREEN = "green", _("green")
        OLIVE = "olive", _("olive")
        AMBER = "amber", _("amber")
        ORANGE = "orange", _("orange")
        RED = "red", _("red")
        PINK = "pink", _("pink")
        VIOLET = "violet", _("violet")

    USED_BY = "sales"

    colour = models.CharField(_("colour"), max_length=10, choices=Colour, default=Colour.SLATE)
    probability = PercentField(_("probability"))
    age_limit = models.PositiveSmallIntegerField(_("limit in days"), null=True, blank=True)

    class Meta(Lookup.Meta):
        verbose_name = _("phase")
        verbose_name_plural = _("phases")
        constraints = [
            *Lookup.Meta.constraints,
            models.CheckConstraint(
                condition=Q(probability__gte=0, probability__lte=100),
                name="phase_probability_is_0_to_100",
                violation_error_message=_("A probability lies between 0 and 100 percent."),
            ),
        ]


class AcceptReason(Lookup):
    USED_BY = "sales"

    class Meta(Lookup.Meta):
        verbose_name = _("reason accepted")
        verbose_name_plural = _("reasons accepted")


class LossReason(Lookup):
    USED_BY = "sales"

    class Meta(Lookup.Meta):
        verbose_name = _("reason lost")
        verbose_name_plural = _("reasons lost")


class Source(Lookup):
    USED_BY = "sales"

    class Meta(Lookup.Meta):
        verbose_name = _("source")
        verbose_name_plural = _("sources")
