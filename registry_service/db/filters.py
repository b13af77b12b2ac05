"""Filters as SQL expressions: values are always bound, never part of the text."""

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Integer, Table, and_, false, or_, select, true
from sqlalchemy.types import Float

from registry_service.db import tables
from registry_service.db.rows import STRING_KEY_LENGTH
from registry_service.domain.filters import AllOf, AnyOf, Comparison, Filter, Literals
from registry_service.errors import InvalidRequestError

_OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
Column = ColumnElement[Any]


def filter_clause(table: Table, condition: Filter, correlated: bool) -> Column:
    """Return a filter on a table as SQL.

    Args:
        table: Its rows are filtered.
        condition: The filter; names that are no custom properties are columns.
        correlated: Look the properties up row by row; otherwise find the owners first.

    Raises:
        InvalidRequestError: A value does not fit what it is compared with.
    """
    match condition:
        case AllOf(parts):
            return and_(true(), *(filter_clause(table, part, correlated) for part in parts))
        case AnyOf(parts):
            return or_(*(filter_clause(table, part, correlated) for part in parts))
        case Comparison(custom=False):
            return _on_column(table, condition)
        case Comparison():
            owners = select(tables.properties.c.owner_id).where(
                property_clause(table, tables.properties, condition)
            )
            if correlated:
                return owners.where(tables.properties.c.owner_id == table.c.id).exists()
            return table.c.id.in_(owners)


def property_clause(table: Table, properties: FromClause, comparison: Comparison) -> Column:
    """Return the condition on the rows of the property index that a comparison means."""
    owned = and_(
        properties.c.resource == table.name,
        properties.c.name == comparison.name,
    )
    return and_(owned, _on_property(properties, comparison))


def split_lead(condition: Filter) -> tuple[Comparison | None, Filter]:
    """Split off a comparison whose owners the property index has in order, when there is one.

    Returns:
        A comparison that every match fulfils, or None; and the rest of the filter.
    """
    parts = condition.parts if isinstance(condition, AllOf) else (condition,)
    for part in parts:
        if (
            isinstance(part, Comparison)
            and part.custom
            and part.operator == "="
            and isinstance(part.value, str)
        ):
            return part, AllOf(tuple(other for other in parts if other is not part))
    return None, condition


def _on_column(table: Table, comparison: Comparison) -> Column:
    if comparison.name == "value" and "number_value" in table.c:
        texts = "text_value" in table.c and isinstance(_first(comparison.value), str)
        column = table.c["text_value" if texts else "number_value"]
    else:
        column = table.c[comparison.name]
    if isinstance(column.type, Integer):
        return _compare(column, comparison, _whole)
    if isinstance(column.type, Float):
        return _compare(column, comparison, _number)
    return _compare(column, comparison, _text)


def _on_property(properties: FromClause, comparison: Comparison) -> Column:
    columns = properties.c
    kind = comparison.value_type or _kind_of(_first(comparison.value))
    if kind == "string":
        return _on_string(properties, comparison)
    if kind == "bool":
        return _compare(columns.bool_value, comparison, _truth)
    if comparison.value_type is not None:
        column = columns.int_value if kind == "int" else columns.double_value
        return _compare(column, comparison, _number)
    # A number without a suffix is compared with whole numbers and others alike.
    return or_(
        _compare(columns.int_value, comparison, _number),
        _compare(columns.double_value, comparison, _number),
    )


def _on_string(properties: FromClause, comparison: Comparison) -> Column:
    """Compare a text property; for equality its indexed beginning comes first."""
    whole = _compare(properties.c.string_value, comparison, _text)
    if comparison.operator not in ("=", "IN"):
        return whole
    texts = [str(text) for text in _values(comparison.value)]
    keys = {text[:STRING_KEY_LENGTH] for text in texts}
    key = properties.c.string_key
    begins = key == keys.pop() if len(keys) == 1 else key.in_(keys)
    return begins if all(len(text) < STRING_KEY_LENGTH for text in texts) else and_(begins, whole)


def _compare(
    column: Column, comparison: Comparison, convert: Callable[[Comparison, Literals], Any]
) -> Column:
    if comparison.operator in ("LIKE", "ILIKE"):
        if convert is not _text:
            raise _misfit(comparison, "is no text: LIKE and ILIKE compare texts")
        return _like(column, comparison)
    values = [convert(comparison, value) for value in _values(comparison.value)]
    if comparison.operator == "IN":
        return column.in_(values) if values else false()
    if convert is _truth and comparison.operator not in ("=", "!="):
        raise _misfit(comparison, "is true or false: only = and != compare those")
    compared: Column = _OPERATORS[comparison.operator](column, values[0])
    return compared


def _like(column: Column, comparison: Comparison) -> Column:
    pattern = _text(comparison, _first(comparison.value))
    if (len(pattern) - len(pattern.rstrip("\\"))) % 2:
        raise _misfit(comparison, "has a pattern that ends in a single backslash")
    if comparison.operator == "ILIKE":
        return column.ilike(pattern, escape="\\")
    return column.like(pattern, escape="\\")


def _text(comparison: Comparison, value: Literals) -> str:
    if not isinstance(value, str):
        raise _misfit(comparison, f"is a text: put quotes around {value}")
    return value


def _truth(comparison: Comparison, value: Literals) -> bool:
    if not isinstance(value, bool):
        raise _misfit(comparison, f"is true or false, not {value!r}")
    return value


def _number(comparison: Comparison, value: Literals) -> int | float:
    if isinstance(value, (bool, str)):
        raise _misfit(comparison, f"is a number, not {value!r}")
    return value


def _whole(comparison: Comparison, value: Literals) -> int | float:
    # The API shows ids and times as texts, and so they may be given.
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19:
        return int(value)
    return _number(comparison, value)


def _misfit(comparison: Comparison, what: str) -> InvalidRequestError:
    return InvalidRequestError(f"filterQuery: {comparison.name} {what}: bad request")


def _values(value: Literals | Sequence[Literals]) -> Sequence[Literals]:
    return value if isinstance(value, tuple) else (value,)


def _first(value: Literals | Sequence[Literals]) -> Literals:
    return _values(value)[0]


def _kind_of(value: Literals) -> str:
    if isinstance(value, bool):
        return "bool"
    return "string" if isinstance(value, str) else "number"
