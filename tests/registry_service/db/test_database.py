"""The connections of a database."""

import time

import psycopg

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
