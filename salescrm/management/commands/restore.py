"""`manage.py restore FILE`: bring a backup back, and up to this version of the program."""

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from salescrm.backups.archive import BackupError
from salescrm.backups.restoring import restore
from salescrm.backups.server import Server
from salescrm.mail.outbox import hold_all


class Command(BaseCommand):
    help = (
        "Brings back what manage.py backup wrote, of this version or an older one, into an empty database; a missing "
        "one is created. Stop the web processes and the worker first."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="the archive; - reads it from the standard input")
        parser.add_argument("--replace", action="store_true", help="replace what is in the database, and its files")

    def handle(self, *, file: str, replace: bool, **options: Any) -> None:
        connection.close()
        try:
            server = Server.of(connection.settings_dict)
            with tempfile.TemporaryDirectory() as beside:
                archive = self._archive(file, Path(beside, "archive"))
                manifest = restore(server, Path(default_storage.path("")), archive, replace=replace)
        except (BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"Restored the backup of {manifest.made_at}: the database and {len(manifest.members) - 2} files."
        )
        call_command("migrate", interactive=False, verbosity=0)
        if held := hold_all():
            self.stdout.write(f"Mail that was not sent yet is on hold ({held}): see Settings > Outgoing mail.")
        self.stdout.write("It is up to date with this version. Links and sessions need the secret key of then.")

    def _archive(self, file: str, spool: Path) -> Path:
        if file != "-":
            return Path(file)
        with spool.open("xb") as target:
            shutil.copyfileobj(sys.stdin.buffer, target)
        return spool
