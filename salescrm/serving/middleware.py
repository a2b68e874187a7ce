"""Login required by default, the user's own language, and the two questions of a process supervisor."""

from collections.abc import Callable

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.utils import translation

from salescrm.accounts import logged_out
from salescrm.background.worker import is_alive
from salescrm.models import Organisation
from salescrm.pages import htmx_of
from salescrm.refusals import Forbidden, Missing

type GetResponse = Callable[[HttpRequest], HttpResponse]

READS = ("GET", "HEAD", "OPTIONS", "TRACE")
PROBED = ("GET", "HEAD")
SERVED = ("GET", "HEAD", "POST")  # by pages; a view that serves one of them only says so itself


def probes(get_response: GetResponse) -> GetResponse:
    """Answer /healthz and /readyz before anything else: no session, no login, no TLS redirect, any Host. Reads only."""
    answers = {"/healthz": alive, "/readyz": ready}

    def middleware(request: HttpRequest) -> HttpResponse:
        answer = answers.get(request.path)
        if answer and request.method not in PROBED:
            return HttpResponseNotAllowed(PROBED)
        return answer() if answer else get_response(request)

    return middleware


def alive() -> HttpResponse:
    """The process answers."""
    return _plain("ok")


def ready() -> HttpResponse:
    """The database answers and every migration has been applied; 503 otherwise. The worker may live or not."""
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if waiting:
            return _plain(f"{len(waiting)} migrations to apply", status=503)
        return _plain(f"ready\nworker: {'alive' if is_alive() else 'none'}")
    except DatabaseError:
        return _plain("database unreachable", status=503)


def _plain(text: str, status: int = 200) -> HttpResponse:
    return HttpResponse(f"{text}\n", status=status, content_type="text/plain", headers={"Cache-Control": "no-store"})


def one_organisation(get_response: GetResponse) -> GetResponse:
    """Read our own company once per request, however often it is used."""

    def middleware(request: HttpRequest) -> HttpResponse:
        Organisation.keep()
        try:
            return get_response(request)
        finally:
            Organisation.forget()

    return middleware


def user_language(get_response: GetResponse) -> GetResponse:
    """Answer in the language of the user's own setting; the browser's decides before the log-in."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = translation.get_language()
        return get_response(request)

    return middleware


def private_pages(get_response: GetResponse) -> GetResponse:
    """Pages for somebody who is logged in are stored in no cache, unless their view says so.

    On a shared computer Back after the log-out, or after the session has ended, would show it. `no-cache` does not do:
    browsers go back to what they have without asking. `Clear-Site-Data` would come with the log-out only, and takes the
    style sheets along. Chromium still keeps such a page in memory for Back, until a cookie changes.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    return middleware


def explained_absence(get_response: GetResponse) -> GetResponse:
    """Answer an exception that has an `answer` of its own: a page about what is gone, for who may know."""
    return on_exception(get_response, _absence)


def _absence(request: HttpRequest, error: Exception) -> HttpResponse | None:
    return error.answer(request) if hasattr(error, "answer") else None


def on_exception(get_response: GetResponse, process: Callable) -> GetResponse:
    """Middleware that only looks at what a view raised."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    middleware.process_exception = process  # type: ignore[attr-defined] # where Django looks for it
    return middleware


def domain_refusals(get_response: GetResponse) -> GetResponse:
    """Answer as pages do what a domain function refused, which knows nothing of HTTP: 404 and 403."""
    return on_exception(get_response, _in_http)


def _in_http(request: HttpRequest, error: Exception) -> None:
    if isinstance(error, Missing):
        raise Http404(str(error)) from error
    if isinstance(error, Forbidden):
        raise PermissionDenied(str(error)) from error


def explain(request: HttpRequest, error: Exception) -> HttpResponse | None:
    """What the two above make of an exception: an answer, an exception that Django answers, or nothing."""
    _in_http(request, error)
    return _absence(request, error)


def explained_methods(get_response: GetResponse) -> GetResponse:
    """Refuse what no page serves; who opens an address that only takes what a form sends gets a page that says so."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request) if request.method in SERVED else HttpResponseNotAllowed(SERVED)
        if response.status_code != 405 or response.content or request.method in ("HEAD", "OPTIONS"):
            return response
        page = render(request, "405.html", status=405)
        page["Allow"] = response["Allow"]
        return page

    return middleware


class LoginRequired(LoginRequiredMiddleware):
    """Every page needs login unless its view says otherwise, and nothing typed is lost when a session has ended."""

    def handle_no_permission(  # type: ignore[override] # not only a redirect
        self, request: HttpRequest, view_func: Callable
    ) -> HttpResponse:
        if htmx_of(request):
            return logged_out.stay(request)
        if request.method in READS:
            return super().handle_no_permission(request, view_func)
        return logged_out.back_to_the_form(request)
