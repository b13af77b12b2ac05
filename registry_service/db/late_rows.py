"""Rows that nobody reads before a transaction ends: those of a table are stored together."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Insert


class LateRows:
    """Keeps rows back, so that however many there are, they take one round trip for each table.

    Args:
        connection: Where they are stored.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._waiting: dict[Insert, list[Mapping[str, Any]]] = {}

    def add(self, statement: Insert, rows: Sequence[Mapping[str, Any]]) -> None:
        """Store rows at the end, or when they are asked for; those of a table in their order."""
        self._waiting.setdefault(statement, []).extend(rows)

    def store(self) -> None:
        """Store all that waits: before what would read or change it, and at the end."""
        waiting, self._waiting = self._waiting, {}
        for statement, rows in waiting.items():
            self._connection.execute(statement, rows)
