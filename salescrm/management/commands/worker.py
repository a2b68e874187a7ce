"""`manage.py worker`: carries out what is due, beside the web server."""

import asyncio
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from salescrm.background import worker


class Command(BaseCommand):
    help = "Carry out what waits: mail, and the chores of the night. Runs until it is stopped (SIGTERM, Ctrl-C)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--parent", type=int, metavar="PID", help="end when this process, its parent, is gone")
        parser.add_argument("--check", action="store_true", help="only say whether a worker lives; exit code 1 if none")

    def handle(self, *, parent: int | None, check: bool, **options: Any) -> None:
        if not check:
            asyncio.run(worker.run(parent))
        elif not worker.is_alive():
            raise CommandError("No worker lives.")
