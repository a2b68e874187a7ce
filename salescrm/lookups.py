"""Lookup: the short lists a company makes its own (phases, reasons, sources, relation types)."""

from typing import Any, Self

from django import forms
from django.db import models, transaction
from django.db.models import Count, Max, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Lower
from django.utils.translation import gettext_lazy as _

from salescrm.uniqueness import UniqueWords
from salescrm.versions import Editable, Refused, lock, lock_all


class LookupQuerySet(models.QuerySet):
    def active(self) -> Self:
        """Rows that are not retired."""
        return self.filter(is_active=True)

    def selectable(self, current: Any = None) -> Self:
        """Active rows, and the current row even when it has been retired since."""
        return self.filter(Q(is_active=True) | Q(pk=getattr(current, "pk", current)))

    def with_usage(self) -> Self:
        """Every row with `usage`: how many records use it."""
        lookup: Any = self.model
        key = lookup._meta.get_field(lookup.USED_BY).field
        per_row = key.model._base_manager.filter(**{key.name: OuterRef("pk")}).order_by().values(key.name)
        return self.annotate(usage=Coalesce(Subquery(per_row.annotate(count=Count("pk")).values("count")), 0))


class Lookup(Editable):
    """A row of a short list: the customer's own data, so no code ever looks at a name.

    Its place is a property of the list: another order raises no version.
    """

    CHANGED = _("%(who)s changed this row after you opened it. Nothing of yours was stored.")
    USED_BY = ""  # related name of the records that choose a row of this list

    name = models.CharField(_("name"), max_length=60)
    position = models.PositiveSmallIntegerField(_("position"), default=0, editable=False)
    is_active = models.BooleanField(_("active"), default=True, editable=False)

    objects = LookupQuerySet.as_manager()

    class Meta(Editable.Meta):
        abstract = True
        ordering = ["position", "pk"]
        constraints = [
            UniqueWords(
                Lower("name"),
                name="%(class)s_name_is_unique",
                violation_error_message=_("There is already a row with this name."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_referred_to(self) -> bool:
        """Whether a record, or the history of one, still names this row: then it cannot be deleted (rule 5)."""
        keys = (relation.field for relation in self._meta.related_objects if relation.on_delete is models.PROTECT)
        return any(key.model._base_manager.filter(**{key.name: self.pk}).exists() for key in keys)


class LookupForm(forms.ModelForm):
    """What every list asks for; a list with more fields adds them in a subclass."""

    class Meta:
        fields = ["name"]
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "off"})}


@transaction.atomic
def add(row: Lookup) -> Lookup:
    """Store a new row at the end of its list."""
    last = type(row).objects.aggregate(last=Max("position"))["last"]
    row.position = 0 if last is None else last + 1
    row.save(force_insert=True)
    return row


@transaction.atomic
def reorder(model: type[Lookup], ids: list[int], *, before: list[int] | None = None) -> None:
    """Put the rows of a list in the order of `ids`.

    Refuses ids that are not exactly the rows there are now, and an order made of another one (`before`) than there is
    now, unless it is there already (rule 6).
    """
    rows = {row.pk: row for row in lock_all(model.objects.all(), no_key=True)}
    present = [row.pk for row in sorted(rows.values(), key=lambda row: (row.position, row.pk))]
    if ids == present:
        return
    if sorted(ids) != list(rows) or before not in (None, present):
        raise Refused(_("This list was changed meanwhile. Look again and put it in order."), code="stale")
    for position, pk in enumerate(ids):
        rows[pk].position = position
    model.objects.bulk_update(rows.values(), ["position"])


@transaction.atomic
def delete(row: Lookup) -> None:
    """Delete a row that no record and no history names. Refuses one that is in use (rule 5)."""
    row = lock(type(row).objects.all(), row.pk)
    if row.is_referred_to:
        raise Refused(_("This is in use, so it cannot be deleted. Retire it instead."), code="in_use")
    row.delete()
