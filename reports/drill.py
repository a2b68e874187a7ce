"""Where a figure leads: the list of sales that adds up to it."""

from functools import cache
from urllib.parse import urlencode

from django.urls import reverse


def sales_list(*words: dict) -> str:
    """The address of the list of sales narrowed by these words; later ones win, empty ones fall off."""
    merged = {}
    for part in words:
        merged |= part
    kept = {word: value for word, value in merged.items() if value not in (None, "", [], ())}
    return f"{_list()}?{urlencode(kept, doseq=True)}"


@cache
def _list() -> str:
    """A report shows hundreds of figures; the address behind them all is looked up once."""
    return reverse("sales:list")
