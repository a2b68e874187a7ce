"""The list of sales, what one makes of it, and the trash."""

from django.urls import path

from sales.listing import column_views, saved_view_views, trash_views, views

urlpatterns = [
    path("", views.sale_list, name="list"),
    path("filters/", views.filters, name="filters"),
    path("columns/", column_views.columns, name="columns"),
    path("views/", saved_view_views.views, name="views"),
    path("views/new/", saved_view_views.view_new, name="view-new"),
    path("views/<int:pk>/", saved_view_views.view, name="view"),
    path("views/<int:pk>/update/", saved_view_views.view_update, name="view-update"),
    path("views/<int:pk>/delete/", saved_view_views.view_delete, name="view-delete"),
    path("of-project/<int:pk>/", views.of_project, name="of-project"),
    path("of-invoice/<int:pk>/", views.of_invoice, name="of-invoice"),
    path("trash/", trash_views.index, name="trash"),
    path("trash/restore/", trash_views.restore_many, name="restore-many"),
    path("<int:pk>/trash/", trash_views.trash, name="trash-sale"),
    path("<int:pk>/restore/", trash_views.restore, name="restore"),
]
