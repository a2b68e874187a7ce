"""Restoring a backup: everything is checked before anything is touched, the database changes in one transaction.

Files come first: names are unique for ever, so one whose row is not there yet does no harm. Those of a database that
was replaced go last, when the other one is there.
"""

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from django.db.migrations.loader import MigrationLoader

from salescrm import embedded
from salescrm.backups.archive import DUMP, FILES, BackupError, Manifest, check, extract
from salescrm.backups.server import CLEAR, LOCALE, OTHERS, STOP_MAIL, TAKEN, Server, kind_of, value_of

GONE = {"axes"}  # apps of packages that older versions used, and that are no more


def restore(server: Server, files: Path, archive: Path, *, replace: bool = False) -> Manifest:
    """Bring a backup back into an empty database; one that is missing is created.

    Refuses a backup that is not whole or newer than this program or the server, a database with another locale, one
    that is in use, and one that holds anything unless it is to be replaced.
    """
    manifest = check(archive)
    _check_migrations(manifest)
    programs = _programs(server, manifest)
    is_filled = _check_database(server, manifest, replace=replace)
    files.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=files, prefix=".restoring-") as beside:
        staged = Path(beside)
        names = [name for name in extract(archive, staged) if name != DUMP]
        added = _add_files(staged, files, names)
        try:
            _restore_database(server, staged / DUMP, programs)
        except BaseException:
            for path in added:
                path.unlink()
            raise
        for name in names:  # one that was there already, and is another one
            if (staged / name).exists():
                shutil.move(staged / name, files / name.removeprefix(FILES))
    if is_filled:
        _remove_others(files, names)
    return manifest


def _check_migrations(manifest: Manifest) -> None:
    loader = MigrationLoader(None)
    known = {*loader.disk_migrations, *(old for one in loader.disk_migrations.values() for old in one.replaces)}
    if newer := sorted(row for row in {*manifest.migrations} - known if row[0] not in GONE):
        raise BackupError(
            f"This backup was made by a newer version of Sales CRM ({manifest.product}, with {'.'.join(newer[0])}): "
            "update the program first."
        )


def _programs(server: Server, manifest: Manifest) -> tuple[str, str]:
    least = manifest.dump_program  # an older one cannot read it
    return server.program("pg_restore", least), server.program("psql", least)


def _check_database(server: Server, manifest: Manifest, *, replace: bool) -> bool:
    """Whether anything is in the database; creates it when it is missing."""
    connection = server.open()
    if connection is None:
        server.create()
        connection = server.connect()
    with connection:
        if (here := connection.info.server_version // 10000) < manifest.server // 10000:
            raise BackupError(
                f"This backup comes from PostgreSQL {manifest.server // 10000}, this server is {here}: update it first."
            )
        if (kind := kind_of(connection)) != LOCALE:
            raise BackupError(
                f"The database {server.name} has another locale ({kind}), by which names sort differently. Drop "
                f"it, then create it anew: CREATE DATABASE \"{server.name}\" TEMPLATE template0 ENCODING 'UTF8' "
                f"{embedded.LOCALE};"
            )
        if others := value_of(connection, OTHERS):
            raise BackupError(
                f"The database {server.name} is in use ({others} other connections): stop the web processes and the "
                "worker first."
            )
        is_filled = bool(value_of(connection, TAKEN))
    if is_filled and not replace:
        raise BackupError(
            f"The database {server.name} is not empty. With --replace everything in it is replaced by the backup."
        )
    return is_filled


def _add_files(staged: Path, files: Path, names: list[str]) -> list[Path]:
    added = []
    for name in names:
        place = files / name.removeprefix(FILES)
        if not place.exists():
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            shutil.move(staged / name, place)
            added.append(place)
    return added


def _restore_database(server: Server, dump: Path, programs: tuple[str, str]) -> None:
    """Replace what is in the database by what the dump holds: all of it, or nothing is changed."""
    restorer, reader = programs
    command = [restorer, "--no-owner", "--no-privileges", "--schema=public", "--file=-", str(dump)]
    script: Any = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # noqa: S603
    options = ("--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1")
    database: Any = server.run(reader, *options, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    try:
        database.stdin.write(f"BEGIN;\n{CLEAR}".encode())
        shutil.copyfileobj(script.stdout, database.stdin)
        complaint = script.communicate()[1].decode(errors="replace")
        if script.returncode == 0:
            database.stdin.write(f"{STOP_MAIL}COMMIT;\n".encode())  # never before the whole script has come
    except BrokenPipeError:  # psql stopped reading; its own output says why
        script.kill()
        script.communicate()
        complaint = ""
    output = database.communicate()[1].decode(errors="replace")
    if script.returncode or database.returncode:
        why = " ".join(f"{complaint} {output}".split())[-500:]
        raise BackupError(f"Nothing was restored, the database is as it was: {why}")


def _remove_others(files: Path, names: list[str]) -> None:
    """The files of the database that was replaced: no row names them any more."""
    wanted = {files / name.removeprefix(FILES) for name in names}
    for path in files.rglob("*"):
        if path.is_file() and not path.is_symlink() and path not in wanted:
            path.unlink()
