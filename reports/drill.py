"""Where a figure leads: the list of sales that adds up to it."""

from datetime import date
from functools import cache
from urllib.parse import quote_plus

from django.urls import reverse

from salescrm.calendar import in_reach


def sales_list(*words: dict) -> str:
    """The address of the list of sales narrowed by these words; later ones win, empty ones fall off.

    "" for what lies before or after the years of rule 20: the list knows no such days.
    """
    merged = {}
    for part in words:
        merged |= part
    if any(isinstance(value, date) and not in_reach(value) for value in merged.values()):
        return ""
    pairs = [_word(word, value) for word, value in merged.items() if value not in (None, "", [], ())]
    return f"{_list()}?{'&'.join(pairs)}"


def _word(word: str, value) -> str:
    if isinstance(value, list | tuple):
        return "&".join(_word(word, each) for each in value)
    return f"{word}={value}" if isinstance(value, int | date) else f"{word}={quote_plus(str(value))}"


@cache
def _list() -> str:
    """The address of the list, resolved once: a report shows hundreds of figures."""
    return reverse("sales:list")
