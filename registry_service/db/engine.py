"""Engines: SQLite with full durability, or PostgreSQL."""

import selectors
import sqlite3
import time
from typing import TYPE_CHECKING, Any

import pydantic_core
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

if TYPE_CHECKING:
    import psycopg

# A statement, and what one waits for a lock, take no longer: whoever asked is told.
STATEMENT_SECONDS = 10
# Packets that a firewall swallows, or a server that is gone, would otherwise hold a request for
# minutes. A URL may say something else.
_NETWORK = {
    "connect_timeout": "10",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "20000",
}
# So many steps of SQLite's virtual machine pass between two looks at the clock: some ten for each
# row of a search, which may take long for each.
_STEPS = 1_000


def _dumps(value: Any) -> str:
    return pydantic_core.to_json(value).decode()


def open_engine(url: str, connections: int) -> Engine:
    """Return an engine for a SQLAlchemy URL; nothing is connected yet.

    Its connections commit each statement by itself, unless one begins a transaction.

    Args:
        url: `sqlite:///path` or `postgresql+psycopg://…`.
        connections: How many connections at most.
    """
    parsed = make_url(url)
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() == "postgresql":
        parsed = parsed.update_query_dict(_NETWORK | dict(parsed.query))
    engine = create_engine(
        parsed,
        isolation_level="AUTOCOMMIT",
        pool_size=connections,
        max_overflow=0,
        pool_timeout=STATEMENT_SECONDS,
        json_serializer=_dumps,
        json_deserializer=pydantic_core.from_json,
    )
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _configure_sqlite)
        event.listen(engine, "checkout", _bound_sqlite)
    else:
        event.listen(engine, "connect", _bound_postgresql)
        event.listen(engine, "checkout", _refuse_closed)
    return engine


def _refuse_closed(connection: Any, *_: object) -> None:
    """Have the pool open another connection for one that the server has closed.

    An idle server says nothing but good-bye: to look for that takes no question to it.
    """
    with selectors.DefaultSelector() as watched:
        watched.register(connection, selectors.EVENT_READ)
        if watched.select(0):
            raise DisconnectionError


def _configure_sqlite(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
    for pragma in (
        # A commit writes all of each page that it touches, and a registration touches many: those
        # of a new database are small. One registration in two hundred waits until the file is
        # brought up to date with the log: so few do not show among the slowest in a hundred.
        "page_size=1024",
        "wal_autocheckpoint=16000",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={STATEMENT_SECONDS * 1000}",
        "case_sensitive_like=ON",
        "cache_size=-8192",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _bound_sqlite(connection: sqlite3.Connection, *_: object) -> None:
    """Interrupt what is done with a connection, from now on, when its time is over."""
    end = time.monotonic() + STATEMENT_SECONDS
    connection.set_progress_handler(lambda: time.monotonic() > end, _STEPS)


def unbounded(connection: Connection) -> None:
    """Let what is done with a connection to SQLite take its time."""
    driver: sqlite3.Connection = connection.connection.driver_connection  # type: ignore[assignment]
    driver.set_progress_handler(None, 0)


def _bound_postgresql(connection: "psycopg.Connection[Any]", _: ConnectionPoolEntry) -> None:
    milliseconds = STATEMENT_SECONDS * 1000
    connection.execute(
        f"SELECT set_config('statement_timeout', '{milliseconds}', false),"
        f" set_config('lock_timeout', '{milliseconds}', false)"
    )
