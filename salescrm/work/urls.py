"""The addresses of Settings > Background work."""

from django.urls import path

from salescrm.work import views

settings = [
    path("work/", views.index, name="work"),
    path("work/<slug:name>/run/", views.run_now, name="work-run"),
]
