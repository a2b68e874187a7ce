"""Relations that may be the same, as a file."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from relations.duplicates.groups import Group
from relations.exporting import heading, rows
from salescrm.exports import downloads


def duplicates_table(groups: Iterable[Group]) -> downloads.Table:
    """The relations of every group that may be the same, with the number of the group and what they have in common."""
    lines = (
        [number, ", ".join(group.reasons), *row]
        for number, group in enumerate(groups, start=1)
        for row in rows(group.relations)
    )
    return downloads.Table("duplicates", [_("Group"), _("In common"), *heading()], lines)
