"""The calendar other programs read, and the page where one gets its address."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required, permission_required
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from sales.day import calendar_feed
from sales.models import CalendarFeed
from salescrm.pages import page


@login_not_required
@require_safe
@cache_control(private=True, max_age=300)
@conditional_page
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """The calendar behind a secret address: no log-in, and 404 for an address that is not or no longer known."""
    user = calendar_feed.reader_of(secret)
    if user is None or not user.has_perm("sales.view_sale"):
        raise Http404
    content = calendar_feed.calendar_of(user, root=request.build_absolute_uri("/").rstrip("/"))
    headers = {"Content-Disposition": 'inline; filename="next-steps.ics"', "X-Robots-Tag": "noindex"}
    return HttpResponse(content, content_type="text/calendar; charset=utf-8", headers=headers)


@permission_required("sales.view_sale", raise_exception=True)
def address(request: HttpRequest) -> HttpResponse:
    """Show the secret address of one's own calendar, replace it by a new one, or switch it off."""
    if request.method == "POST":
        return _act(request, request.POST.get("action"))
    current = CalendarFeed.objects.filter(user=request.user).first()
    url = request.build_absolute_uri(reverse("sales:feed", args=[current.secret])) if current else ""
    context = {"feed": current, "url": url, "subscribe": f"webcal://{url.partition('://')[2]}"}
    response = page(request, "sales/day/calendar.html", context, part="calendar")
    response["Cache-Control"] = "no-store"
    return response


def _act(request: HttpRequest, action: str | None) -> HttpResponse:
    if action == "new":
        calendar_feed.renew(request.user)
        messages.success(request, _("This is the address of your calendar."))
    elif action == "off":
        calendar_feed.switch_off(request.user)
        messages.success(request, _("Your calendar is switched off."))
    else:
        raise BadRequest("a calendar gets a new address or is switched off")
    return redirect("sales:calendar")
