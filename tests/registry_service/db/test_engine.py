"""The connections of an engine."""

import time

from sqlalchemy import text

from registry_service.db.engine import open_engine


def test_a_connection_that_the_server_closed_is_replaced(postgres_url: str) -> None:
    """After a restart of PostgreSQL the next request finds a new connection, not an error."""
    ours, theirs = open_engine(postgres_url, 1), open_engine(postgres_url, 1)
    with ours.connect() as connection:
        process = connection.scalar(text("SELECT pg_backend_pid()"))
    with theirs.connect() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:process)"), {"process": process})
        gone = text("SELECT count(*) = 0 FROM pg_stat_activity WHERE pid = :process")
        while not connection.scalar(gone, {"process": process}):
            time.sleep(0.01)
    with ours.connect() as connection:
        assert connection.scalar(text("SELECT pg_backend_pid()")) != process
    ours.dispose()
    theirs.dispose()
