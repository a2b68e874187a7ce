"""The board."""

from django.urls import path

from sales.board import views

urlpatterns = [
    path("board/", views.board, name="board"),
]
