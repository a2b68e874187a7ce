"""Every address of the product; the apps are named, never imported."""

from django.urls import include, path

urlpatterns = [
    path("", include("reports.urls")),
    path("accounts/", include("salescrm.accounts.urls")),
    path("relations/", include("relations.urls")),
    path("relations/", include("sales.customers.urls")),
    path("projects/", include("projects.urls")),
    path("invoices/", include("invoicing.urls")),
    path("sales/", include("sales.urls")),
    path("settings/", include("sales.settings.urls")),
    path("search/", include("sales.search.urls")),
    path("help/", include("salescrm.help.views")),
    path("setup/", include("salescrm.organisation.urls")),
]

handler400 = "salescrm.errors.bad_request"
handler500 = "salescrm.errors.server_error"
