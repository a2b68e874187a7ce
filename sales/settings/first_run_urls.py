"""The address of the first run; no namespace, so that the kernel's log-in page can point to it by name."""

from django.urls import path

from sales.settings.first_run_views import set_up_page

urlpatterns = [path("", set_up_page, name="setup")]
