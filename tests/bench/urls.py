"""The addresses of the product and one more: the empty page everything is compared with."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path


def empty(request: HttpRequest) -> HttpResponse:
    """Somebody is logged in and sees the frame of every page, without content."""
    return render(request, "base.html")


urlpatterns = [path("empty/", empty), path("", include("salescrm.urls"))]
