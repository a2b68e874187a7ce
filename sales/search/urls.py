"""The address of the one search. No namespace: every page links to it."""

from django.urls import path

from sales.search.query import MOST
from sales.search.results import SUGGESTIONS
from sales.search.views import search

urlpatterns = [
    path("", search, {"limit": MOST}, name="search"),
    path("suggest/", search, {"limit": SUGGESTIONS}, name="search-suggest"),
]
