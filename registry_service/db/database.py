"""Transactions on SQLite or PostgreSQL."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from registry_service.db.record_rows import RecordRows
from registry_service.db.resource_rows import ResourceRows
from registry_service.db.version_rows import VersionRows
from registry_service.errors import StorageError


class SqlTransaction(ResourceRows, VersionRows, RecordRows):
    """One open transaction."""


class SqlDatabase:
    """Opens transactions on an engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._sqlite = engine.dialect.name == "sqlite"
        # SQLite has one writer: waiting for it in a queue beats polling the file's lock.
        self._writer = threading.Lock() if self._sqlite else nullcontext()

    @contextmanager
    def read(self) -> Iterator[SqlTransaction]:
        """Open a view; nothing is written through it."""
        with _outages(), self._engine.connect() as connection:
            transaction = SqlTransaction(connection)
            with transaction.transaction("BEGIN") if self._sqlite else nullcontext():
                yield transaction

    @contextmanager
    def write(self) -> Iterator[SqlTransaction]:
        """Open a transaction that is committed when the block ends, undone when it raises."""
        with _outages(), self._writer, self._engine.connect() as connection:
            transaction = SqlTransaction(connection)
            with transaction.transaction("BEGIN IMMEDIATE" if self._sqlite else "BEGIN"):
                yield transaction

    def check(self) -> None:
        """Raise StorageError unless the database answers."""
        with _outages(), self._engine.connect() as connection:
            connection.execute(text("SELECT 1"))

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()


@contextmanager
def _outages() -> Iterator[None]:
    try:
        yield
    except (OperationalError, PoolTimeoutError) as error:
        reason = str(getattr(error, "orig", None) or error)
        raise StorageError(f"the registry's database cannot be used: {reason}") from error
