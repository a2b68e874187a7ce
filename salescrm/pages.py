"""The two ways to answer a browser, and the only place that asks whether htmx is asking."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.utils.cache import patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect, reswap, retarget, trigger_client_event


def page(request: HttpRequest, template: str, context: dict, *, part: str, status: int = 200) -> HttpResponse:
    """The whole page, or only its partial `part` when htmx asks to swap it in."""
    response = render(request, f"{template}#{part}" if _swaps(request) else template, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def settle(request: HttpRequest, to, template: str, context: dict, *, part: str) -> HttpResponse:
    """Answer a POST that stays on its page: at once with the changed part for htmx, else by going to `to`."""
    return page(request, template, context, part=part) if _swaps(request) else HttpResponseRedirect(resolve_url(to))


def follow(request: HttpRequest, *, whole: str, part: str) -> HttpResponse:
    """Answer a POST that stays on its page by going where the changed `part` is shown, or the `whole` without htmx."""
    return HttpResponseRedirect(part if _swaps(request) else whole)


def _swaps(request: HttpRequest) -> bool:
    return bool(request.htmx) and not (request.htmx.boosted or request.htmx.history_restore_request)


def leave(request: HttpRequest, to, *args, **kwargs) -> HttpResponse:
    """Go to another page (an object, a URL name or a URL): the way out of a dialog after a successful POST."""
    url = resolve_url(to, *args, **kwargs)
    return HttpResponseClientRedirect(url) if request.htmx else HttpResponseRedirect(url)


def tell(request: HttpRequest, to, *, event: str, detail: dict) -> HttpResponse:
    """After a POST from a dialog that something else on the page waits for: tell it, or go `to` without htmx."""
    if request.htmx:
        return trigger_client_event(HttpResponse(status=204), event, detail)
    return HttpResponseRedirect(resolve_url(to))


def resume(request: HttpRequest, to, template: str, context: dict, *, part: str, target: str) -> HttpResponse:
    """After a POST from a dialog that changed only `target` behind it: shut it and swap that; go `to` without htmx."""
    response = settle(request, to, template, context, part=part)
    if response.status_code != 200:
        return response
    return trigger_client_event(reswap(retarget(response, target), "outerHTML"), "close-dialog")
