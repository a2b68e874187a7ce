"""Django's PostgreSQL backend, starting the embedded server when a connection gets no answer.

A running server costs nothing extra, and a command that needs no database starts no server.
"""

import contextlib
from typing import Any

import psycopg
from django.db.backends.postgresql import base, creation
from django.db.utils import OperationalError

from salescrm import embedded


class DatabaseCreation(creation.DatabaseCreation):
    """Test databases get the same locale as every other, and go away even if a thread still holds one."""

    def sql_table_creation_suffix(self) -> str:
        return f"WITH ENCODING 'UTF8' TEMPLATE template0 {embedded.LOCALE}"

    def _destroy_test_db(self, test_database_name: str, verbosity: int) -> None:
        with self._nodb_cursor() as cursor:  # type: ignore[attr-defined] # not in the stubs
            cursor.execute(f"DROP DATABASE {self.connection.ops.quote_name(test_database_name)} WITH (FORCE)")


class DatabaseWrapper(base.DatabaseWrapper):
    """Connect; without a server start it, without a database create it, and connect again."""

    creation_class = DatabaseCreation

    def get_new_connection(self, conn_params: dict[str, Any]) -> psycopg.Connection[Any]:
        try:
            return super().get_new_connection(conn_params)
        except psycopg.OperationalError as error:
            if not self._provide(conn_params, error):
                raise
        return super().get_new_connection(conn_params)

    def _provide(self, conn_params: dict[str, Any], error: psycopg.OperationalError) -> bool:
        try:
            embedded.current().start()
        except embedded.EmbeddedError as refusal:
            raise OperationalError(str(refusal)) from error
        if conn_params["dbname"] == embedded.DATABASE:
            create_database(conn_params["host"])
        return True


def create_database(host: str) -> None:
    """Create the project's database unless it exists."""
    with psycopg.connect(host=host, user=embedded.SUPERUSER, dbname="postgres", autocommit=True) as connection:
        row = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [embedded.DATABASE]).fetchone()
        if not row:
            with contextlib.suppress(psycopg.errors.UniqueViolation, psycopg.errors.DuplicateDatabase):  # just made
                connection.execute(f"CREATE DATABASE {embedded.DATABASE} TEMPLATE template0 {embedded.LOCALE}")
