"""`manage.py generate --sales N --seed S`: a large synthetic data set for measuring."""

import time

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from sales.defaults import install_defaults
from sales.demo.generating import generate, tidy


class Command(BaseCommand):
    help = "Add a large synthetic data set: sales with their relations, owners, lines and history."

    def add_arguments(self, parser):
        parser.add_argument("--sales", type=int, default=10_000, help="how many sales (default 10000)")
        parser.add_argument("--relations", type=int, help="how many organizations (default: one per five sales)")
        parser.add_argument("--seed", type=int, default=1, help="another seed gives other numbers (default 1)")

    def handle(self, *args, **options):
        if settings.PRODUCTION:
            raise CommandError("Synthetic data does not belong in production.")
        if options["sales"] < 1 or (options["relations"] or 1) < 1:
            raise CommandError("--sales and --relations are at least 1.")
        install_defaults("en")
        started = time.monotonic()
        generate(
            sales=options["sales"],
            seed=options["seed"],
            relations=options["relations"],
            progress=lambda batches: tqdm(batches, desc="sales", disable=None, leave=False),
        )
        tidy()
        if options["verbosity"]:
            self.stdout.write(f"{options['sales']} sales in {time.monotonic() - started:.0f} seconds.")
