"""My day, completing and postponing next steps, and the calendar other programs read."""

from django.urls import path

from sales.day import calendar_views, views

urlpatterns = [
    path("day/", views.day, name="day"),
    path("calendar/", calendar_views.address, name="calendar"),
    path("calendar/<slug:secret>.ics", calendar_views.feed, name="feed"),
    path("<int:pk>/step-done/", views.step_done, name="step-done"),
    path("<int:pk>/postpone/", views.postpone, name="postpone"),
    path("<int:pk>/step-back/", views.step_back, name="step-back"),
]
