"""The addresses of reports: included at the root, so that it holds the start page as well as `reports/...`."""

from django.urls import path

from reports import views

app_name = "reports"
urlpatterns = [
    path("", views.show_start, name="start"),
    path("reports/", views.index, name="index"),
    path("reports/forecast/", views.show_forecast, name="forecast"),
    path("reports/kpis/", views.show_kpis, name="kpis"),
    path("reports/won-lost/", views.show_won_lost, name="won-lost"),
    path("reports/sources/", views.show_sources, name="sources"),
]
