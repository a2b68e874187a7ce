"""The addresses of sales."""

from django.urls import path

from sales.views import board, closing, detail, editing, listing

app_name = "sales"
urlpatterns = [
    path("", listing.sale_list, name="list"),
    path("board/", board.board, name="board"),
    path("filters/", listing.filters, name="filters"),
    path("new/", editing.new, name="new"),
    path("of-relation/<int:pk>/", listing.of_relation, name="of-relation"),
    path("of-project/<int:pk>/", listing.of_project, name="of-project"),
    path("of-invoice/<int:pk>/", listing.of_invoice, name="of-invoice"),
    path("<int:pk>/", detail.detail, name="detail"),
    path("<int:pk>/history/", detail.history, name="history"),
    path("<int:pk>/edit/", editing.edit, name="edit"),
    path("<int:pk>/lines/", editing.lines, name="lines"),
    path("<int:pk>/lines/total/", editing.take_total, name="take-total"),
    path("<int:pk>/move/", detail.move, name="move"),
    path("<int:pk>/move-to/", detail.where, name="where"),
    path("<int:pk>/undo/", detail.undo, name="undo"),
    path("<int:pk>/probability/", detail.probability, name="probability"),
    path("<int:pk>/accept/", closing.accept, name="accept"),
    path("<int:pk>/lose/", closing.lose, name="lose"),
    path("<int:pk>/reopen/", closing.reopen, name="reopen"),
    path("<int:pk>/correct/", closing.correct, name="correct"),
]
