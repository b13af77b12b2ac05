"""Engines: SQLite with full durability, or PostgreSQL."""

import select
import sqlite3
from typing import Any

import pydantic_core
from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

CONNECT_SECONDS = "10"


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
        # Packets that a firewall swallows would otherwise hold a request for two minutes.
        parsed = parsed.update_query_dict({"connect_timeout": CONNECT_SECONDS} | dict(parsed.query))
    engine = create_engine(
        parsed,
        isolation_level="AUTOCOMMIT",
        pool_size=connections,
        max_overflow=0,
        json_serializer=_dumps,
        json_deserializer=pydantic_core.from_json,
    )
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _configure_sqlite)
    else:
        event.listen(engine, "checkout", _refuse_closed)
    return engine


def _refuse_closed(connection: Any, *_: object) -> None:
    """Have the pool open another connection for one that the server has closed.

    An idle server says nothing but good-bye: to look for that takes no question to it.
    """
    if select.select([connection], [], [], 0)[0]:
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
        "busy_timeout=30000",
        "case_sensitive_like=ON",
        "cache_size=-8192",
    ):
        connection.execute(f"PRAGMA {pragma}")
