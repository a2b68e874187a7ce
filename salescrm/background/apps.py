"""Work that runs by itself."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorkConfig(AppConfig):
    name = "salescrm.background"
    label = "background"
    verbose_name = _("Background work")
