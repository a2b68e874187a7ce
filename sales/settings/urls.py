"""The addresses of Settings; the lists stand in `lists`."""

from django.urls import path, register_converter

from sales.settings import list_views as lists
from sales.settings import views
from sales.settings.lists import LISTS, ListConverter
from salescrm.accounts.urls import settings as accounts
from salescrm.background.urls import settings as background
from salescrm.mail.urls import settings as mail
from salescrm.organisation.urls import settings as organisation

register_converter(ListConverter, "list")

app_name = "settings"
urlpatterns = [
    path("", views.index, name="index"),
    path("sales/", views.sales, name="sales"),
    path("relation-types/", lists.rows, {"kind": LISTS["relation-types"]}, name="relation-types"),
    path("sales/phases/<int:pk>/", lists.phase, name="phase"),
    path("<list:kind>/", lists.rows, name="list"),
    path("<list:kind>/new/", lists.row_new, name="row-new"),
    path("<list:kind>/order/", lists.order, name="order"),
    path("<list:kind>/<int:pk>/", lists.row, name="row"),
    path("<list:kind>/<int:pk>/remove/", lists.remove, name="remove"),
    *accounts,
    *organisation,
    *background,
    *mail,
]
