"""Filters as SQL: each shape of a filter becomes text once, its values are bound at every run."""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    Table,
    and_,
    bindparam,
    cast,
    or_,
    select,
    true,
)
from sqlalchemy.types import Float, TypeEngine

from registry_service.db import tables
from registry_service.db.rows import STRING_KEY_LENGTH
from registry_service.domain.filters import (
    AllOf,
    AnyOf,
    Comparison,
    Filter,
    Literals,
    Operator,
    ValueType,
)
from registry_service.errors import InvalidRequestError

_OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
_FRACTION = Float(53)
Column = ColumnElement[Any]
Kind = Literal["text", "long text", "truth", "whole", "fraction"]
Convert = Callable[[str, Literals], Any]


@dataclass(frozen=True, slots=True)
class Term:
    """A comparison without its values: of what kinds they are, and where they stand in a list."""

    name: str
    value_type: ValueType | None
    operator: Operator
    custom: bool
    kinds: tuple[Kind, ...]
    first: int

    @property
    def of_text(self) -> bool:
        """Whether something is compared with a text."""
        return self.kinds[0] in ("text", "long text")


@dataclass(frozen=True, slots=True)
class Group:
    """Parts that hold all, or of which one at least holds."""

    all: bool
    parts: tuple["Shape", ...]


Shape = Term | Group


def shape_of(condition: Filter, values: list[Literals]) -> Shape:
    """Return the shape of a filter; its values are appended to the list."""
    match condition:
        case AllOf(parts) | AnyOf(parts):
            shapes = tuple(shape_of(part, values) for part in parts)
            return Group(isinstance(condition, AllOf), shapes)
        case Comparison(name, value_type, compared, value, custom):
            several = value if isinstance(value, tuple) else (value,)
            kinds = tuple(_kind(each) for each in several)
            values.extend(several)
            return Term(name, value_type, compared, custom, kinds, len(values) - len(several))


def split_lead(shape: Shape) -> tuple[Term | None, Shape]:
    """Split off a comparison whose owners the property index has in order, when there is one.

    Returns:
        A comparison that every match fulfils, or None; and the rest of the filter.
    """
    parts = shape.parts if isinstance(shape, Group) and shape.all else (shape,)
    for part in parts:
        if isinstance(part, Term) and part.custom and part.operator == "=" and part.of_text:
            return part, Group(True, tuple(other for other in parts if other is not part))
    return None, shape


class Clauses:
    """Makes SQL of the shape of a filter on a table, and remembers what is bound in it."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._bound: dict[str, tuple[int, Callable[[Literals], Any]]] = {}

    def bound(self, values: Sequence[Literals]) -> dict[str, Any]:
        """Return a filter's values under the names of the SQL that was made.

        Raises:
            InvalidRequestError: A value does not fit what it is compared with.
        """
        return {name: convert(values[index]) for name, (index, convert) in self._bound.items()}

    def clause(self, shape: Shape, correlated: bool) -> Column:
        """Return a filter as SQL.

        Args:
            shape: Names in it that are no custom properties are columns.
            correlated: Look the properties up row by row; otherwise find the owners first.

        Raises:
            InvalidRequestError: An operator does not fit what it compares.
        """
        match shape:
            case Group(all=True, parts=parts):
                return and_(true(), *(self.clause(part, correlated) for part in parts))
            case Group(parts=parts):
                return or_(*(self.clause(part, correlated) for part in parts))
            case Term(custom=False):
                return self._on_column(shape)
            case Term():
                owners = select(tables.properties.c.owner_id).where(
                    self.on_property(tables.properties, shape)
                )
                if correlated:
                    return owners.where(tables.properties.c.owner_id == self._table.c.id).exists()
                return self._table.c.id.in_(owners)

    def on_property(self, properties: FromClause, term: Term) -> Column:
        """Return the condition on the rows of the property index that a comparison means."""
        columns = properties.c
        return and_(
            columns.resource == self._table.name,
            columns.name == term.name,
            self._on_value(columns, term),
        )

    def _on_value(self, columns: Any, term: Term) -> Column:
        if term.value_type == "string" or (term.value_type is None and term.of_text):
            return self._on_string(columns, term)
        if term.value_type == "bool" or (term.value_type is None and term.kinds[0] == "truth"):
            return self._compare(columns.bool_value, term, _truth)
        whole = partial(self._compare, columns.int_value, term, _number)
        fraction = partial(self._compare, columns.double_value, term, _number)
        if term.value_type is None:
            # A number without a suffix is compared with whole numbers and others alike.
            return or_(whole(), fraction())
        return whole() if term.value_type == "int" else fraction()

    def _on_string(self, columns: Any, term: Term) -> Column:
        """Compare a text property; for equality its indexed beginning comes first."""
        if term.operator not in ("=", "IN"):
            return self._compare(columns.string_value, term, _text)
        begins = self._compare(columns.string_key, term, _beginning)
        if "long text" not in term.kinds:
            return begins
        return and_(begins, self._compare(columns.string_value, term, _text))

    def _on_column(self, term: Term) -> Column:
        columns = self._table.c
        if term.name == "value" and "number_value" in columns:
            texts = "text_value" in columns and term.of_text
            column = columns["text_value" if texts else "number_value"]
        else:
            column = columns[term.name]
        if isinstance(column.type, Integer):
            return self._compare(column, term, _whole)
        return self._compare(column, term, _number if isinstance(column.type, Float) else _text)

    def _compare(self, column: Column, term: Term, convert: Convert) -> Column:
        if term.operator in ("LIKE", "ILIKE"):
            if convert is not _text:
                raise _misfit(term.name, "is no text: LIKE and ILIKE compare texts")
            like = column.like if term.operator == "LIKE" else column.ilike
            return like(self._binds(column.type, term, _pattern)[0], escape="\\")
        binds = self._binds(column.type, term, convert)
        if term.operator == "IN":
            return column.in_(binds)
        if convert is _truth and term.operator not in ("=", "!="):
            raise _misfit(term.name, "is true or false: only = and != compare those")
        compared: Column = _OPERATORS[term.operator](column, binds[0])
        return compared

    def _binds(self, kind: TypeEngine[Any], term: Term, convert: Convert) -> list[Column]:
        binds: list[Column] = []
        for index, given in enumerate(term.kinds, term.first):
            name = f"filter_{len(self._bound)}"
            self._bound[name] = index, partial(convert, term.name)
            if given == "fraction":
                # PostgreSQL would take it for a whole number where those are compared.
                binds.append(cast(bindparam(name, type_=_FRACTION), _FRACTION))
            else:
                binds.append(bindparam(name, type_=kind))
        return binds


def _kind(value: Literals) -> Kind:
    match value:
        case str():
            return "text" if len(value) < STRING_KEY_LENGTH else "long text"
        case bool():
            return "truth"
        case int():
            return "whole"
        case float():
            return "fraction"


def _text(name: str, value: Literals) -> str:
    if not isinstance(value, str):
        raise _misfit(name, f"is a text: put quotes around {value}")
    return value


def _beginning(name: str, value: Literals) -> str:
    return _text(name, value)[:STRING_KEY_LENGTH]


def _pattern(name: str, value: Literals) -> str:
    pattern = _text(name, value)
    if (len(pattern) - len(pattern.rstrip("\\"))) % 2:
        raise _misfit(name, "has a pattern that ends in a single backslash")
    return pattern


def _truth(name: str, value: Literals) -> bool:
    if not isinstance(value, bool):
        raise _misfit(name, f"is true or false, not {value!r}")
    return value


def _number(name: str, value: Literals) -> int | float:
    if isinstance(value, (bool, str)):
        raise _misfit(name, f"is a number, not {value!r}")
    return value


def _whole(name: str, value: Literals) -> int | float:
    # The API shows ids and times as texts, and so they may be given.
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19:
        return int(value)
    return _number(name, value)


def _misfit(name: str, what: str) -> InvalidRequestError:
    return InvalidRequestError(f"filterQuery: {name} {what}: bad request")
