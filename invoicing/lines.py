"""A priced line, defined once: on an invoice, in a project, on a sale, and on whatever else has a price.

A record's own lines are a small subclass of `PricedLine`; from one record to another travels the bare `Line`. The form
of lines is `invoicing.line_forms`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F
from django.db.models.functions import Round
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from salescrm.fields import PriceField
from salescrm.lookups import Lookup
from salescrm.money import round_money
from salescrm.templatetags.crm import number, price, price_text


def line_amount(quantity: Decimal, unit_price: Decimal) -> Decimal:
    """The amount of one line in whole cents, the same as the generated column of `PricedLine`."""
    return round_money(quantity * unit_price)


@dataclass(frozen=True)
class Line:
    """What a line says, without the record it stands on: unit price in euro excluding VAT, and a row of VatRate."""

    description: str
    quantity: Decimal
    unit_price: Decimal
    vat_rate: Lookup
    billing_method: str = ""  # of services only

    def __str__(self) -> str:
        return f"{number(self.quantity)} × {self.description}, {price_text(self.unit_price)}, {self.vat_rate}"

    def __html__(self) -> SafeString:
        parts = number(self.quantity), self.description, price(self.unit_price), self.vat_rate
        return format_html("{} × {}, {}, {}", *parts)

    @classmethod
    def of(cls, row: dict) -> Self:
        """The line that a clean row of a form describes; what else the row holds is left out."""
        return cls(**{name: row[name] for name in (field.name for field in fields(cls)) if name in row})

    @property
    def amount(self) -> Decimal:
        """What it costs, in whole cents."""
        return line_amount(self.quantity, self.unit_price)


class PricedLine(models.Model):
    """A line of a record. The subclass adds the key to that record and, to FIELDS, what else its lines say."""

    objects: ClassVar[models.Manager[Self]]  # every subclass has its own
    FIELDS: ClassVar[tuple[str, ...]] = (
        "description",
        "quantity",
        "unit_price",
        "vat_rate",
    )  # what a form asks and a `Line` carries

    position = models.PositiveSmallIntegerField(default=0, editable=False)
    description = models.CharField(_("description"), max_length=200)
    quantity = models.DecimalField(_("quantity"), max_digits=10, decimal_places=2, default=1)
    unit_price = PriceField(_("unit price"))
    vat_rate = models.ForeignKey("invoicing.VatRate", on_delete=models.PROTECT, related_name="+", verbose_name=_("VAT"))
    amount = models.GeneratedField(
        expression=Round(F("quantity") * F("unit_price"), precision=2),
        output_field=models.DecimalField(max_digits=16, decimal_places=2),
        db_persist=True,
    )

    class Meta:
        abstract = True
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.description

    @property
    def content(self) -> Line:
        """What it says."""
        return Line(**{name: getattr(self, name) for name in self.FIELDS})

    def fill(self, line: Line) -> bool:
        """Take over what `line` says, without storing it; False when it said so already."""
        differs = self._state.adding or any(getattr(self, name) != getattr(line, name) for name in self.FIELDS)
        for name in self.FIELDS:
            setattr(self, name, getattr(line, name))
        return differs


def contents(lines: Any) -> list[Line]:
    """What these lines say, in their order."""
    return [line.content for line in lines.select_related("vat_rate")]


def store_lines(model: type[PricedLine], lines: Iterable[Line], *, first: int = 0, **record: models.Model) -> list:
    """Store `lines` in this order, from position `first` on, as lines of `record` (its key and the record)."""
    return model.objects.bulk_create(
        model(**record, position=position, **{name: getattr(line, name) for name in model.FIELDS})
        for position, line in enumerate(lines, start=first)
    )


def rewrite_lines(lines: Any, rows: Iterable[dict], **record: models.Model) -> bool:
    """Make `rows` of a form the `lines` of `record`, in this order; False when they were so already.

    A row with the `pk` of one of these lines keeps that line, and with it what is linked to it. Runs in the caller's
    transaction, under its lock.
    """
    known = {line.pk: line for line in lines.select_related("vat_rate")}
    changed = False
    for position, row in enumerate(rows):
        line = known.pop(row.get("pk"), None) or lines.model(**record)
        changed |= _put(line, Line.of(row), position)
    if known:
        lines.filter(pk__in=known).delete()
    return changed or bool(known)


def _put(line: PricedLine, content: Line, position: int) -> bool:
    if not line.fill(content) and line.position == position:
        return False
    line.position = position
    line.save()
    return True
