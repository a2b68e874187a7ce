"""The words of an address: read strictly, so that a link never leads to something else than it says."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from urllib.parse import unquote, urlsplit, urlunsplit

from django.core.exceptions import BadRequest
from django.http import HttpRequest, QueryDict
from django.urls import Resolver404, resolve
from django.utils.http import url_has_allowed_host_and_scheme

from salescrm.calendar import in_reach

NONE = "none"
MOST, ALL = 200, 8000  # values of one word, and characters of all of them: a page repeats its address in every link
LONGEST = 2000  # characters of an address we lead to: servers and browsers refuse longer ones


def way_back(request: HttpRequest, address: str) -> str:
    """The address as a path of ours that leads to a page, "" for any other: what a browser sent may come from anybody.

    Another host, a bare word, a path nothing answers to, one that is too long: none of them is gone to.
    """
    if not url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure()):
        return ""
    parts = urlsplit(address)
    path = urlunsplit(("", "", parts.path or "/" * bool(parts.netloc), parts.query, parts.fragment))
    if len(path) > LONGEST or not path.startswith("/") or path.startswith("//"):
        return ""
    return path if page_of(path) else ""


def page_of(path: str) -> str:
    """The name of the page that answers to a path of ours, "" when none does."""
    try:
        return resolve(unquote(urlsplit(path).path)).view_name
    except Resolver404:
        return ""


def carried(text: str) -> QueryDict:
    """The words of a page that travel in a form as one value; too many to lead back to it are a BadRequest."""
    if len(text) > LONGEST:
        raise BadRequest("too many words")
    return QueryDict(text)


def changed(query: QueryDict, /, **changes: object) -> QueryDict:
    """The words of an address with some of them changed: removed (None or ""), set, or said several times (a list).

    Blanks count as absent, and are left out.
    """
    words = QueryDict(mutable=True)
    for word, value in {**dict(query.lists()), **changes}.items():
        values = value if isinstance(value, list | tuple) else [value]
        if texts := [str(text) for text in values if text is not None and str(text).strip()]:
            words.setlist(word, texts)
    return words


def link(query: QueryDict, /, **changes: object) -> str:
    """A link to the same page with some words changed."""
    return f"?{changed(query, **changes).urlencode()}"


def without(query: QueryDict, word: str, value: str) -> str:
    """A link to the first page of what there is without one value of a word."""
    return link(query, **{word: [other for other in query.getlist(word) if other != value], "page": None})


def read(query: QueryDict, *, once: Iterable[str], many: Iterable[str] = ()) -> dict:
    """The values by word: text for the words in `once`, a list for those in `many`; blanks count as absent.

    Raises BadRequest for a word nobody knows, or one of `once` that is given twice.
    """
    check_size(query)
    once, many = set(once), set(many)
    query_words = {}
    for word, values in query.lists():
        values = [value.strip() for value in values if value.strip()]
        if word not in once | many or (word in once and len(values) > 1):
            raise BadRequest(f"unknown or repeated word: {word}")
        if values:
            query_words[word] = values if word in many else values[0]
    return query_words


def check_size(query: QueryDict) -> None:
    """Refuse an address that no page of ours leads to: a form can send one that is longer than a browser's."""
    texts = [len(text) for _word, values in query.lists() for text in values]
    if sum(texts) > ALL or any(len(values) > MOST for _word, values in query.lists()):
        raise BadRequest("an address this long")


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
    """A day written as 2026-03-20, in the years of rule 20."""
    value = any_day(text)
    if not in_reach(value):
        raise BadRequest(f"a day in another century: {text}")
    return value


def any_day(text: str) -> date:
    """A day written as 2026-03-20, however far away: of a record from before rule 20."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):  # ISO knows more ways to write a day
        raise BadRequest(f"a day looks like 2026-03-20: {text}")
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadRequest(f"there is no such day: {text}") from error


def moment(text: str) -> datetime:
    """A moment as our own forms carry it, with its time zone."""
    try:
        value = datetime.fromisoformat(text)
        if value.tzinfo:
            return value.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadRequest(f"not a moment: {text}") from error
    raise BadRequest(f"a moment has a time zone: {text}")


def identity(text: str) -> int | None:
    """The id of a record, or None for the word "none"."""
    if text == NONE:
        return None
    if not is_id(text):
        raise BadRequest(f"an id is a number or none: {text}")
    return int(text)


def read_id(query: QueryDict, word: str) -> int:
    """The id a form always sends under this word."""
    text = query.get(word, "")
    if not is_id(text):
        raise BadRequest(f"{word} is missing")
    return int(text)


def is_id(text: str) -> bool:
    """Whether the text can be the id of a record: plain digits, and no more than the database counts."""
    return re.fullmatch(r"[0-9]{1,18}", text) is not None


def page_number(text: str) -> int:
    """The number of a page, from 1; blank is the first."""
    text = text.strip() or "1"
    if not re.fullmatch(r"[0-9]{1,8}", text) or not int(text):
        raise BadRequest(f"a page is a number from 1: {text}")
    return int(text)
