"""The addresses of Settings > Outgoing mail."""

from django.urls import path

from salescrm.mail import views

settings = [
    path("mail/", views.index, name="mail"),
    path("mail/test/", views.test, name="mail-test"),
    path("mail/release/", views.release, name="mail-release"),
    path("mail/<int:pk>/<slug:deed>/", views.decide, name="mail-decide"),
]
