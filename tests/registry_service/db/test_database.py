"""The connections of a database."""

import os
import resource
import time
from collections.abc import Iterator

import psycopg
import pytest

from registry_service.db.database import SqlDatabase
from registry_service.db.engine import open_engine

END = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'doomed'"
LEFT = "SELECT pid FROM pg_stat_activity WHERE application_name = 'doomed'"


def test_a_connection_that_the_server_closed_is_replaced(postgres_url: str) -> None:
    """After a restart of PostgreSQL the next request finds a new connection, not an error."""
    database = SqlDatabase(open_engine(f"{postgres_url}?application_name=doomed", 1))
    database.check()
    with psycopg.connect(postgres_url, autocommit=True) as theirs:
        theirs.execute(END)
        while theirs.execute(LEFT).fetchall():
            time.sleep(0.01)
    database.check()
    database.close()


@pytest.fixture
def many_open_files() -> Iterator[None]:
    """More files than `select` can look at, as a service with many callers has."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    if before[1] < 2048:
        pytest.skip("this process may not open 2,048 files: raise its hard limit (ulimit -Hn)")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(before[0], 2048), before[1]))
    opened = [os.open(os.devnull, os.O_RDONLY) for _ in range(1100)]
    yield
    for each in opened:
        os.close(each)
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.usefixtures("many_open_files")
def test_connections_are_used_however_many_files_are_open(postgres_url: str) -> None:
    """Whether the server has closed a connection is seen for one of any number."""
    database = SqlDatabase(open_engine(postgres_url, 1))
    for _ in range(2):
        database.check()
    database.close()
