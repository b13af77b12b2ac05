"""Run statements on one connection."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
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
        self._errors = _DriverErrors(connection)

    @contextmanager
    def transaction(self, begin: str) -> Iterator[None]:
        """Keep what is done within the block, or nothing of it when the block raises."""
        with self._errors:
            self._cursor.execute(begin)
        try:
            yield
            with self._errors:
                self._cursor.execute("COMMIT")
        except BaseException:
            if not self._connection.invalidated:
                self._cursor.execute("ROLLBACK")
            raise

    def _rows(self, statement: Prepared | Select[Any], values: Values = NO_VALUES) -> Sequence[Row]:
        """Run a statement and return the rows that it finds."""
        if not isinstance(statement, Prepared):
            return self._connection.execute(statement, values).all()
        text = statement.text(self._dialect)
        with self._errors:
            self._cursor.execute(text.sql, text.values(values))
            return text.rows(self._cursor.fetchall())

    def _row(self, statement: Prepared, values: Values = NO_VALUES) -> Row | None:
        """Return the first row that a statement finds, None when there is none."""
        rows = self._rows(statement, values)
        return rows[0] if rows else None

    def _write(self, statement: Prepared, *rows: Values) -> None:
        """Run a statement for each row of values; nothing comes back."""
        text = statement.text(self._dialect)
        with self._errors:
            if len(rows) == 1:
                self._cursor.execute(text.sql, text.values(rows[0]))
            else:
                self._cursor.executemany(text.sql, [text.values(row) for row in rows])


class _DriverErrors:
    """Makes a driver's errors SQLAlchemy's, and drops a connection that was lost."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        dialect = self._connection.dialect
        driver_error = dialect.loaded_dbapi.Error
        if not isinstance(error, driver_error):
            return
        lost = dialect.is_disconnect(error, self._connection.connection, None)
        if lost:
            self._connection.invalidate(error)
        raise DBAPIError.instance(
            None, None, error, driver_error, connection_invalidated=lost, dialect=dialect
        ) from error
