"""The page of one sale, and everything that is done there."""

from django.urls import path

from sales.sale_page import closing_views, duplicate_views, edit_views, inline_views, move_views, views

urlpatterns = [
    path("new/", edit_views.new, name="new"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/history/", views.history, name="history"),
    path("<int:pk>/edit/", edit_views.edit, name="edit"),
    path("<int:pk>/change/<slug:what>/", inline_views.change, name="change"),
    path("<int:pk>/lines/", edit_views.lines, name="lines"),
    path("<int:pk>/lines/panel/", inline_views.lines_panel, name="lines-panel"),
    path("<int:pk>/lines/total/", edit_views.take_total, name="take-total"),
    path("<int:pk>/duplicate/", duplicate_views.duplicate, name="duplicate"),
    path("<int:pk>/move/", move_views.move, name="move"),
    path("<int:pk>/move-to/", move_views.where, name="where"),
    path("<int:pk>/undo/", move_views.undo, name="undo"),
    path("<int:pk>/probability/", move_views.probability, name="probability"),
    path("<int:pk>/accept/", closing_views.accept, name="accept"),
    path("<int:pk>/lose/", closing_views.lose, name="lose"),
    path("<int:pk>/reopen/", closing_views.reopen, name="reopen"),
    path("<int:pk>/correct/", closing_views.correct, name="correct"),
]
