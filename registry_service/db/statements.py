"""The statements on resources, each shape built once: building costs more than running."""

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    func,
    insert,
    select,
    tuple_,
    update,
)

from registry_service.db import tables
from registry_service.db.filters import Clauses, Shape, Term, split_lead
from registry_service.db.prepared import Prepared, PreparedRows
from registry_service.db.rows import TABLES, column_name, columns_of
from registry_service.domain.paging import OrderBy
from registry_service.domain.resources import Artifact, Resource

# Ends the name of a field that may have any of several values.
ONE_OF = "__in"
SORT_COLUMNS = {"ID": "id", "CREATE_TIME": "created_at", "LAST_UPDATE_TIME": "updated_at"}
# Beyond so many owners, a property is looked up for each row of a list instead of once for all.
COMMON = 20_000


@dataclass(frozen=True, slots=True)
class Filtered:
    """A statement with a filter in it, and what its values are bound as."""

    statement: Prepared
    clauses: Clauses


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
def insert_statement(kind: type[Resource]) -> Prepared:
    """Return what stores a resource, and finds its id."""
    table = TABLES[kind]
    return Prepared(insert(table).values(_row_of(kind)).returning(table.c.id))


@cache
def insert_all_statements(kind: type[Resource]) -> PreparedRows:
    """Return what stores several resources, and finds nothing."""
    return PreparedRows(TABLES[kind], columns_of(kind))


@cache
def update_statement(kind: type[Resource]) -> Prepared:
    """Return what stores a changed resource: that with the id bound as `row_id`."""
    table = TABLES[kind]
    return Prepared(update(table).where(table.c.id == bindparam("row_id")).values(_row_of(kind)))


def _row_of(kind: type[Resource]) -> dict[str, BindParameter[Any]]:
    return {column: bindparam(column) for column in columns_of(kind)}


@cache
def find_statement(kind: type[Resource], where: tuple[str, ...]) -> Prepared:
    """Return the rows whose fields have the bound values, two at most."""
    return Prepared(_select(kind, where).limit(2))


@cache
def page_statement(
    kind: type[Resource],
    where: tuple[str, ...],
    order_by: OrderBy,
    descending: bool,
    after: bool,
    limited: bool,
) -> Prepared:
    """Return a page of the rows whose fields have the bound values."""
    table = TABLES[kind]
    order = table.c[SORT_COLUMNS[order_by]]
    return Prepared(_sorted(_select(kind, where), order, table.c.id, descending, after, limited))


@lru_cache(maxsize=512)
def filtered_statement(
    kind: type[Resource],
    shape: Shape,
    where: tuple[str, ...],
    walks: bool,
    correlated: bool,
    order_by: OrderBy,
    descending: bool,
    after: bool,
    limited: bool,
) -> Filtered:
    """Return a page of the rows that fulfil a filter.

    Args:
        kind: Which resources.
        shape: The shape of the filter.
        where: Fields with bound values.
        walks: Follow the property index in the order of the ids.
        correlated: Look properties up row by row.
        order_by: What to sort by.
        descending: From the end.
        after: Begin after a bound position.
        limited: Return a bound number of rows at most.
    """
    table = TABLES[kind]
    clauses = Clauses(table)
    statement = _select(kind, where)
    identity: ColumnElement[int] = table.c.id
    order = table.c[SORT_COLUMNS[order_by]]
    lead, rest = split_lead(shape)
    if lead is None or not walks:
        statement = statement.where(clauses.clause(shape, correlated))
    else:
        # The index has the owners of one value in the order of their ids: walk along it.
        led = tables.properties.alias("led")
        owned = and_(led.c.owner_id == identity, clauses.on_property(led, lead))
        statement = statement.join(led, owned).where(clauses.clause(rest, True))
        order = identity = led.c.owner_id
    statement = _sorted(statement, order, identity, descending, after, limited)
    return Filtered(Prepared(statement), clauses)


@lru_cache(maxsize=512)
def count_statement(kind: type[Resource], lead: Term) -> Filtered:
    """Return how many resources have a property, one more than COMMON at most."""
    clauses = Clauses(TABLES[kind])
    owners = select(tables.properties.c.owner_id).where(
        clauses.on_property(tables.properties, lead)
    )
    counted = select(func.count()).select_from(owners.limit(COMMON + 1).subquery())
    return Filtered(Prepared(counted), clauses)


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
