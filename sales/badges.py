"""The badges of a sale: next step, status, phase. Templates and drawn rows say the same in the same tone."""

from datetime import date
from html import escape

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from sales.models.lists import Phase
from salescrm.templatetags.crm import icon

STEP_TONES = {"late": "bad", "today": "warn", "planned": "neutral", "undated": "neutral", "none": "warn"}

STATUS_LOOKS = {"open": ("info", ""), "accepted": ("good", "check"), "lost": ("bad", "x-mark")}


def badge(tone: str, text: str, *, sign: str = "", title: str = "") -> SafeString:
    """A few words in a frame, with the icon `sign` before them."""
    label = f' title="{escape(title)}"' if title else ""
    drawn = icon(sign, 14) if sign else ""
    return SafeString(f'<span class="badge" data-tone="{tone}"{label}>{drawn}{escape(text)}</span>')


def step_kind(step: str, day: date | None, today: date) -> str:
    """What kind of next step it is, in the words of the filter `next`."""
    if day is None:
        return "undated" if step else "none"
    return "late" if day < today else "today" if day == today else "planned"


def step_word(kind: str) -> str:
    """A kind of next step, in words."""
    match kind:
        case "late":
            return pgettext("next step", "late")
        case "today":
            return pgettext("next step", "today")
        case "planned":
            return pgettext("next step", "planned")
        case "undated":
            return pgettext("next step", "no day yet")
    return _("no step")


def step_badge(kind: str, title: str = "") -> SafeString:
    """When the next step is due; `title` is the step itself where it is not shown."""
    return badge(STEP_TONES[kind], step_word(kind), title=title)


def status_word(status: str) -> str:
    """Open, accepted or lost."""
    match status:
        case "open":
            return pgettext("status", "Open")
        case "accepted":
            return pgettext("status", "Accepted")
    return pgettext("status", "Lost")


def status_badge(status: str, signs: bool = True) -> SafeString:
    """The status; without `signs` where a row has no room for icons."""
    tone, sign = STATUS_LOOKS[status]
    return badge(tone, status_word(status), sign=sign if signs else "")


def phase_badge(phase: Phase) -> SafeString:
    """The name of a phase in its colour."""
    return SafeString(f'<span class="badge" data-colour="{phase.colour}">{escape(phase.name)}</span>')
