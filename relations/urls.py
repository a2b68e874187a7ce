"""The addresses of relations."""

app_name = "relations"
urlpatterns = []
