"""Transactions on SQLite or PostgreSQL."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, literal, select
from sqlalchemy.exc import DatabaseError, DataError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from registry_service.db.aliases import SqlAliases
from registry_service.db.audit import SqlAnswers, SqlAuditLog
from registry_service.db.engine import STATEMENT_SECONDS
from registry_service.db.files import SqlBlobMarks, SqlFiles
from registry_service.db.late_rows import LateRows
from registry_service.db.resources import SqlResources
from registry_service.db.versions import SqlVersions
from registry_service.errors import StorageError, StorageFullError
from registry_service.service.ports import Transaction


class SqlDatabase:
    """Opens transactions on an engine, each on a connection of its pool."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._is_sqlite = engine.dialect.name == "sqlite"
        # SQLite has one writer: waiting for it in a queue beats polling the file's lock.
        self._writer = threading.Lock()

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """Open a view; on SQLite a consistent one. Nothing is written through it."""
        with outages(), self._engine.begin() as connection:
            # Each statement sees its own state of the data in PostgreSQL's usual isolation.
            if self._is_sqlite:
                connection.exec_driver_sql("BEGIN")
            yield _transaction(connection, LateRows(connection))

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """Open a transaction that is committed when the block ends, undone when it raises."""
        with outages(), self._turn(), self._engine.begin() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE" if self._is_sqlite else "BEGIN")
            late = LateRows(connection)
            yield _transaction(connection, late)
            late.store()

    def check(self) -> None:
        """Raise StorageError unless the database answers."""
        with outages(), self._engine.connect() as connection:
            connection.execute(select(literal(1)))

    def close(self) -> None:
        """Close every connection; nobody uses one any more."""
        self._engine.dispose()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._is_sqlite:
            yield
            return
        if not self._writer.acquire(timeout=STATEMENT_SECONDS):
            raise StorageError("other changes took too long: try again")
        try:
            yield
        finally:
            self._writer.release()


def _transaction(connection: Connection, late: LateRows) -> Transaction:
    files = SqlFiles(connection)
    return Transaction(
        SqlResources(connection, late),
        SqlVersions(connection),
        files,
        SqlBlobMarks(connection, files),
        SqlAliases(connection, late),
        SqlAuditLog(connection, late),
        SqlAnswers(connection),
    )


@contextmanager
def outages() -> Iterator[None]:
    """Tell that a database cannot be used, or has no room left, from what it says of the data."""
    try:
        yield
    except (IntegrityError, ProgrammingError, DataError):
        raise
    except (DatabaseError, PoolTimeoutError) as error:
        reason = " ".join(str(getattr(error, "orig", None) or error).split())
        if "disk is full" in reason or "No space left on device" in reason:
            raise StorageFullError("the registry's database has no room left") from error
        if reason in _TOO_LONG:
            reason = f"this took longer than {STATEMENT_SECONDS} s: ask for less"
        raise StorageError(f"the registry's database cannot be used: {reason}") from error


# What SQLite and PostgreSQL say of a statement whose time is over.
_TOO_LONG = ("interrupted", "canceling statement due to statement timeout")
