"""Imports in the browser."""

from django.urls import path

from sales.imports import views

urlpatterns = [
    path("imports/", views.index, name="imports"),
    path("imports/new/", views.new, name="import-new"),
    path("imports/<int:pk>/", views.detail, name="import"),
    path("imports/<int:pk>/columns/", views.columns, name="import-columns"),
    path("imports/<int:pk>/words/", views.words, name="import-words"),
    path("imports/<int:pk>/start/", views.start, name="import-start"),
    path("imports/<int:pk>/go/", views.go, name="import-go"),
    path("imports/<int:pk>/undo/", views.undo, name="import-undo"),
    path("imports/<int:pk>/discard/", views.discard, name="import-discard"),
    path("imports/<int:pk>/refused/", views.refused, name="import-refused"),
    path("imports/<int:pk>/file/", views.file, name="import-file"),
]
