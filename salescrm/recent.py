"""The records a user opened last: stored in a signed cookie, so that reading a page writes nothing to the database.

The cookie holds only ids, signed for one user: who logs in next on the same browser cannot read it. Names are looked
up when a page lists them, with the permissions of that moment.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

COOKIE = "recent"
MOST = 8
AGE = 90 * 24 * 3600

type Record = tuple[str, int]  # a kind ("sale") and an id


def read(request: HttpRequest) -> list[Record]:
    """The records this user opened last on this browser, newest first; empty when the cookie is somebody else's."""
    text = request.get_signed_cookie(COOKIE, default="", salt=_salt(request)) or ""
    pairs = (word.split("-") for word in text.split("."))
    return [(pair[0], int(pair[1])) for pair in pairs if len(pair) == 2 and pair[1].isdigit()]


def remembers(kind: str) -> Callable:
    """A decorator for the page of one record: an answer of status 200 makes the record the newest in the cookie."""

    def decorate(view: Callable) -> Callable:
        @wraps(view)
        def wrapper(request: HttpRequest, pk: int, *args: Any, **kwargs: Any) -> HttpResponse:
            response = view(request, pk, *args, **kwargs)
            if response.status_code == 200:
                _write(request, response, (kind, pk))
            return response

        return wrapper

    return decorate


def forget(response: HttpResponse) -> None:
    """Delete the cookie: for logging out."""
    response.delete_cookie(COOKIE, samesite="Lax")


def _write(request: HttpRequest, response: HttpResponse, newest: Record) -> None:
    known = read(request)
    if known[:1] == [newest]:
        return
    records = [newest, *(record for record in known if record != newest)][:MOST]
    response.set_signed_cookie(
        COOKIE, ".".join(f"{kind}-{pk}" for kind, pk in records), salt=_salt(request), max_age=AGE, httponly=True,
        secure=settings.SESSION_COOKIE_SECURE, samesite="Lax",
    )  # fmt: skip


def _salt(request: HttpRequest) -> str:
    return f"recent-{request.user.pk}"
