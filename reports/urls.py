"""The addresses of reports: included at the root, so that it holds the start page as well as `reports/...`."""

app_name = "reports"
urlpatterns = []
