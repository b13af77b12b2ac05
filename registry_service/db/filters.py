"""Filters as SQL.

What a property equals is found in the index of the properties: a text or a number is that of few
rows, as a rule. Everything else is looked up for each row of a list, in its order, until the page
is full; so is everything where a parent leaves few rows. The database plans the rest.
"""

import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeGuard

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Table,
    and_,
    cast,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.types import Float

from registry_service.db import tables
from registry_service.db.filter_values import misfit, number, pattern, text_value, truth, whole
from registry_service.db.rows import STRING_KEY_LENGTH
from registry_service.domain.filters import AllOf, AnyOf, Comparison, Filter, Literals
from registry_service.domain.paging import ListQuery

_OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
_FRACTION = Float(53)
Clause = ColumnElement[Any]
Convert = Callable[[str, Literals], Any]


def filtered(
    statement: Select[Any], table: Table, query: ListQuery, look_up: bool = True
) -> tuple[Select[Any], ColumnElement[int]]:
    """Return a statement with the filter of a query, and the column that has the rows' ids.

    Args:
        statement: The rows of a table, perhaps only those of some parent.
        table: The table.
        query: Has a filter.
        look_up: Whether many rows are left, so that an index is worth while.

    Raises:
        InvalidRequestError: An operator or a value does not fit.
    """
    parts = [] if query.filter is None else list(_parts(query.filter))
    lead = next(filter(_is_text, parts), None)
    if not (look_up and lead and query.order_by == "ID"):
        return statement.where(*(_clause(table, part, look_up) for part in parts)), table.c.id
    # The index has the owners of one text in the order of their ids: walk along it.
    led = tables.properties.alias("led")
    others = [_clause(table, part, look_up) for part in parts if part is not lead]
    statement = statement.join(led, led.c.owner_id == table.c.id)
    return statement.where(_on_property(led, table, lead), *others), led.c.owner_id


def _parts(condition: Filter) -> Iterator[Filter]:
    """Yield what a match fulfils all of."""
    if isinstance(condition, AllOf):
        for part in condition.parts:
            yield from _parts(part)
    else:
        yield condition


def _is_text(condition: Filter) -> TypeGuard[Comparison]:
    return (
        isinstance(condition, Comparison)
        and condition.custom
        and condition.operator == "="
        and isinstance(condition.value, str)
    )


def _clause(table: Table, condition: Filter, look_up: bool) -> Clause:
    """Return a filter as a condition on the rows of a table.

    Args:
        table: The table.
        condition: The filter; names that are not custom are columns.
        look_up: Whether to find rows by what their properties equal.
    """
    if look_up and (owners := _owners(table, condition)):
        return table.c.id.in_(owners[0] if len(owners) == 1 else union_all(*owners))
    match condition:
        case AllOf(parts):
            return and_(*(_clause(table, part, look_up) for part in parts))
        case AnyOf(parts):
            return or_(*(_clause(table, part, look_up) for part in parts))
        case Comparison(custom=False):
            return _on_column(table, condition)
        case Comparison():
            index = tables.properties
            owned = index.c.owner_id == table.c.id
            has = _on_property(index, table, condition)
            return select(index.c.owner_id).where(owned, has).exists()


def _owners(table: Table, condition: Filter) -> list[Select[tuple[int]]]:
    """Return what finds the ids of the rows by the index of the properties; nothing if not all."""
    if isinstance(condition, AnyOf):
        found = [_owners(table, part) for part in condition.parts]
        return [owners for part in found for owners in part] if all(found) else []
    if not isinstance(condition, Comparison) or not condition.custom:
        return []
    if condition.operator not in ("=", "IN") or isinstance(condition.values[0], bool):
        return []
    index = tables.properties
    named = _named(index, table, condition)
    return [select(index.c.owner_id).where(named, way) for way in _ways(index.c, condition)]


def _on_property(index: Any, table: Table, condition: Comparison) -> Clause:
    """Return the condition on the rows of the property index that a comparison means."""
    return and_(_named(index, table, condition), or_(*_ways(index.c, condition)))


def _named(index: Any, table: Table, condition: Comparison) -> Clause:
    return and_(index.c.resource == table.name, index.c.name == condition.name)


def _ways(columns: Any, condition: Comparison) -> list[Clause]:
    """Return conditions of which one holds, each on one column of the index."""
    kind, first = condition.value_type, condition.values[0]
    if kind == "string" or (kind is None and isinstance(first, str)):
        return [_on_string(columns, condition)]
    if kind == "bool" or (kind is None and isinstance(first, bool)):
        if condition.operator not in ("=", "!=", "IN"):
            raise misfit(condition.name, "is true or false: only = and != compare those")
        return [_compare(columns.bool_value, condition, truth)]
    # A number without a suffix is compared with whole numbers and others alike.
    fields = {"int": [columns.int_value], "double": [columns.double_value]}
    both = [columns.int_value, columns.double_value]
    return [_compare(column, condition, number) for column in fields.get(kind or "", both)]


def _on_string(columns: Any, condition: Comparison) -> Clause:
    """Compare a text property; its beginning is indexed, and is all of most texts."""
    compared = _compare(columns.string_value, condition, text_value)
    if condition.operator not in ("=", "IN"):
        return compared
    texts = [text_value(condition.name, value) for value in condition.values]
    keys = [literal(text[:STRING_KEY_LENGTH]) for text in texts]
    begins = columns.string_key == keys[0] if len(keys) == 1 else columns.string_key.in_(keys)
    return begins if max(map(len, texts)) < STRING_KEY_LENGTH else and_(begins, compared)


def _on_column(table: Table, condition: Comparison) -> Clause:
    if condition.name == "value" and "number_value" in table.c:
        texts = "text_value" in table.c and isinstance(condition.values[0], str)
        column = table.c["text_value" if texts else "number_value"]
    else:
        column = table.c[condition.name]
    if isinstance(column.type, Integer):
        return _compare(column, condition, whole)
    return _compare(column, condition, number if isinstance(column.type, Float) else text_value)


def _compare(column: Clause, condition: Comparison, convert: Convert) -> Clause:
    name, sign = condition.name, condition.operator
    if sign in ("LIKE", "ILIKE"):
        if convert is not text_value:
            raise misfit(name, "is no text: LIKE and ILIKE compare texts")
        like = column.like if sign == "LIKE" else column.ilike
        return like(pattern(name, condition.values[0]), escape="\\")
    wanted = [_bound(column, convert(name, value)) for value in condition.values]
    compared: Clause = column.in_(wanted) if sign == "IN" else _OPERATORS[sign](column, wanted[0])
    return compared


def _bound(column: Clause, value: Literals) -> Clause:
    if isinstance(value, float):
        # PostgreSQL would take it for a whole number where those are compared.
        return cast(literal(value, _FRACTION), _FRACTION)
    return literal(value, column.type)
