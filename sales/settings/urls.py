"""The addresses of Settings; which lists there are, settings_lists says."""

from django.urls import path, register_converter

from sales.settings import list_views as lists
from sales.settings import team_views as teams
from sales.settings import user_views as users
from sales.settings import views
from sales.settings.lists import LISTS, ListConverter

register_converter(ListConverter, "list")

app_name = "settings"
urlpatterns = [
    path("", views.index, name="index"),
    path("sales/", views.sales, name="sales"),
    path("organisation/", views.organisation, name="organisation"),
    path("number-example/", views.number_example, name="number-example"),
    path("relation-types/", lists.rows, {"kind": LISTS["relation-types"]}, name="relation-types"),
    path("sales/phases/<int:pk>/", lists.phase, name="phase"),
    path("<list:kind>/", lists.rows, name="list"),
    path("<list:kind>/new/", lists.row, name="row-new"),
    path("<list:kind>/order/", lists.order, name="order"),
    path("<list:kind>/<int:pk>/", lists.row, name="row"),
    path("<list:kind>/<int:pk>/remove/", lists.remove, name="remove"),
    path("teams/", teams.index, name="teams"),
    path("teams/new/", teams.new, name="team-new"),
    path("teams/<int:pk>/", teams.edit, name="team"),
    path("teams/<int:pk>/remove/", teams.remove, name="team-remove"),
    path("users/", users.index, name="users"),
    path("users/new/", users.new, name="user-new"),
    path("users/<int:pk>/", users.edit, name="user"),
    path("users/<int:pk>/access/", users.access, name="user-access"),
    path("users/<int:pk>/hand-over/", users.hand_over, name="user-hand-over"),
    path("users/<int:pk>/invite/", users.invitation, name="user-invite"),
]
