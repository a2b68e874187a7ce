"""Browsers on which somebody logged in before: whoever tries passwords elsewhere does not lock the owner out there."""

import secrets

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac

from salescrm.models import User

COOKIE = "browser"
AGE = 365 * 24 * 3600
MOST = 5  # people who share a browser


def trust(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Make this browser known to this account, until its password changes."""
    known = _known(request)
    known.pop(str(user.pk), None)
    known[str(user.pk)] = [secrets.token_urlsafe(12), _proof(user)]
    value = signing.dumps(dict(list(known.items())[-MOST:]), salt=COOKIE)
    response.set_cookie(
        COOKIE, value, max_age=AGE, httponly=True, secure=settings.SESSION_COOKIE_SECURE, samesite="Lax"
    )


def known_as(request: HttpRequest, email: str) -> str:
    """The name this browser has with the account of this address; empty for every other browser, and for no account."""
    known = _known(request)
    user = User.objects.filter(pk__in=[*known], email=email).first() if known else None
    if user is None:
        return ""
    name, proof = known[str(user.pk)]
    return name if constant_time_compare(proof, _proof(user)) else ""


def _known(request: HttpRequest) -> dict[str, list[str]]:
    try:
        return signing.loads(request.COOKIES.get(COOKIE, ""), salt=COOKIE, max_age=AGE)
    except signing.BadSignature:
        return {}


def _proof(user: User) -> str:
    """A digest that changes with the password and reveals nothing of it."""
    return salted_hmac("salescrm.browsers", user.get_session_auth_hash(), algorithm="sha256").hexdigest()[:32]
