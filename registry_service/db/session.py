"""Run statements on one connection."""

import select
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Select
from sqlalchemy.exc import DBAPIError

from registry_service.db.prepared import Prepared, Row, Values

NO_VALUES: Values = {}


class Session:
    """A connection: prepared statements run on its driver, all others through SQLAlchemy."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._dialect = connection.dialect
        self._cursor = connection.connection.cursor()
        self._driver_error = self._dialect.loaded_dbapi.Error
        self._broken = False
        self._closed = select.poll()
        if self._dialect.name == "postgresql":
            self._closed.register(connection.connection.fileno(), select.POLLIN)

    def is_usable(self) -> bool:
        """Tell whether the next statement can be run here.

        An idle server says nothing, unless it closes the connection: that is seen without asking.
        """
        return not (self._broken or self._connection.invalidated or self._closed.poll(0))

    def ping(self) -> None:
        """Ask the database for an answer."""
        self._execute("SELECT 1")

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()

    def discard(self) -> None:
        """Drop a connection that is of no use any more."""
        self._connection.invalidate()
        self._connection.close()

    @contextmanager
    def transaction(self, begin: str) -> Iterator[None]:
        """Keep what is done within the block, or nothing of it when the block raises."""
        self._execute(begin)
        try:
            yield
            self._execute("COMMIT")
        except BaseException:
            self._roll_back()
            raise

    def _roll_back(self) -> None:
        try:
            self._cursor.execute("ROLLBACK")
        except self._driver_error:
            # What went wrong before is what the caller learns.
            self._broken = True

    def _rows(self, statement: Prepared | Select[Any], values: Values = NO_VALUES) -> Sequence[Row]:
        """Run a statement and return the rows that it finds."""
        if not isinstance(statement, Prepared):
            return self._connection.execute(statement, values).all()
        text = statement.text(self._dialect)
        self._execute(text.sql, text.values(values))
        return text.rows(self._cursor.fetchall())

    def _row(self, statement: Prepared, values: Values = NO_VALUES) -> Row | None:
        """Return the first row that a statement finds, None when there is none."""
        rows = self._rows(statement, values)
        return rows[0] if rows else None

    def _write(self, statement: Prepared, *rows: Values) -> None:
        """Run a statement for each row of values; nothing comes back."""
        text = statement.text(self._dialect)
        for row in rows:
            self._execute(text.sql, text.values(row))

    def _execute(self, sql: str, values: Any = ()) -> None:
        try:
            self._cursor.execute(sql, values)
        except self._driver_error as error:
            raise DBAPIError.instance(
                sql, None, error, self._driver_error, dialect=self._dialect
            ) from error
