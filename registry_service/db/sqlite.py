"""Statements on SQLite."""

import sqlite3
from collections.abc import Sequence
from typing import ClassVar

from sqlalchemy import Dialect
from sqlalchemy.dialects.sqlite.pysqlite import dialect

from registry_service.db.prepared import PreparedRows, Row, Text, Values


class SqliteDriver:
    """A connection to a file."""

    dialect: ClassVar[Dialect] = dialect()
    error: ClassVar[type[Exception]] = sqlite3.Error
    begin_reading: ClassVar[str | None] = "BEGIN"
    begin_writing: ClassVar[str] = "BEGIN IMMEDIATE"

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def run(self, text: Text, values: Values) -> Sequence[Row]:
        """Run a statement; return the rows that it finds."""
        return text.rows(self._connection.execute(*text.bind(values)).fetchall())

    def store(self, statements: PreparedRows, rows: Sequence[Values]) -> None:
        """Store rows."""
        text = statements.each.text(self.dialect)
        bound = [text.bind(row) for row in rows]
        self._connection.executemany(bound[0][0], [values for _, values in bound])

    def command(self, sql: str) -> None:
        """Run SQL that has no values and finds nothing."""
        self._connection.execute(sql)

    def is_closed(self) -> bool:
        """Tell that a file does not go away."""
        return False
