"""The addresses of invoicing."""

from django.urls import path

from invoicing import issuing_views, mail_views, views

app_name = "invoicing"
urlpatterns = [
    path("", views.index, name="list"),
    path("of-relation/<int:pk>/", views.of_relation, name="of-relation"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/print/", views.print_page, name="print"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/delete/", views.delete, name="delete"),
    path("<int:pk>/issue/", issuing_views.issue_invoice, name="issue"),
    path("<int:pk>/send/", mail_views.send_invoice, name="send"),
    path("<int:pk>/mail/", mail_views.mail, name="mail"),
    path("<int:pk>/mail/decide/", mail_views.decide_mail, name="mail-decide"),
]
