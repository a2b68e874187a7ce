"""The two ways to answer a browser, and the only place that asks whether htmx is asking."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.utils.cache import patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect


def page(request: HttpRequest, template: str, context: dict, *, part: str, status: int = 200) -> HttpResponse:
    """The whole page, or only its partial `part` when htmx asks to swap it in."""
    swap = request.htmx and not (request.htmx.boosted or request.htmx.history_restore_request)
    response = render(request, f"{template}#{part}" if swap else template, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def leave(request: HttpRequest, to, *args, **kwargs) -> HttpResponse:
    """Go to another page (an object, a URL name or a URL): the way out of a dialog after a successful POST."""
    url = resolve_url(to, *args, **kwargs)
    return HttpResponseClientRedirect(url) if request.htmx else HttpResponseRedirect(url)
