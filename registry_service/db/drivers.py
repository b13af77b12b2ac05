"""What a session needs of a driver."""

from collections.abc import Sequence
from typing import ClassVar, Protocol

from sqlalchemy import Dialect

from registry_service.db.prepared import PreparedRows, Row, Text, Values


class Driver(Protocol):
    """One connection; it commits each statement by itself, unless a transaction was begun.

    Attributes:
        dialect: What statements are compiled for.
        error: The root of what it raises.
        begin_reading: Begins a transaction that sees one state of the data; None where the
            statements of a read do without.
        begin_writing: Begins a transaction that writes.
    """

    dialect: ClassVar[Dialect]
    error: ClassVar[type[Exception]]
    begin_reading: ClassVar[str | None]
    begin_writing: ClassVar[str]

    def run(self, text: Text, values: Values) -> Sequence[Row]:
        """Run a statement; return the rows that it finds."""
        ...

    def store(self, statements: PreparedRows, rows: Sequence[Values]) -> None:
        """Store rows."""
        ...

    def command(self, sql: str) -> None:
        """Run SQL that has no values and finds nothing."""
        ...

    def is_closed(self) -> bool:
        """Tell whether the server is known to have closed the connection."""
        ...
