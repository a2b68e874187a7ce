"""The table of an exported day."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from sales.exporting import sale_heading, sale_rows
from sales.models.querysets import SaleQuerySet
from salescrm.exports import downloads


def day_table(groups: Iterable[tuple[str, SaleQuerySet]]) -> downloads.Table:
    """The sales of a day, group after group; a sale in several groups is in several rows."""
    rows = ([label, *row] for label, sales in groups for row in sale_rows(sales))
    return downloads.Table(pgettext("file name", "day"), [_("Group"), *sale_heading()], rows)
