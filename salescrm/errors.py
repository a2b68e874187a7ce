"""Pages for what went wrong, where Django's own would know nothing of the user."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400 with the navigation around it: most of these are a filter word in the address that makes no sense."""
    return render(request, "400.html", status=400)
