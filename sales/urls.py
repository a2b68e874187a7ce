"""The addresses of sales."""

from django.urls import path

from sales.views import board, calendar, closing, day, detail, editing, inline, listing, trash

app_name = "sales"
urlpatterns = [
    path("", listing.sale_list, name="list"),
    path("board/", board.board, name="board"),
    path("filters/", listing.filters, name="filters"),
    path("new/", editing.new, name="new"),
    path("day/", day.day, name="day"),
    path("calendar/", calendar.address, name="calendar"),
    path("calendar/<str:secret>.ics", calendar.feed, name="feed"),
    path("of-relation/<int:pk>/", listing.of_relation, name="of-relation"),
    path("of-project/<int:pk>/", listing.of_project, name="of-project"),
    path("of-invoice/<int:pk>/", listing.of_invoice, name="of-invoice"),
    path("trash/", trash.index, name="trash"),
    path("<int:pk>/trash/", trash.trash, name="trash-sale"),
    path("<int:pk>/restore/", trash.restore, name="restore"),
    path("<int:pk>/", detail.detail, name="detail"),
    path("<int:pk>/history/", detail.history, name="history"),
    path("<int:pk>/edit/", editing.edit, name="edit"),
    path("<int:pk>/change/<slug:what>/", inline.change, name="change"),
    path("<int:pk>/step-done/", day.step_done, name="step-done"),
    path("<int:pk>/postpone/", day.postpone, name="postpone"),
    path("<int:pk>/lines/panel/", inline.lines_panel, name="lines-panel"),
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
