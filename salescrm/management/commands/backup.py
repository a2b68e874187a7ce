"""`manage.py backup FILE`: database and files in one archive."""

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from salescrm.backups.archive import BackupError
from salescrm.backups.making import make
from salescrm.backups.server import Server


class Command(BaseCommand):
    help = (
        "Writes the database and the files people added to one archive, for manage.py restore. The secret key is not "
        "in it: keep it (.env) in a safe place of its own."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="where to write it, such as salescrm.tar; - writes it to the standard output")

    def handle(self, *, file: str, **options: Any) -> None:
        files = Path(default_storage.path(""))
        try:
            server = Server.of(connection.settings_dict)
            if file == "-":
                with tempfile.TemporaryDirectory() as beside:
                    manifest = make(server, files, Path(beside, "archive"))
                    with Path(beside, "archive").open("rb") as source:
                        shutil.copyfileobj(source, sys.stdout.buffer)
                    sys.stdout.buffer.flush()
            else:
                manifest = make(server, files, Path(file).absolute())
        except (BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        size = sum(size for size, _hash in manifest.members.values()) / 1e6
        self.stderr.write(f"Backed up the database and {len(manifest.members) - 2} files, {size:.1f} MB.")
        self.stderr.write("The secret key is not in it: keep it (.env) in a safe place of its own.")
