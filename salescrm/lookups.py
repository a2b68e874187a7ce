"""Lookup: the short lists a company makes its own (phases, reasons, sources, relation types)."""

from django.db import models
from django.db.models import Count, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class LookupQuerySet(models.QuerySet):
    def active(self):
        """Rows that are not retired."""
        return self.filter(is_active=True)

    def selectable(self, current=None):
        """Active rows, and the row already chosen even when it has been retired since."""
        return self.filter(Q(is_active=True) | Q(pk=getattr(current, "pk", current)))

    def with_usage(self):
        """Every row with `usage`: how many records use it."""
        return self.annotate(usage=Count(self.model.USED_BY, distinct=True))


class Lookup(models.Model):
    """A row of a short list: the customer's own data, so no code ever looks at a name."""

    USED_BY = ""  # related name of the records that choose a row of this list

    name = models.CharField(_("name"), max_length=60)
    position = models.PositiveSmallIntegerField(_("position"), default=0, editable=False)
    is_active = models.BooleanField(_("active"), default=True, editable=False)

    objects = LookupQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="%(class)s_name_is_unique",
                violation_error_message=_("There is already a row with this name."),
            )
        ]

    def __str__(self):
        return self.name
