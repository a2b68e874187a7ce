"""Notes and files of a sale, and what happened around a relation or a project."""

from django.urls import path

from sales.timeline import note_views, views

urlpatterns = [
    path("<int:pk>/notes/new/", note_views.note_new, name="note-new"),
    path("<int:pk>/notes/<int:note>/", note_views.note, name="note"),
    path("<int:pk>/notes/<int:note>/remove/", note_views.note_remove, name="note-remove"),
    path("<int:pk>/files/<uuid:key>/", note_views.file, name="file"),
    path("timeline-of-relation/<int:pk>/", views.of_relation, name="timeline-of-relation"),
    path("timeline-of-project/<int:pk>/", views.of_project, name="timeline-of-project"),
]
