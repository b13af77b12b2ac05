"""The SELECT statements on resources, each shape built once: building costs more than running."""

from functools import cache, lru_cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Integer, Select, and_, bindparam, select, tuple_

from registry_service.db import tables
from registry_service.db.filters import filter_clause, property_clause, split_lead
from registry_service.db.rows import TABLES, column_name
from registry_service.domain.filters import Filter
from registry_service.domain.paging import OrderBy
from registry_service.domain.resources import Artifact, Resource

# Ends the name of a field that may have any of several values.
ONE_OF = "__in"
SORT_COLUMNS = {"ID": "id", "CREATE_TIME": "created_at", "LAST_UPDATE_TIME": "updated_at"}


def _select(kind: type[Resource], where: tuple[str, ...]) -> Select[Any]:
    """Return the rows of a kind whose fields have the values bound under their names."""
    table = TABLES[kind]
    statement = select(table)
    if table is tables.artifacts and kind is not Artifact and issubclass(kind, Artifact):
        statement = statement.where(table.c.artifact_type == kind.artifact_type)
    for field in where:
        column = table.c[column_name(kind, field.removesuffix(ONE_OF))]
        if field.endswith(ONE_OF):
            statement = statement.where(column.in_(bindparam(field, expanding=True)))
        else:
            statement = statement.where(column == bindparam(field, type_=column.type))
    return statement


@cache
def find_statement(kind: type[Resource], where: tuple[str, ...]) -> Select[Any]:
    """Return the rows whose fields have the bound values, two at most."""
    return _select(kind, where).limit(2)


@cache
def page_statement(
    kind: type[Resource],
    where: tuple[str, ...],
    order_by: OrderBy,
    descending: bool,
    after: bool,
    limited: bool,
) -> Select[Any]:
    """Return a page of the rows whose fields have the bound values."""
    table = TABLES[kind]
    order = table.c[SORT_COLUMNS[order_by]]
    return _sorted(_select(kind, where), order, table.c.id, descending, after, limited)


@lru_cache(maxsize=512)
def filtered_statement(
    kind: type[Resource],
    condition: Filter,
    where: tuple[str, ...],
    walks: bool,
    correlated: bool,
    order_by: OrderBy,
    descending: bool,
    after: bool,
    limited: bool,
) -> Select[Any]:
    """Return a page of the rows that fulfil a filter.

    Args:
        kind: Which resources.
        condition: The filter.
        where: Fields with bound values.
        walks: Follow the property index in the order of the ids.
        correlated: Look properties up row by row.
        order_by: What to sort by.
        descending: From the end.
        after: Begin after a bound position.
        limited: Return a bound number of rows at most.
    """
    table = TABLES[kind]
    statement = _select(kind, where)
    identity: ColumnElement[int] = table.c.id
    order = table.c[SORT_COLUMNS[order_by]]
    lead, rest = split_lead(condition)
    if lead is None or not walks:
        statement = statement.where(filter_clause(table, condition, correlated))
    else:
        # The index has the owners of one value in the order of their ids: walk along it.
        led = tables.properties.alias("led")
        owned = and_(led.c.owner_id == identity, property_clause(table, led, lead))
        statement = statement.join(led, owned).where(filter_clause(table, rest, True))
        order = identity = led.c.owner_id
    return _sorted(statement, order, identity, descending, after, limited)


def _sorted(
    statement: Select[Any],
    order: ColumnElement[int],
    identity: ColumnElement[int],
    descending: bool,
    after: bool,
    limited: bool,
) -> Select[Any]:
    """Sort by a column and then the id, which makes every position in the list unique."""
    keys = (identity,) if order is identity else (order, identity)
    if after:
        last = [bindparam("after_id", type_=BigInteger())]
        if order is not identity:
            last.insert(0, bindparam("after_value", type_=BigInteger()))
        here, there = tuple_(*keys), tuple_(*last)
        statement = statement.where(here < there if descending else here > there)
    if limited:
        statement = statement.limit(bindparam("page_limit", type_=Integer()))
    return statement.order_by(*(key.desc() if descending else key for key in keys))
