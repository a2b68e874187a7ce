"""The table of an exported timeline."""

from collections.abc import Iterable, Iterator
from html import unescape

from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from sales.sentences import Entry
from salescrm.calendar import organisation_zone
from salescrm.exports import downloads


def timeline_table(entries: Iterable[Entry]) -> downloads.Table:
    """The entries of a timeline, in their order."""
    heading = [_("When"), _("What"), _("Text"), _("Files"), _("By"), _("About")]
    return downloads.Table(pgettext("file name", "timeline"), heading, _timeline_rows(entries))


def _timeline_rows(entries: Iterable[Entry]) -> Iterator[list]:
    zone = organisation_zone()
    for entry in entries:
        note = entry.note
        text = note.text if note else "\n".join(unescape(strip_tags(detail)) for detail in entry.details)
        yield [
            entry.at.astimezone(zone).isoformat(" ", "minutes")[:16],
            note.get_kind_display() if note else entry.headline,
            text,
            ", ".join(file.name for file in note.files.all()) if note else "",
            str(entry.by or _("the system")),
            str(entry.about or ""),
        ]
