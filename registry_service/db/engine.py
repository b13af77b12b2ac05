"""Engines: SQLite with full durability, or PostgreSQL."""

import sqlite3
from typing import Any

import pydantic_core
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.pool import ConnectionPoolEntry

# What `BEGIN` a SQLite transaction starts with: an execution option of the connection.
BEGIN = "registry_begin"


def _dumps(value: Any) -> str:
    return pydantic_core.to_json(value).decode()


def open_engine(url: str, connections: int) -> Engine:
    """Return an engine for a SQLAlchemy URL; nothing is connected yet.

    Args:
        url: `sqlite:///path` or `postgresql+psycopg://…`.
        connections: How many connections at most.
    """
    parsed = make_url(url)
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    engine = create_engine(
        parsed,
        pool_size=connections,
        max_overflow=0,
        pool_pre_ping=parsed.get_backend_name() != "sqlite",
        json_serializer=_dumps,
        json_deserializer=pydantic_core.from_json,
    )
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _configure_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _configure_sqlite(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
    # The driver starts no transaction of its own: `_begin_sqlite` does, and chooses which.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=30000",
        "case_sensitive_like=ON",
        "cache_size=-8192",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get(BEGIN, "BEGIN"))
