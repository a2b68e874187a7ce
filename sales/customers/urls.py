"""What sales add to the pages of relations: merging two of them, under /relations/, and a panel, under /sales/."""

from django.urls import path

from sales.customers import merge_views, views

urlpatterns = [path("<int:pk>/merge/", merge_views.merge_relation, name="merge-relation")]
of_relation = [path("of-relation/<int:pk>/", views.sales_of_relation, name="of-relation")]
