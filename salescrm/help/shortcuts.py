"""The keyboard shortcuts: one list, from which links get their keys and the help sheet its lines."""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Shortcut(NamedTuple):
    """The keys (one, or two one after the other) and what they do."""

    keys: str
    label: str | Promise


EVERYWHERE = {
    "search": Shortcut("/", _("Search everything")),
    "new": Shortcut("n", _("New sale")),
    "help": Shortcut("?", _("This sheet")),
}
GOING = {
    "start": Shortcut("g h", pgettext_lazy("navigation", "Start")),
    "day": Shortcut("g d", _("My day")),
    "sales": Shortcut("g s", _("The list of sales")),
    "board": Shortcut("g b", _("The board")),
    "relations": Shortcut("g r", pgettext_lazy("navigation", "Relations")),
    "forecast": Shortcut("g f", _("Forecast")),
    "projects": Shortcut("g p", pgettext_lazy("navigation", "Projects")),
    "invoices": Shortcut("g i", pgettext_lazy("navigation", "Invoices")),
}
RECORD = {
    "edit": Shortcut("e", _("Edit what is shown")),
    "note": Shortcut("t", _("Add a note")),
}
SALE = {
    "accept": Shortcut("a", _("Accept the sale")),
    "lose": Shortcut("l", _("Close the sale as lost")),
    "move": Shortcut("m", _("To the progress bar; the arrow keys choose a phase")),
    "next": Shortcut("j", _("Next sale")),
    "previous": Shortcut("k", _("Previous sale")),
}
GROUPS = [
    (_("Everywhere"), EVERYWHERE),
    (_("Going somewhere: g and then"), GOING),
    (_("On the page of a sale, relation, project or invoice"), RECORD),
    (_("On the page of a sale"), SALE),
]
SHORTCUTS = EVERYWHERE | GOING | RECORD | SALE
