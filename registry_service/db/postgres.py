"""Statements on PostgreSQL, through psycopg's libpq: its cursors take longer than they do."""

import select
from collections.abc import Sequence
from typing import Any, ClassVar

import psycopg
from psycopg import pq
from psycopg.adapt import Transformer
from psycopg.pq.abc import PGresult
from sqlalchemy import Dialect
from sqlalchemy.dialects.postgresql.psycopg import dialect

from registry_service.db.prepared import PreparedRows, Row, Text, Values

# Filters come in any number of shapes: not all of them are kept prepared in the server.
MOST_PREPARED = 500


class PostgresDriver:
    """A connection to a server."""

    dialect: ClassVar[Dialect] = dialect(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]
    error: ClassVar[type[Exception]] = psycopg.Error
    # Each statement sees its own state of the data in PostgreSQL's usual isolation.
    begin_reading: ClassVar[str | None] = None
    begin_writing: ClassVar[str] = "BEGIN"

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._pg = connection.pgconn
        self._loader = Transformer(connection)
        self._prepared: dict[str, bytes] = {}
        self._poll = select.poll()
        self._poll.register(connection.fileno(), select.POLLIN)

    def run(self, text: Text, values: Values) -> Sequence[Row]:
        """Run a statement; return the rows that it finds."""
        sql, bound = text.bind(values)
        dumped: list[Any] = [_dumped(value) for value in bound]
        name = self._prepared.get(sql)
        if name is None and text.is_fixed and len(self._prepared) < MOST_PREPARED:
            name = b"registry_%d" % len(self._prepared)
            self._rows(self._pg.prepare(name, sql.encode()))
            self._prepared[sql] = name
        if name is None:
            return self._rows(self._pg.exec_params(sql.encode(), dumped))
        return self._rows(self._pg.exec_prepared(name, dumped))

    def store(self, statements: PreparedRows, rows: Sequence[Values]) -> None:
        """Store rows."""
        self.run(statements.all.text(self.dialect), {"rows": rows})

    def command(self, sql: str) -> None:
        """Run SQL that has no values and finds nothing."""
        self._rows(self._pg.exec_(sql.encode()))

    def is_closed(self) -> bool:
        """Tell whether there is something to read: an idle server says nothing but good-bye."""
        return bool(self._poll.poll(0))

    def _rows(self, result: PGresult) -> Sequence[Row]:
        if result.status == pq.ExecStatus.TUPLES_OK:
            self._loader.set_pgresult(result)
            return self._loader.load_rows(0, result.ntuples, tuple)
        if result.status == pq.ExecStatus.COMMAND_OK:
            return ()
        state = (result.error_field(pq.DiagnosticField.SQLSTATE) or b"").decode()
        try:
            kind: type[psycopg.Error] = psycopg.errors.lookup(state)
        except KeyError:
            kind = psycopg.OperationalError
        raise kind(result.get_error_message())


def _dumped(value: Any) -> bytes | None:
    """Return a value in PostgreSQL's text format; the statement says its type."""
    match value:
        case None:
            return None
        case str():
            return value.encode()
        case bool():
            return b"true" if value else b"false"
        case _:
            return str(value).encode()
