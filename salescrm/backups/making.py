"""Making a backup: the database is dumped first, then the files. A file without its row does no harm."""

import os
import subprocess
import tempfile
import tomllib
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from salescrm.backups.archive import DUMP, FILES, BackupError, Manifest, Writer, new_file
from salescrm.backups.server import Server, kind_of, version_of

PROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"


def make(server: Server, files: Path, to: Path) -> Manifest:
    """Write a backup of the database and all files to `to`, whole or not at all.

    Refuses a name that exists, a database that is not there or was never migrated, programs older than the server.
    """
    if to.exists():
        raise BackupError(f"{to} exists already: name another file.")
    if not to.parent.is_dir():
        raise BackupError(f"There is no directory {to.parent}.")
    with tempfile.TemporaryDirectory(dir=to.parent, prefix=".salescrm-backup-") as beside:
        dump, unfinished = Path(beside, DUMP), Path(beside, "archive")
        manifest = _dump(server, dump)
        with new_file(unfinished) as target:
            writer = Writer(target, manifest)
            writer.add(DUMP, dump)
            for path in _stored(files):
                with suppress(FileNotFoundError):  # somebody has just thrown it away
                    writer.add(f"{FILES}{path.relative_to(files).as_posix()}", path)
            writer.close()
            target.flush()
            os.fsync(target.fileno())
        _name(unfinished, to)
    return manifest


def _dump(server: Server, to: Path) -> Manifest:
    connection = server.open()
    if connection is None:
        raise BackupError(f"There is no database {server.name}.")
    with connection:
        locale = kind_of(connection)
        try:
            applied = connection.execute("SELECT app, name FROM django_migrations ORDER BY id").fetchall()
        except psycopg.errors.UndefinedTable as error:
            raise BackupError(f"The database {server.name} is empty: there is nothing to back up.") from error
        version = connection.info.server_version
    program = server.program("pg_dump", version // 10000)
    done = server.run(
        program, "--format=custom", "--no-owner", "--no-privileges", f"--file={to}", stdout=subprocess.DEVNULL
    )
    complaint = done.communicate()[1].decode(errors="replace")
    if done.returncode:
        raise BackupError(f"pg_dump failed: {complaint.strip()}")
    product = tomllib.loads(PROJECT.read_text())["project"]["version"]
    made_at = datetime.now(UTC).isoformat(timespec="seconds")
    return Manifest(product, made_at, version, version_of(program), locale, [list(row) for row in applied])


def _stored(files: Path) -> list[Path]:
    """Every file people added; what is still being written, or restored, has a name that begins with a dot."""
    paths = (path for path in files.rglob("*") if path.is_file() and not path.is_symlink())
    return sorted(path for path in paths if not any(part.startswith(".") for part in path.relative_to(files).parts))


def _name(unfinished: Path, to: Path) -> None:
    try:
        os.link(unfinished, to)  # unlike a rename it replaces nothing that came there meanwhile
    except FileExistsError as error:
        raise BackupError(f"{to} exists already: name another file.") from error
    except OSError:  # not every file system knows links
        unfinished.rename(to)
