"""Many sales changed at once, and taking that back."""

from django.urls import path

from sales.bulk import views

urlpatterns = [
    path("bulk/", views.bulk, name="bulk"),
    path("bulk/undo/", views.undo, name="undo-many"),
]
