"""The addresses of sales."""

app_name = "sales"
urlpatterns = []
