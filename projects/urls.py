"""The addresses of projects."""

from django.urls import path

from projects import note_views, service_views, views

app_name = "projects"
urlpatterns = [
    path("", views.index, name="list"),
    path("new/", views.new, name="new"),
    path("of-relation/<int:pk>/", views.of_relation, name="of-relation"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/services/", service_views.services, name="services"),
    path("<int:pk>/close/", views.close, name="close"),
    path("<int:pk>/notes/new/", note_views.note_new, name="note-new"),
    path("<int:pk>/notes/<int:note>/", note_views.note, name="note"),
    path("<int:pk>/notes/<int:note>/remove/", note_views.note_remove, name="note-remove"),
    path("<int:pk>/files/<uuid:key>/", note_views.file, name="file"),
]
