"""The tables of exported files: sales, their lines, and those in the trash."""

from collections.abc import Iterator

from django.db.models import CharField, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from projects.exporting import service_cells, service_heading
from sales.exporting import sale_heading, sale_rows
from sales.models import SaleEvent, SaleLine
from sales.models.querysets import SaleQuerySet
from salescrm.calendar import organisation_zone
from salescrm.exports import downloads


def table(sales: SaleQuerySet) -> downloads.Table:
    """All sales of the queryset in its order; weighted revenue exact, with four decimals."""
    return downloads.Table(pgettext("file name", "sales"), sale_heading(), sale_rows(sales))


def lines_table(sales: SaleQuerySet) -> downloads.Table:
    """One row per service line of these sales."""
    heading = [_("Number"), _("Subject"), _("Customer"), *service_heading()]
    lines = SaleLine.objects.filter(sale__in=sales.order_by().values("pk")).order_by("-sale_id", "position", "pk")
    return downloads.Table(pgettext("file name", "service-lines"), heading, _line_rows(lines))


def _line_rows(lines) -> Iterator[list]:
    related = lines.select_related("sale__customer", "vat_rate").defer("sale__note", "sale__search")
    for line in related.iterator(chunk_size=downloads.CHUNK):
        sale = line.sale
        yield [sale.pk, sale.subject, str(sale.customer), *service_cells(line)]


def trash_table(sales: SaleQuerySet) -> downloads.Table:
    """Sales in the trash, and since when and by whom they are there."""
    heading = [_("In the trash since"), _("By"), *sale_heading()]
    return downloads.Table(pgettext("file name", "trash"), heading, _trash_rows(sales))


def _trash_rows(sales: SaleQuerySet) -> Iterator[list]:
    zone = organisation_zone()
    last = SaleEvent.objects.filter(sale=OuterRef("pk"), kind=SaleEvent.Kind.TRASHED).order_by("-sequence")
    who = Coalesce(NullIf("by__name", Value("")), "by__email", output_field=CharField())
    trashed = sales.annotate(
        trashed_at=Subquery(last.values("at")[:1]), trashed_by=Subquery(last.values(who=who)[:1])
    )  # fmt: skip
    for *row, at, by in sale_rows(trashed, "trashed_at", "trashed_by"):
        yield [at and at.astimezone(zone).date(), by or _("the system"), *row]
