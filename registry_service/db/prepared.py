"""Statements that are compiled once: SQLAlchemy builds them, the driver runs them.

What SQLAlchemy does at every execution takes longer than most of these statements do.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Delete, Dialect, Insert, Select, Table, Update, bindparam, insert
from sqlalchemy.sql.compiler import SQLCompiler

Values = Mapping[str, Any]
Row = Sequence[Any]
Convert = Callable[[Any], Any]
Statement = Select[Any] | Insert | Update | Delete


class Prepared:
    """A statement whose values are bind parameters, given by name when it runs."""

    def __init__(self, statement: Statement) -> None:
        self._statement = statement
        self._texts: dict[str, Text] = {}

    def text(self, dialect: Dialect) -> "Text":
        """Return the statement as the driver of a dialect takes it."""
        text = self._texts.get(dialect.name)
        if text is None:
            text = self._texts[dialect.name] = Text(self._statement, dialect)
        return text


def prepared_insert(table: Table, columns: Iterable[str] | None = None) -> Prepared:
    """Return the statement that stores a row with values for these columns, or for all."""
    names = columns or table.columns.keys()
    return Prepared(insert(table).values({name: bindparam(name) for name in names}))


class Text:
    """A statement as a driver takes it, and what turns values into the driver's and back."""

    def __init__(self, statement: Statement, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        assert isinstance(compiled, SQLCompiler)  # noqa: S101 - it is no DDL
        self.sql = str(compiled)
        self._order = compiled.positiontup
        binds = {name: bind for bind, name in compiled.bind_names.items()}
        self._constants = {name: bind.value for name, bind in binds.items() if not bind.required}
        self._convert = {
            name: convert
            for name, bind in binds.items()
            if (convert := bind.type.dialect_impl(dialect).bind_processor(dialect)) is not None
        }
        self._read: list[tuple[int, Convert]] = []
        # PostgreSQL's driver knows the types of what it reads; SQLite's does not.
        if dialect.name == "sqlite" and not isinstance(statement, Delete):
            self._read = [
                (index, convert)
                for index, column in enumerate(statement.exported_columns)
                if (convert := column.type.dialect_impl(dialect).result_processor(dialect, None))
            ]

    def values(self, given: Values) -> Any:
        """Return values as the driver takes them."""
        values = {**self._constants, **given}
        for name, convert in self._convert.items():
            values[name] = convert(values[name])
        return values if self._order is None else [values[name] for name in self._order]

    def rows(self, found: Sequence[Row]) -> Sequence[Row]:
        """Return rows of the driver as rows of Python's values."""
        if not self._read:
            return found
        converted = [list(row) for row in found]
        for row in converted:
            for index, convert in self._read:
                row[index] = convert(row[index])
        return converted
