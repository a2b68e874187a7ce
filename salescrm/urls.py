"""Every address of the product; the apps are named, never imported."""

from django.urls import include, path

urlpatterns = [
    path("", include("reports.urls")),
    path("accounts/", include("salescrm.accounts")),
    path("relations/", include("relations.urls")),
    path("relations/", include("sales.relation_urls")),
    path("projects/", include("projects.urls")),
    path("invoices/", include("invoicing.urls")),
    path("sales/", include("sales.urls")),
    path("settings/", include("sales.settings_urls")),
    path("search/", include("sales.search_urls")),
    path("help/", include("salescrm.help")),
    path("setup/", include("sales.first_run_urls")),
]

handler400 = "salescrm.errors.bad_request"
handler500 = "salescrm.errors.server_error"
