"""`manage.py demo`: data of a small made-up company, so that every page has something to show."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from sales.demo.loading import LOGINS, is_loaded, load
from sales.demo.people import PASSWORD
from salescrm.models import User


class Command(BaseCommand):
    help = "Load demo data: users, relations, sales with history, projects and invoices. A second run adds nothing."

    def add_arguments(self, parser):
        parser.add_argument("--language", choices=["en", "nl"], default="en", help="language of the data (default en)")

    def handle(self, *args, **options):
        if is_loaded():
            self.stdout.write("The demo data is there already.")
            return
        if settings.PRODUCTION and User.objects.exists():
            raise CommandError("This installation is in use: demo data does not belong in it.")
        load(options["language"])
        self.stdout.write(f"Demo data loaded. Log in as {', '.join(LOGINS)}; the password of all three is: {PASSWORD}")
