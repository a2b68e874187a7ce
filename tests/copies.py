"""Rows of the test database as they once were: to put back what takes long to make, and to clean up after a test."""

from dataclasses import dataclass, field

import psycopg
from django.db import connection, transaction

from sales.defaults import install_defaults

MIGRATIONS = "django_migrations"  # never changed by a test
LARGE = 1_000_000  # bytes: whoever reads a table after that would read what was deleted too
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> %s ORDER BY tablename"


@dataclass
class Copy:
    """What tables hold, a table at a time, in the text format of COPY."""

    rows: dict[str, bytes] = field(default_factory=dict)

    @classmethod
    def of(cls, tables: list[str]) -> "Copy":
        raw = server()
        return cls({table: _read(raw, table) for table in tables})

    def differing(self) -> list[str]:
        """The tables that hold something else now."""
        raw = server()
        return [table for table, rows in self.rows.items() if _read(raw, table) != rows]

    def are_free(self) -> bool:
        """Whether all the tables are empty."""
        questions = [f'EXISTS (SELECT FROM "{table}")' for table in self.rows]
        return server().execute(f"SELECT NOT ({' OR '.join(questions)})").fetchone()[0]

    def put(self, tables: list[str] | None = None) -> None:
        """Fill these tables, or all; no trigger runs, for what triggers once did is among the rows."""
        raw = server()
        with transaction.atomic():
            raw.execute("SET LOCAL session_replication_role TO replica")
            for table in self.rows if tables is None else tables:
                with raw.cursor().copy(f'COPY "{table}" FROM STDIN') as copy:
                    copy.write(self.rows[table])
            raw.execute("SET LOCAL session_replication_role TO origin")


def server() -> psycopg.Connection:
    """The connection of the tests itself: what goes over it is no statement of the product, so nobody watches it."""
    connection.ensure_connection()
    return connection.connection


def filled_tables() -> list[str]:
    """The tables that hold any row."""
    raw = server()
    tables = [name for (name,) in raw.execute(TABLES, [MIGRATIONS])]
    questions = [f"SELECT '{table}' WHERE EXISTS (SELECT FROM \"{table}\")" for table in tables]
    return [name for (name,) in raw.execute(" UNION ALL ".join(questions))]


class Ground:
    """What a migrated database holds before any test, and the way back to it; what an installation puts on it."""

    def __init__(self):
        filled = filled_tables()
        self.base = Copy.of(filled)
        with transaction.atomic():
            install_defaults("en")
            self.defaults = Copy.of([table for table in filled_tables() if table not in filled])
            transaction.set_rollback(True)

    def restore(self) -> None:
        """Take away what a test left, as Django's flush does: but only where there is any, and by DELETE.

        Emptying 45 tables with their indexes and making roles and permissions anew took a third of a second. Whoever
        is still at work is waited for, as with TRUNCATE.
        """
        changed = self.base.differing()
        tables = [*changed, *(table for table in filled_tables() if table not in self.base.rows)]
        if not tables:
            return
        raw = server()
        names = ", ".join(f'"{table}"' for table in tables)
        with transaction.atomic():
            raw.execute(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE")
            raw.execute("SET LOCAL session_replication_role TO replica")
            for table in tables:
                large = table not in changed and _size(raw, table) > LARGE
                raw.execute(f'TRUNCATE "{table}" CASCADE' if large else f'DELETE FROM "{table}"')
            self.base.put(changed)


def _size(raw: psycopg.Connection, table: str) -> int:
    return raw.execute("SELECT pg_relation_size(%s::regclass)", [table]).fetchone()[0]


def _read(raw: psycopg.Connection, table: str) -> bytes:
    with raw.cursor().copy(f'COPY "{table}" TO STDOUT') as copy:
        return b"".join(copy)
