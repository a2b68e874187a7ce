"""Who is trying to log in: what django-axes counts failures by."""

from django.conf import settings
from django.http import HttpRequest


def attempted_email(request: HttpRequest | None, credentials: dict | None) -> str:
    """The e-mail address of this attempt, in one spelling."""
    typed = (credentials or {}).get("username") or (request.POST.get("username") if request else "")
    return (typed or "").strip().lower()


def client_ip(request: HttpRequest) -> str:
    """The client's address; behind a trusted proxy the one the proxy itself added, which nobody can forge."""
    if settings.TRUST_PROXY:
        forwarded = request.headers.get("X-Forwarded-For", "").rsplit(",", 1)[-1].strip()
        if forwarded:
            return forwarded
    return request.META.get("REMOTE_ADDR", "")
