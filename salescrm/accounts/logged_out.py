"""Forms that arrive after a session has ended: nothing typed is lost, nothing is done until it is sent again."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import csrf

from salescrm.models import User
from salescrm.pages import htmx_of
from salescrm.toasts import offer
from salescrm.url_words import way_back

MOST = 100_000  # characters that are stored to be sent again, those of the names included
LITTLE = 1000  # of a browser on which nobody logged in before: else strangers could fill the database
COOKIE = "last-user"
AGE = 90 * 24 * 3600


def remember(response: HttpResponse, user: User) -> None:
    """Store in the browser who logged in last, for after the session: what they typed is offered to nobody else."""
    response.set_signed_cookie(
        COOKIE, str(user.pk), salt=COOKIE, max_age=AGE, httponly=True, secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )  # fmt: skip


def stay(request: HttpRequest) -> HttpResponse:
    """For htmx: the page stays as it is, with what was typed in it, and static/js/toast.js shows why."""
    return render(request, "registration/logged_out_toast.html", status=401)


def back_to_the_form(request: HttpRequest, *, trusted: bool = True) -> HttpResponse:
    """Lead through the log-in to the page the form came from, which says that nothing was done and offers to resend.

    Only a `trusted` form is offered: one whose token proved that it was ours.
    """
    if request.path == reverse("logout"):
        return redirect("login")
    _tell(request, _("You were logged out. What you sent last has not been carried out."), trusted=trusted)
    return redirect_to_login(_origin(request))


def _tell(request: HttpRequest, text: str, *, trusted: bool) -> None:
    if request.FILES:
        text = f"{text} {_('Choose the files again: they were not kept.')}"
    for earlier in list(messages.get_messages(request)):  # reading removes all; of offers only the last one stays
        if not earlier.extra_tags and earlier.message != text:
            messages.add_message(request, earlier.level, earlier.message)
    messages.error(request, text, extra_tags=_again(request) if trusted else "")


def _origin(request: HttpRequest) -> str:
    return way_back(request, request.headers.get("Referer", "")) or "/"


def _again(request: HttpRequest) -> str:
    sent = [(name, value) for name, values in request.POST.lists() for value in values if name != "csrfmiddlewaretoken"]
    whose = _whose(request)
    long = sum(len(name + value) for name, value in sent) > (MOST if whose else LITTLE)
    if long or any("password" in name for name, _value in sent):
        return ""
    return offer(url=request.get_full_path(), label=_("Send it again"), fields=sent, whose=whose)


def _whose(request: HttpRequest) -> int | None:
    last = request.get_signed_cookie(COOKIE, default="", salt=COOKIE)
    return request.user.pk or (int(last) if last else None)


def not_ours(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without the right token: mostly somebody logged out, or in again, in another window since.

    The browser's Origin header can still prove that the form stood on a page of ours: then it is offered again.
    """
    if htmx_of(request):
        return stay(request)
    ours = request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"
    if not getattr(getattr(request.resolver_match, "func", None), "login_required", True) or (
        request.user.is_authenticated and not ours
    ):
        return csrf.csrf_failure(request, reason)
    if not request.user.is_authenticated:
        return back_to_the_form(request, trusted=ours)
    _tell(
        request, _("This page was from before your last log-in. What you sent has not been carried out."), trusted=True
    )
    return redirect(_origin(request))
