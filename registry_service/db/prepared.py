"""Statements that are compiled once: SQLAlchemy builds them, the driver runs them.

What SQLAlchemy does at every execution takes longer than most of these statements do.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import pydantic_core
from sqlalchemy import (
    JSON,
    CompoundSelect,
    Delete,
    Dialect,
    Insert,
    Select,
    Table,
    TextClause,
    Update,
    bindparam,
    column,
    func,
    insert,
    literal_column,
    select,
)
from sqlalchemy.sql.compiler import SQLCompiler

Values = Mapping[str, Any]
Row = Sequence[Any]
Convert = Callable[[Any], Any]
Statement = Select[Any] | CompoundSelect[Any] | Insert | Update | Delete | TextClause
NO_VALUES: Values = {}


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


class PreparedRows:
    """The statements that store many rows at once.

    Attributes:
        each: Stores one row: SQLite is asked for each.
        all: Stores all of them, bound as `rows`: PostgreSQL is asked once.
    """

    def __init__(self, table: Table, columns: Iterable[str] | None = None) -> None:
        names = list(columns or table.columns.keys())
        self.each = prepared_insert(table, names)
        rows = func.json_populate_recordset(
            literal_column(f"NULL::{table.name}"), bindparam("rows", type_=JSON())
        ).table_valued(*(column(name) for name in names))
        self.all = Prepared(insert(table).from_select(names, select(rows)))


class Text:
    """A statement as a driver takes it: SQL and values in their order; and what it finds.

    Args:
        statement: The statement.
        dialect: Has positional parameters.
    """

    def __init__(self, statement: Statement, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        assert isinstance(compiled, SQLCompiler)  # noqa: S101 - it is no DDL
        self._compiled = compiled
        self._sql = str(compiled)
        self._order = compiled.positiontup or []
        # The SQL is the same for all values, unless they are lists of any length.
        self.is_fixed = not compiled.post_compile_params
        binds = {name: bind for bind, name in compiled.bind_names.items()}
        self._constants = {name: bind.value for name, bind in binds.items() if not bind.required}
        self._json = [name for name, bind in binds.items() if isinstance(bind.type, JSON)]
        self._read: list[tuple[int, Convert]] = []
        # PostgreSQL's driver knows the types of what it reads; SQLite's does not.
        if dialect.name == "sqlite" and not isinstance(statement, Delete | TextClause):
            self._read = [
                (index, convert)
                for index, column in enumerate(statement.exported_columns)
                if (convert := column.type.dialect_impl(dialect).result_processor(dialect, None))
            ]

    def bind(self, given: Values) -> tuple[str, Sequence[Any]]:
        """Return SQL and values; those for JSON as texts."""
        values = {**self._constants, **given}
        for name in self._json:
            values[name] = pydantic_core.to_json(values[name]).decode()
        if self.is_fixed:
            return self._sql, [values[name] for name in self._order]
        state = self._compiled.construct_expanded_state(values)
        return state.statement, [state.parameters[name] for name in state.positiontup or ()]

    def rows(self, found: Sequence[Row]) -> Sequence[Row]:
        """Return rows of the driver as rows of Python's values."""
        if not self._read:
            return found
        converted = [list(row) for row in found]
        for row in converted:
            for index, convert in self._read:
                row[index] = convert(row[index])
        return converted
