"""The addresses of invoicing."""

app_name = "invoicing"
urlpatterns = []
