"""Transactions on SQLite or PostgreSQL."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from registry_service.db.overview_rows import OverviewRows
from registry_service.db.record_rows import RecordRows
from registry_service.db.resource_rows import ResourceRows
from registry_service.db.version_rows import VersionRows
from registry_service.errors import StorageError


class SqlTransaction(ResourceRows, VersionRows, RecordRows, OverviewRows):
    """One open transaction."""


class SqlDatabase:
    """Opens transactions on an engine; each thread keeps a connection of its own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._threads = threading.local()
        self._opened: list[SqlTransaction] = []
        sqlite = engine.dialect.name == "sqlite"
        # SQLite has one writer: waiting for it in a queue beats polling the file's lock.
        self._writer = threading.Lock() if sqlite else nullcontext()

    @contextmanager
    def read(self) -> Iterator[SqlTransaction]:
        """Open a view; on SQLite a consistent one. Nothing is written through it."""
        with _outages():
            session = self._session()
            with session.reading():
                yield session

    @contextmanager
    def write(self) -> Iterator[SqlTransaction]:
        """Open a transaction that is committed when the block ends, undone when it raises."""
        with _outages(), self._writer:
            session = self._session()
            with session.writing():
                yield session

    def check(self) -> None:
        """Raise StorageError unless the database answers."""
        with self.read() as session:
            session.ping()

    def close(self) -> None:
        """Close every connection; nobody uses one any more."""
        for session in self._opened:
            session.close()
        self._engine.dispose()

    def _session(self) -> SqlTransaction:
        session: SqlTransaction | None = getattr(self._threads, "session", None)
        if session is not None and session.is_usable():
            return session
        if session is not None:
            self._opened.remove(session)
            session.discard()
            del self._threads.session
        session = self._threads.session = SqlTransaction(self._engine.connect())
        self._opened.append(session)
        return session


@contextmanager
def _outages() -> Iterator[None]:
    try:
        yield
    except (OperationalError, PoolTimeoutError) as error:
        reason = str(getattr(error, "orig", None) or error)
        raise StorageError(f"the registry's database cannot be used: {reason}") from error
