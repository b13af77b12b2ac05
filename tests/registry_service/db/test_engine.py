"""How a SQLite database is kept."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from registry_service.db.engine import open_engine


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """Return the engine of a database in a folder."""
    return open_engine(f"sqlite:///{tmp_path / 'registry.db'}", 1)


def pragma(engine: Engine, name: str) -> object:
    """Return a setting of a connection."""
    with engine.connect() as connection:
        return connection.scalar(text(f"PRAGMA {name}"))


def test_a_commit_is_on_the_disk_before_it_is_answered(engine: Engine) -> None:
    """Neither a crash nor a power cut takes what was acknowledged."""
    full = 2
    assert (pragma(engine, "journal_mode"), pragma(engine, "synchronous")) == ("wal", full)


def test_a_commit_writes_small_pages(engine: Engine) -> None:
    """A registration touches some fifty pages, and writes each whole."""
    assert pragma(engine, "page_size") == 1024


def test_a_database_with_other_pages_is_used_as_it_is(engine: Engine, tmp_path: Path) -> None:
    """A database that exists keeps its rows and the size of its pages."""
    with sqlite3.connect(tmp_path / "registry.db") as connection:
        connection.execute("PRAGMA page_size=4096")
        connection.execute("CREATE TABLE old AS SELECT 'here' AS value")
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT value FROM old")) == "here"
    assert pragma(engine, "page_size") == 4096
