"""The database server a backup is made of or restored into: what it is, and the programs that dump and restore it."""

import contextlib
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg
from psycopg import conninfo, sql

from salescrm import embedded
from salescrm.backups.archive import BackupError

LOCALE = "UTF8 builtin C.UTF-8"
SHORT = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
TAKEN = """
SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
"""
KIND = (
    "SELECT pg_encoding_to_char(encoding) || CASE datlocprovider WHEN 'b' THEN ' builtin ' WHEN 'i' THEN ' icu ' ELSE "
    "' libc ' END || coalesce(datlocale, datcollate) FROM pg_database WHERE datname = current_database()"
)
OTHERS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
# Whoever may not create databases may still replace all that is in one, and what was set on it stays.
CLEAR = """
DO $$
DECLARE thing record;
BEGIN
    FOR thing IN SELECT unnest(array_agg(oid)) AS oid, unnest(array_agg(relkind)) AS kind FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f')
    LOOP
        IF EXISTS (SELECT FROM pg_class WHERE pg_class.oid = thing.oid) THEN
            EXECUTE format('DROP %s %s CASCADE', CASE thing.kind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW'
                WHEN 'f' THEN 'FOREIGN TABLE' ELSE 'TABLE' END, thing.oid::regclass);
        END IF;
    END LOOP;
    FOR thing IN SELECT unnest(array_agg(oid::regclass::text)) AS name FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'S'
    LOOP EXECUTE format('DROP SEQUENCE IF EXISTS %s CASCADE', thing.name); END LOOP;
    FOR thing IN SELECT unnest(array_agg(pg_type.oid::regtype::text)) AS name FROM pg_type
        LEFT JOIN pg_class ON pg_class.oid = typrelid
        WHERE typnamespace = 'public'::regnamespace AND (typtype IN ('e', 'd', 'r') OR relkind = 'c')
        AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_type.oid AND deptype = 'e')
    LOOP EXECUTE format('DROP TYPE IF EXISTS %s CASCADE', thing.name); END LOOP;
    FOR thing IN SELECT unnest(array_agg(oid::regprocedure::text)) AS name FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace
        AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
    LOOP EXECUTE format('DROP ROUTINE IF EXISTS %s CASCADE', thing.name); END LOOP;
END $$;
"""

# Mail of the backup may have gone out since. In the transaction that brings it back, for a worker may wait for this
# database: nothing is due, until manage.py restore puts it on hold.
STOP_MAIL = """
DO $$ BEGIN
    IF to_regclass('public.mail_outgoingmail') IS NOT NULL THEN
        UPDATE public.mail_outgoingmail SET due_at = NULL WHERE due_at IS NOT NULL;
    END IF;
END $$;
"""


@dataclass(frozen=True)
class Server:
    """One database on a server, as the settings name it."""

    parameters: dict[str, str]

    @classmethod
    def of(cls, settings: dict) -> "Server":
        """From an entry of DATABASES. The embedded server is started when it does not run."""
        if settings["ENGINE"] == "salescrm.embedded":
            embedded.current().start()
        known = {option.keyword.decode() for option in psycopg.pq.Conninfo.get_defaults()} - {"options"}
        given = {SHORT[key]: str(settings[key]) for key in SHORT if settings.get(key)}
        return cls(given | {key: str(value) for key, value in settings.get("OPTIONS", {}).items() if key in known})

    @property
    def name(self) -> str:
        """The database's."""
        return self.parameters["dbname"]

    def connect(self, name: str = "") -> psycopg.Connection:
        """A connection of our own, to another database of the server if named."""
        parameters: dict[str, Any] = {**self.parameters, "dbname": name or self.name}
        return psycopg.connect(**parameters, autocommit=True)

    def open(self) -> psycopg.Connection | None:
        """A connection to the database, None when there is no such database; refuses a server that does not answer."""
        try:
            return self.connect()
        except psycopg.OperationalError as error:
            if self._is_missing():
                return None
            raise BackupError(f"The database {self.name} cannot be reached: {_line(error)}") from error

    def _is_missing(self) -> bool:
        for other in ("postgres", "template1"):
            with contextlib.suppress(psycopg.OperationalError), self.connect(other) as beside:
                return not beside.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self.name]).fetchone()
        return False

    def create(self) -> None:
        """Create the database with the locale names sort by; refuses for a role that may not."""
        creation = f"TEMPLATE template0 ENCODING 'UTF8' {embedded.LOCALE}"
        for other in ("postgres", "template1"):
            with contextlib.suppress(psycopg.OperationalError), self.connect(other) as beside:
                try:
                    beside.execute(sql.SQL("CREATE DATABASE {} " + creation).format(sql.Identifier(self.name)))
                except psycopg.errors.InsufficientPrivilege as error:
                    user = beside.info.user
                    raise BackupError(
                        f"There is no database {self.name}, and {user} may not create one. Let an administrator of the "
                        f'server run: CREATE DATABASE "{self.name}" OWNER "{user}" {creation};'
                    ) from error
                return
        raise BackupError(f"There is no database {self.name}, and no other to create it from.")

    def program(self, name: str, least: int) -> str:
        """The path of pg_dump, pg_restore or psql of this major version or newer: ours, else the one on the PATH."""
        for directory in _places():
            program = shutil.which(name, path=directory)
            if program and version_of(program) >= least:
                return program
        raise BackupError(f"{name} of PostgreSQL {least} or newer is needed: install its client programs.")

    def run(self, program: str, *arguments: str, **options: Any) -> subprocess.Popen:
        """Start a program on the database; the password is never on its command line."""
        address = conninfo.make_conninfo(**{k: v for k, v in self.parameters.items() if k != "password"})
        environment = os.environ | {"PGPASSWORD": self.parameters.get("password", ""), "PGCLIENTENCODING": "UTF8"}
        if not environment["PGPASSWORD"]:
            del environment["PGPASSWORD"]
        command = [program, *arguments, f"--dbname={address}"]
        return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, **options)  # noqa: S603


def _places() -> list[str]:
    with contextlib.suppress(embedded.EmbeddedError):
        return [str(embedded.programs()), os.environ.get("PATH", os.defpath)]
    return [os.environ.get("PATH", os.defpath)]


def version_of(program: str) -> int:
    """The major version of a program of PostgreSQL."""
    output = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    match = re.search(r"\(PostgreSQL\) (\d+)", output)
    return int(match[1]) if match else 0


def _line(error: Exception) -> str:
    return " ".join(str(error).split())


def kind_of(connection: psycopg.Connection) -> str:
    """Encoding and locale of a database; refuses a server that knows no builtin locale."""
    if connection.info.server_version < 170000:
        raise BackupError(
            f"PostgreSQL 17 or newer is needed: this server is {connection.info.server_version // 10000}."
        )
    return str(value_of(connection, KIND))


def value_of(connection: psycopg.Connection, question: LiteralString) -> Any:
    """What a statement answers that has one row of one value."""
    (value,) = connection.execute(question).fetchone() or (None,)
    return value
