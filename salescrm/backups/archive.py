"""The archive of a backup: a tar of a dump of the database, of the files people added, and of a manifest.

The first member is a mark of the format, the last one the manifest with a hash of every member: an archive that was
cut off or changed, or that holds more, is refused.
"""

import hashlib
import io
import json
import os
import re
import tarfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

FORMAT = 1
MARK, DUMP, MANIFEST, FILES = "salescrm-backup", "database.dump", "manifest.json", "files/"
SAFE = re.compile(r"files(/[A-Za-z0-9_][A-Za-z0-9_.-]*)+")  # no way out: no empty part, none that begins with a dot
BLOCK = 1024 * 1024
LARGEST = 500 * BLOCK  # of a manifest: some millions of files


class BackupError(Exception):
    """A backup that could not be made or must not be restored; the message says why, and what to do."""


@dataclass
class Manifest:
    """What is in a backup, and where it came from."""

    product: str
    made_at: str
    server: int  # as PostgreSQL counts: 180004 is 18.4
    dump_program: int  # the major version of pg_dump: an older pg_restore cannot read it
    locale: str
    migrations: list[list[str]] | list[tuple[str, str]]
    members: dict[str, list] = field(default_factory=dict)  # name: size, SHA-256
    format: int = FORMAT


class Reader:
    """A file that is hashed while it is read."""

    def __init__(self, file: BinaryIO):
        self.file, self.hash, self.size = file, hashlib.sha256(), 0

    def read(self, size: int = -1) -> bytes:
        block = self.file.read(size)
        self.hash.update(block)
        self.size += len(block)
        return block


class Writer:
    """Adds members one by one, the manifest last."""

    def __init__(self, file: BinaryIO, manifest: Manifest):
        self.tar, self.manifest = tarfile.TarFile(fileobj=file, mode="w", format=tarfile.PAX_FORMAT), manifest
        self._add(MARK, f"{FORMAT}\n".encode())

    def add(self, name: str, path: Path) -> None:
        """Add a file, read once."""
        with path.open("rb") as source:
            reader = Reader(source)
            self.tar.addfile(self._member(name, os.fstat(source.fileno()).st_size), reader)
        self.manifest.members[name] = [reader.size, reader.hash.hexdigest()]

    def close(self) -> None:
        """Write what is in it."""
        self._add(MANIFEST, json.dumps(asdict(self.manifest), indent=1).encode())
        self.tar.close()

    def _add(self, name: str, content: bytes) -> None:
        hashed = hashlib.sha256(content)
        with io.BytesIO(content) as source:
            self.tar.addfile(self._member(name, len(content)), source)
        if name != MANIFEST:
            self.manifest.members[name] = [len(content), hashed.hexdigest()]

    def _member(self, name: str, size: int) -> tarfile.TarInfo:
        member = tarfile.TarInfo(name)
        member.size, member.mode = size, 0o600
        return member


def check(path: Path) -> Manifest:
    """Read the whole archive and return its manifest. Refuses what is cut off, changed, foreign, newer or unsafe."""
    try:
        with tarfile.open(path, "r:") as tar:
            members, manifest = _read(tar)
    except tarfile.TarError as error:
        raise BackupError(f"{path} is no backup made by manage.py backup, or it was cut off ({error}).") from error
    if manifest is None:
        raise BackupError(f"{path} was cut off: its end is missing. Use another backup.")
    for name in sorted({*members, *manifest.members, DUMP}):
        if name not in members or members[name] != manifest.members.get(name):
            raise BackupError(f"{path} is damaged or was changed: {name} is not as it was. Use another backup.")
    return manifest


def _read(tar: tarfile.TarFile) -> tuple[dict[str, list], Manifest | None]:
    first = tar.next()
    if first is None or first.name != MARK or not first.isreg():
        raise BackupError("This is no backup made by manage.py backup: another program made this archive.")
    mark = _open(tar, first).read(100)
    if mark != f"{FORMAT}\n".encode():
        raise BackupError("This backup was made by a newer version of Sales CRM: update the program first.")
    members, manifest = {MARK: [len(mark), hashlib.sha256(mark).hexdigest()]}, None
    while member := tar.next():
        name = member.name
        if not member.isreg() or name in members or manifest or not (name in (DUMP, MANIFEST) or SAFE.fullmatch(name)):
            raise BackupError(f"This archive holds something no backup does ({name!r}): it is not safe to restore.")
        if name == MANIFEST:
            manifest = _manifest(_open(tar, member).read(LARGEST))
        else:
            members[name] = _hashed(_open(tar, member), member)
    return members, manifest


def _manifest(text: bytes) -> Manifest:
    try:
        manifest = Manifest(**json.loads(text))
        if not isinstance(manifest.members, dict) or not isinstance(manifest.dump_program, int):
            raise ValueError("not what was written")
        manifest.migrations = [(str(app), str(name)) for app, name in manifest.migrations]
    except (ValueError, TypeError) as error:
        raise BackupError("The manifest of this backup cannot be read: it was changed. Use another backup.") from error
    return manifest


def _open(tar: tarfile.TarFile, member: tarfile.TarInfo) -> BinaryIO:
    return cast(BinaryIO, tar.extractfile(member))  # a regular file, as was checked


def _hashed(file: BinaryIO, member: tarfile.TarInfo) -> list:
    reader = Reader(file)
    while reader.read(BLOCK):
        pass
    if reader.size != member.size:
        raise BackupError(f"This backup was cut off in {member.name}. Use another backup.")
    return [reader.size, reader.hash.hexdigest()]


def extract(path: Path, to: Path) -> Iterator[str]:
    """Write the dump and the files of a checked archive below `to`, each readable by its owner only."""
    with tarfile.open(path, "r:") as tar:
        for member in tar:
            if member.name in (MARK, MANIFEST):
                continue
            place = to / member.name
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with _open(tar, member) as source, new_file(place) as target:
                while block := source.read(BLOCK):
                    target.write(block)
            yield member.name


def new_file(path: Path) -> BinaryIO:
    """Open a file that was not there yet, which only its owner may read."""
    return open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600))
