"""The kernel: users, the organisation, money, dates, pages."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SalesCrmConfig(AppConfig):
    name = "salescrm"
    verbose_name = _("Sales CRM")
