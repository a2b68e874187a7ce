"""The addresses of Settings > Background work."""

from django.urls import path

from salescrm.background import views

settings = [
    path("background/", views.index, name="background"),
    path("background/<slug:name>/run/", views.run_now, name="background-run"),
]
