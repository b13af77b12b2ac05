"""SQL that leaves a database no choice but the good one: it cannot know what we have counted."""

from typing import Any, Self

from sqlalchemy import Boolean, ColumnElement
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.operators import OperatorType
from sqlalchemy.sql.selectable import SelectBase


class Plain(ColumnElement[Any]):
    """A column that no index is used for: SQLite thinks that every value in one is rare."""

    inherit_cache = True

    def __init__(self, column: ColumnElement[Any]) -> None:
        self.column = column
        self.type = column.type


class Among(ColumnElement[bool]):
    """A column has one of a few values that are found: PostgreSQL thinks that they are many."""

    inherit_cache = True
    type = Boolean()

    def __init__(self, column: ColumnElement[Any], found: SelectBase) -> None:
        self.column = column
        self.found = found

    def self_group(self, against: OperatorType | None = None) -> Self:
        """Stay as it is: on SQLite `… = 1` would be added, for which no index is used."""
        return self


@compiles(Plain)
def _plain(element: Plain, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.column, **options)


@compiles(Plain, "sqlite")
def _plain_on_sqlite(element: Plain, compiler: SQLCompiler, **options: Any) -> str:
    return "+" + compiler.process(element.column, **options)


@compiles(Among)
def _among(element: Among, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.column.in_(element.found), **options)


@compiles(Among, "postgresql")
def _among_on_postgresql(element: Among, compiler: SQLCompiler, **options: Any) -> str:
    column = compiler.process(element.column, **options)
    return f"{column} = ANY (ARRAY({compiler.process(element.found, **options)}))"
