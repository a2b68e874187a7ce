"""The addresses of relations."""

from django.urls import path

from relations import note_views, pick
from relations.contacts import views as contact_views
from relations.directory import views
from relations.duplicates import apart_views
from relations.duplicates import views as duplicate_views

app_name = "relations"
urlpatterns = [
    path("", views.relation_list, name="list"),
    path("new/", views.relation_new, name="new"),
    path("pick/", pick.relation_pick, name="pick"),
    path("duplicates/", duplicate_views.ask, name="duplicates"),
    path("duplicates/list/", duplicate_views.duplicate_list, name="duplicate-list"),
    path("duplicates/apart/", apart_views.apart_pairs, name="told-apart"),
    path("<int:pk>/", views.relation_detail, name="detail"),
    path("<int:pk>/edit/", views.relation_edit, name="edit"),
    path("<int:pk>/deactivate/", views.relation_activity, {"active": False}, name="deactivate"),
    path("<int:pk>/reactivate/", views.relation_activity, {"active": True}, name="reactivate"),
    path("<int:pk>/contacts/new/", contact_views.contact_new, name="contact-new"),
    path("<int:pk>/contacts/options/", contact_views.contact_options, name="contact-options"),
    path("contacts/options/", contact_views.contact_options, name="contact-options"),
    path("contacts/<int:pk>/edit/", contact_views.contact_edit, name="contact-edit"),
    path("contacts/<int:pk>/remove/", contact_views.contact_remove, name="contact-remove"),
    path("<int:pk>/notes/new/", note_views.note_new, name="note-new"),
    path("<int:pk>/notes/<int:note>/", note_views.note, name="note"),
    path("<int:pk>/notes/<int:note>/remove/", note_views.note_remove, name="note-remove"),
    path("<int:pk>/files/<uuid:key>/", note_views.file, name="file"),
]
