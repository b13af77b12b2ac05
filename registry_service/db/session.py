"""Run statements on one connection."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from registry_service.db.drivers import Driver
from registry_service.db.prepared import (
    NO_VALUES,
    Prepared,
    PreparedRows,
    Row,
    Statement,
    Text,
    Values,
)
from registry_service.db.sqlite import SqliteDriver

P = ParamSpec("P")
T = TypeVar("T")


class Session:
    """A connection whose statements run on its driver."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._driver = _driver(connection)
        self._broken = False

    def is_usable(self) -> bool:
        """Tell whether the next statement can be run here."""
        return not (self._broken or self._driver.is_closed())

    def ping(self) -> None:
        """Ask the database for an answer."""
        self._call(self._driver.command, "SELECT 1")

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()

    def discard(self) -> None:
        """Drop a connection that is of no use any more."""
        self._connection.invalidate()
        self._connection.close()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """See one state of the data within the block, where the database is asked for it."""
        if self._driver.begin_reading is None:
            yield
            return
        with self._transaction(self._driver.begin_reading):
            yield

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Keep what is done within the block, or nothing of it when the block raises."""
        with self._transaction(self._driver.begin_writing):
            yield

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[None]:
        self._call(self._driver.command, begin)
        try:
            yield
            self._call(self._driver.command, "COMMIT")
        except BaseException:
            self._roll_back()
            raise

    def _roll_back(self) -> None:
        try:
            self._driver.command("ROLLBACK")
        except self._driver.error:
            # What went wrong before is what the caller learns.
            self._broken = True

    def _rows(self, statement: Prepared | Statement, values: Values = NO_VALUES) -> Sequence[Row]:
        """Run a statement and return the rows that it finds."""
        dialect = self._driver.dialect
        if isinstance(statement, Prepared):
            text = statement.text(dialect)
        else:
            text = Text(statement, dialect)
        return self._call(self._driver.run, text, values)

    def _row(self, statement: Prepared | Statement, values: Values = NO_VALUES) -> Row | None:
        """Return the first row that a statement finds, None when there is none."""
        rows = self._rows(statement, values)
        return rows[0] if rows else None

    def _store(self, statements: PreparedRows, rows: Sequence[Values]) -> None:
        """Store rows."""
        if rows:
            self._call(self._driver.store, statements, rows)

    def _call(self, do: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
        """Call the driver, and make its errors SQLAlchemy's."""
        try:
            return do(*given, **named)
        except self._driver.error as error:
            raise DBAPIError.instance(
                None, None, error, self._driver.error, dialect=self._connection.dialect
            ) from error


def _driver(connection: Connection) -> Driver:
    inner: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        return SqliteDriver(inner)
    # Imported only where there is one: the driver costs memory and a tenth of a second.
    from registry_service.db.postgres import PostgresDriver

    return PostgresDriver(inner)
