"""The ways to answer a browser, and the only module that looks whether a request comes from htmx."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.utils.cache import patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect, reswap, retarget, trigger_client_event
from django_htmx.middleware import HtmxDetails

from salescrm.models import User


class Request(HttpRequest):
    """A request of somebody who is logged in. For types only, never instantiated."""

    user: User


def page(
    request: HttpRequest, template: str, context: dict, *, part: str, status: int = 200, target: str = ""
) -> HttpResponse:
    """The whole page, or only its partial `part` when htmx asks to swap it in: for what it named, or for `target`."""
    name = f"{template}#{part}" if asks_for_part(request) else template
    response = render(request, name, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return reswap(retarget(response, target), "outerHTML") if target else response


def above(
    request: HttpRequest, template: str, context: dict, *, part: str, status: int, target: str = ""
) -> HttpResponse:
    """As `page`, but htmx puts the part above what it was to replace (or above `target`), which stays as it is."""
    response = page(request, template, context, part=part, status=status)
    if not asks_for_part(request):
        return response
    return reswap(retarget(response, target) if target else response, "afterbegin")


def settle(request: HttpRequest, to: Any, template: str, context: dict, *, part: str, target: str = "") -> HttpResponse:
    """Answer a POST that stays on its page: at once with the changed part for htmx, else by going to `to`."""
    if not asks_for_part(request):
        return HttpResponseRedirect(resolve_url(to))
    return page(request, template, context, part=part, target=target)


def follow(request: HttpRequest, *, whole: str, part: str) -> HttpResponse:
    """Answer a POST that stays on its page by a redirect to the changed `part`, or to the `whole` page without htmx."""
    return HttpResponseRedirect(part if asks_for_part(request) else whole)


def htmx_of(request: HttpRequest) -> HtmxDetails:
    """The details of a request from htmx; false for any other."""
    return request.htmx  # type: ignore[attr-defined] # its middleware puts it there


def asks_for_part(request: HttpRequest) -> bool:
    """Whether htmx swaps in only a part of the page."""
    return bool(htmx := htmx_of(request)) and not (htmx.boosted or htmx.history_restore_request)


def is_for_dialog(request: HttpRequest) -> bool:
    """Whether the answer goes into the dialog."""
    return htmx_of(request).target == "dialog"


def leave(request: HttpRequest, to: Any, *args: object, **kwargs: object) -> HttpResponse:
    """Go to another page (an object, a URL name or a URL): the way out of a dialog after a successful POST."""
    url = resolve_url(to, *args, **kwargs)
    return HttpResponseClientRedirect(url) if htmx_of(request) else HttpResponseRedirect(url)


def tell(request: HttpRequest, to: Any, *, event: str, detail: dict, closes: bool = False) -> HttpResponse:
    """After a POST from a dialog: trigger an `event` that a script on the page waits for, or go `to` without htmx.

    `closes` shuts the dialog; else the script does.
    """
    if not htmx_of(request):
        return HttpResponseRedirect(resolve_url(to))
    response = trigger_client_event(HttpResponse(status=204), event, detail)
    return trigger_client_event(response, "close-dialog") if closes else response


def resume(request: HttpRequest, to: Any, template: str, context: dict, *, part: str, target: str) -> HttpResponse:
    """After a POST from a dialog that changed only `target` behind it: shut it and swap that; go `to` without htmx."""
    response = settle(request, to, template, context, part=part, target=target)
    return trigger_client_event(response, "close-dialog") if asks_for_part(request) else response
