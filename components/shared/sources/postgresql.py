"""Tables and queries of PostgreSQL databases, as CSV.

Who reads, and with which password, is said by libpq's variables (`PGUSER`, `PGPASSWORD`,
`PGPASSFILE`, `PGSSLMODE`, …) alone: an address with a password would be kept in YAML and logs.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql

from components.shared.errors import InputError, SourceUnavailableError
from components.shared.sources.address import Source
from components.shared.sources.fingerprints import Fingerprint

CONNECT_SECONDS: Final = 10
BOOLEAN: Final = psycopg.postgres.types["bool"].oid

SESSION: Final = (
    "SET TimeZone = 'UTC'",
    "SET DateStyle = 'ISO'",
    # Rows come in the order in which they lie, whoever else reads the table at the same time.
    "SET synchronize_seqscans = off",
    "SET max_parallel_workers_per_gather = 0",
)


def fingerprint(source: Source) -> Fingerprint | None:
    """Return None: a database does not say whether its rows have changed, so they are read."""
    return None


def fetch(source: Source, path: Path, promised: Fingerprint | None = None) -> None:
    """Stream the rows of a table or a query into a CSV file with a header.

    All rows are of one moment (REPEATABLE READ), nothing can be changed (READ ONLY), and neither
    side holds them in memory. Columns that are boolean are written as true and false.

    Args:
        source: The database, and the table or the query.
        path: The file to write.
        promised: Is held against the digest of the file by the caller.

    Raises:
        InputError: There is no such table or column, the query is wrong, or may not be asked.
        SourceUnavailableError: The database could not be reached, refused the user, or broke off.
    """
    with _explained(source), _connection(source) as connection:
        copy = sql.SQL("COPY ({}) TO STDOUT WITH (FORMAT csv, HEADER)").format(
            _with_booleans_as_words(connection, _query(source))
        )
        with path.open("wb") as file, connection.cursor().copy(copy) as blocks:
            for block in blocks:
                file.write(block)


def _query(source: Source) -> sql.Composable:
    if source.query:
        # Its own author runs it, with no more than their own rights, and can change nothing.
        return sql.SQL(source.query.rstrip(";"))
    return sql.SQL("SELECT * FROM {}").format(sql.Identifier(*source.table.split(".")))


def _with_booleans_as_words(
    connection: psycopg.Connection, query: sql.Composable
) -> sql.Composable:
    """Have booleans written as words: a COPY writes t and f, which are any two texts."""
    probe = sql.SQL("SELECT * FROM ({}) AS probe LIMIT 0").format(query)
    # A prepared statement is one statement, whatever the query holds.
    columns = connection.execute(probe, prepare=True).description or []
    repeated = [name for name, count in Counter(c.name for c in columns).items() if count > 1]
    if repeated:
        raise InputError(
            f"The query has several columns called {repeated[0]!r}: give each its own name (AS)."
        )
    if all(column.type_code != BOOLEAN for column in columns):
        return query
    values = (
        sql.SQL("{0}::text AS {0}" if column.type_code == BOOLEAN else "{0}").format(
            sql.Identifier(column.name)
        )
        for column in columns
    )
    return sql.SQL("SELECT {} FROM ({}) AS booleans").format(sql.SQL(", ").join(values), query)


@contextmanager
def _connection(source: Source) -> Iterator[psycopg.Connection]:
    with psycopg.connect(
        source.location, connect_timeout=CONNECT_SECONDS, application_name="kfp-tabular"
    ) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        for setting in SESSION:
            connection.execute(setting)
        yield connection


@contextmanager
def _explained(source: Source) -> Iterator[None]:
    try:
        yield
    except psycopg.errors.InsufficientPrivilege as error:
        raise InputError(
            f"{source.shown} may not be read by this user: {_reason(error)}. "
            "Grant it SELECT, or name another one as PGUSER."
        ) from error
    except (psycopg.ProgrammingError, psycopg.DataError, psycopg.NotSupportedError) as error:
        raise InputError(f"{source.shown} could not be asked: {_reason(error)}.") from error
    except psycopg.Error as error:
        raise SourceUnavailableError(
            f"{source.shown} could not be read: {_reason(error)}. Check the address, PGUSER and "
            "PGPASSWORD (in a cluster, keys of the Secret of the steps); then run the step again."
        ) from error


def _reason(error: psycopg.Error) -> str:
    told = error.diag.message_primary or str(error) or type(error).__name__
    return " ".join(told.split()).rstrip(".")
