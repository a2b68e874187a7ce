"""Addresses under /relations/ for what concerns every app: merging two relations."""

from django.urls import path

from sales.views import merging

urlpatterns = [path("<int:pk>/merge/", merging.merge_relation, name="merge-relation")]
