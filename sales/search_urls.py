"""The address of the one search. No namespace: every page links to it."""

from django.urls import path

from sales.candidates import MOST
from sales.searching import SHOWN
from sales.views.search import search

urlpatterns = [
    path("", search, {"limit": MOST}, name="search"),
    path("suggest/", search, {"limit": SHOWN}, name="search-suggest"),
]
