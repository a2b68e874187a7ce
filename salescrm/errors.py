"""Error pages, where Django's own lack the user's navigation or say too little."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views import defaults

AFTER = 5  # seconds until trying again makes sense
REASONS = {
    "55P03": "busy", "40P01": "busy", "40001": "busy",  # lock_timeout, a deadlock, a transaction that must begin again
    "57014": "long", "25P03": "long", "25P04": "long",  # statement_timeout, and those of transactions
}  # fmt: skip


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400 with the navigation around it: most of these are a filter word in the address that makes no sense."""
    return render(request, "400.html", status=400)


def server_error(request: HttpRequest) -> HttpResponse:
    """503 while the database does not answer or is too busy, and all may be sent again as it is; 500 for our faults."""
    reason = outage(sys.exc_info()[1])
    return unavailable(request, reason) if reason else defaults.server_error(request)


def outage(error: BaseException | None) -> str:
    """Why the database failed: it is away (down, starting), busy, or slow; "" when the fault is ours."""
    reason = REASONS.get(getattr(getattr(error, "__cause__", None), "sqlstate", ""), "")
    return reason or ("away" if isinstance(error, OperationalError | InterfaceError) else "")


def unavailable(request: HttpRequest, reason: str) -> HttpResponse:
    """Words for an outage; they need no database. With htmx the page stays as it is, with what was typed in it."""
    context = {"reason": reason, "posted": request.method == "POST"}
    htmx = request.headers.get("HX-Request") == "true"  # its middleware may not have been reached
    page = render_to_string("503_toast.html" if htmx else "503.html", context)
    return HttpResponse(page, status=503, headers={"Retry-After": str(AFTER), "Cache-Control": "no-store"})
