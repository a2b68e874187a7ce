"""Where a figure leads: the list of sales that adds up to it."""

from django.urls import reverse
from django.utils.http import urlencode


def sales_list(*words: dict) -> str:
    """The address of the list of sales narrowed by these words; later ones win, empty ones fall off."""
    merged = {}
    for part in words:
        merged |= part
    kept = {word: value for word, value in merged.items() if value not in (None, "", [], ())}
    return f"{reverse('sales:list')}?{urlencode(kept, doseq=True)}"
