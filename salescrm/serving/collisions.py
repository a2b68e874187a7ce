"""Two people who wait for each other's locks: the database breaks one of them off, and its request is tried again."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.contrib.messages.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from salescrm.pages import asks_for_part
from salescrm.serving.middleware import GetResponse, explain, on_exception

BROKEN_OFF = ("40P01", "40001")  # a deadlock, a transaction that must begin again


def second_try(get_response: GetResponse) -> GetResponse:
    """Carry out once more what the database broke off, and say so when it does it again: 409.

    What was typed is kept, or still in the form one page back where that holds a file or a password.

    That is safe: what was broken off has stored nothing, and what a view had stored before it finds its own result
    when it is sent twice (rule 6). An answer that has begun to flow is past this place.
    """
    return on_exception(get_response, _after)


def _after(request: HttpRequest, error: Exception) -> HttpResponse | None:
    if not _is_broken_off(error):
        return None
    if not all(map(_rewind, _files(request))):
        return _refuse(request)
    request._messages = default_storage(request)  # type: ignore[attr-defined] # without what the first try told
    match: Any = request.resolver_match
    try:
        return match.func(request, *match.args, **match.kwargs)
    except Exception as later:
        if _is_broken_off(later):
            return _refuse(request)
        if (answer := explain(request, later)) is None:
            raise
        return answer


def _is_broken_off(error: Exception) -> bool:
    return isinstance(error, OperationalError) and getattr(error.__cause__, "sqlstate", None) in BROKEN_OFF


def _files(request: HttpRequest) -> list[UploadedFile]:
    return [file for files in request.FILES.lists() for file in files[1]]


def _rewind(file: UploadedFile) -> bool:
    """Let a file be read from its beginning; False for one that was moved to its place and taken away from there."""
    path: Callable[[], str] | None = getattr(file, "temporary_file_path", None)
    if file.closed or (path and not Path(path()).exists()):
        return False
    file.seek(0)
    return True


def _refuse(request: HttpRequest) -> HttpResponse:
    """Say that nothing was stored; for htmx the page stays as it is, else it can be sent again as it was typed."""
    if asks_for_part(request):
        return render(request, "collision_toast.html", status=409)
    sent = [(name, value) for name, values in request.POST.lists() for value in values if name != "csrfmiddlewaretoken"]
    whole = not request.FILES and not any("password" in name for name, _value in sent)
    return render(request, "collision.html", {"sent": sent if whole else []}, status=409)
