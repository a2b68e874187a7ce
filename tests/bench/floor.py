"""The floor: the barest honest Django page over as many rows of its own, in the same PostgreSQL."""

import contextlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg

from salescrm import embedded
from tests.bench.client import Browser
from tests.bench.servers import gunicorn

DATABASE = "floor"
NAME = PASSWORD = "perf"


class Floor:
    """The floor app of a folder with `baseline/app.py`, `gen_sales.sql` and `indexes.sql`."""

    def __init__(self, folder: Path, scratch: Path):
        self.folder = folder
        self.scratch = scratch
        self.host = str(embedded.current().socket_dir)

    def prepare(self) -> None:
        """Make its database and its user."""
        with self._connect("postgres") as connection:
            connection.execute(f"CREATE DATABASE {DATABASE} TEMPLATE template0 {embedded.LOCALE}")
        subprocess.run(
            [sys.executable, "app.py", "setup"], cwd=self.folder / "baseline", env=self._environment("none"), check=True
        )

    def fill(self, rows: int) -> str:
        """Make the table with this many rows and its indexes; gives its name."""
        table = f"sale_{rows}"
        with self._connect(DATABASE) as connection:
            for name in ("gen_sales.sql", "indexes.sql"):
                for statement in _statements((self.folder / name).read_text(), rows, table):
                    connection.execute(statement)
        return table

    @contextlib.contextmanager
    def serve(self, table: str) -> Iterator[Browser]:
        """Serve it over this table; gives a browser that is logged in."""
        log = self.scratch / "floor.log"
        folder = self.folder / "baseline"
        with gunicorn("app:wsgi", folder=folder, log=log, **self._settings(table)) as port:
            browser = Browser(port)
            browser.log_in("/login/", NAME, PASSWORD)
            yield browser

    def _connect(self, database: str) -> psycopg.Connection:
        return psycopg.connect(host=self.host, user=embedded.SUPERUSER, dbname=database, autocommit=True)

    def _settings(self, table: str) -> dict[str, str]:
        return {
            "FLOOR_DSN_HOST": self.host, "FLOOR_DSN_NAME": DATABASE, "FLOOR_DSN_USER": embedded.SUPERUSER,
            "FLOOR_TABLE": table,
        }  # fmt: skip

    def _environment(self, table: str) -> dict[str, str]:
        return {"PATH": "", "PYTHONDONTWRITEBYTECODE": "1", **self._settings(table)}


def _statements(script: str, rows: int, table: str) -> list[str]:
    """The statements of a psql script with its variables filled in."""
    known = {"n": str(rows), "t": table}
    lines = []
    for line in script.splitlines():
        made = re.match(r"\\set (\w+) :t (\w+)", line)
        if made:
            known[made[1]] = table + made[2]
        elif not line.startswith("\\"):
            lines.append(line.split(" --")[0] if not line.startswith("--") else "")
    text = re.sub(r':"(\w+)"', lambda match: f'"{known[match[1]]}"', "\n".join(lines))
    text = re.sub(r"(?<![:\w]):([a-z]\w*)", lambda match: known[match[1]], text)
    return [statement.strip() for statement in text.split(";") if statement.strip()]
