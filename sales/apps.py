"""Sales, from the first contact to accepted or lost."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from salescrm.accounts.roles import install_roles


class SalesConfig(AppConfig):
    name = "sales"
    verbose_name = _("sales")

    def ready(self):
        # The last app with permissions: all of them exist when its signal comes.
        post_migrate.connect(install_roles, sender=self)
