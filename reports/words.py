"""The words of a report's address: read strictly, so that a link never shows something else than it says."""

import re
from collections.abc import Iterable
from datetime import date

from django.core.exceptions import BadRequest
from django.http import QueryDict

FORMATS = ("csv", "xlsx")
NONE = "none"


def read(query: QueryDict, *, once: Iterable[str], many: Iterable[str] = ()) -> dict:
    """The values by word: text for the words in `once`, a list for those in `many`; blanks count as absent.

    Raises BadRequest for a word nobody knows, or one of `once` that is given twice.
    """
    once, many = set(once), set(many)
    found = {}
    for word, values in query.lists():
        values = [value.strip() for value in values if value.strip()]
        if word not in once | many or (word in once and len(values) > 1):
            raise BadRequest(f"unknown or repeated word: {word}")
        if values:
            found[word] = values if word in many else values[0]
    return found


def choice(text: str, allowed: Iterable[str]) -> str:
    """The text, if it is one of the allowed ones."""
    if text not in allowed:
        raise BadRequest(f"not a choice: {text}")
    return text


def number(text: str, low: int, high: int) -> int:
    """A whole number from `low` to `high`."""
    if not re.fullmatch(r"[0-9]{1,4}", text) or not low <= int(text) <= high:
        raise BadRequest(f"not a number from {low} to {high}: {text}")
    return int(text)


def month(text: str) -> date:
    """The first day of a month written as 2026-03."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}", text):
        raise BadRequest(f"a month looks like 2026-03: {text}")
    return day(f"{text}-01")


def day(text: str) -> date:
    """A day written as 2026-03-20, in the centuries people sell in."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) or not "1900" < text < "2200":
        raise BadRequest(f"a day looks like 2026-03-20: {text}")
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadRequest(f"there is no such day: {text}") from error


def identity(text: str) -> int | None:
    """The id of a record, or None for the word "none"."""
    if text == NONE:
        return None
    if not re.fullmatch(r"[0-9]{1,18}", text):
        raise BadRequest(f"an id is a number or none: {text}")
    return int(text)
