"""The addresses of the organisation in Settings, of whose namespace they are; and /setup/, which has none."""

from django.urls import path

from salescrm.organisation import views
from salescrm.organisation.first_run_views import set_up_page

settings = [
    path("organisation/", views.organisation, name="organisation"),
    path("number-example/", views.number_example, name="number-example"),
]
urlpatterns = [path("", set_up_page, name="setup")]  # without a namespace: the log-in page names it
