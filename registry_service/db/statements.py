"""The statements on resources, each shape built once: building costs more than running."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ParamSpec, TypeVar, cast

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    insert,
    select,
    tuple_,
    union_all,
    update,
)

from registry_service.db import tables
from registry_service.db.filter_shapes import Group, Shape, Term, parts_of, unfound
from registry_service.db.filters import Clauses
from registry_service.db.plans import Among, Plain
from registry_service.db.prepared import Prepared, PreparedRows
from registry_service.db.rows import TABLES, column_name, columns_of
from registry_service.domain.paging import OrderBy
from registry_service.domain.resources import Artifact, Resource

# Ends the name of a field that may have any of several values.
ONE_OF = "__in"
SORT_COLUMNS = {"ID": "id", "CREATE_TIME": "created_at", "LAST_UPDATE_TIME": "updated_at"}
# Beyond so many owners, a property is looked up for each row of a list instead of once for all:
# of a million rows, a page of a hundred then looks at twenty thousand at most.
COMMON = 5_000
# So many rows of a parent are looked at before anything is counted that all parents share.
NARROW = 1_000

# Filters come in any number of shapes: so many statements with one are remembered.
MOST_FILTERED = 512

P = ParamSpec("P")
T = TypeVar("T")


def remembered(most: int | None = None) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Return what makes a function remember its results, so many at most.

    Unlike with functools alone, its arguments stay checked; mypy takes no class for hashable.
    """
    return cast("Callable[[Callable[P, T]], Callable[P, T]]", lru_cache(most))


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


@remembered()
def insert_statement(kind: type[Resource]) -> Prepared:
    """Return what stores a resource, and finds its id."""
    table = TABLES[kind]
    return Prepared(insert(table).values(_row_of(kind)).returning(table.c.id))


@remembered()
def insert_all_statements(kind: type[Resource]) -> PreparedRows:
    """Return what stores several resources, and finds nothing."""
    return PreparedRows(TABLES[kind], columns_of(kind))


@remembered()
def update_statement(kind: type[Resource]) -> Prepared:
    """Return what stores a changed resource: that with the id bound as `row_id`."""
    table = TABLES[kind]
    return Prepared(update(table).where(table.c.id == bindparam("row_id")).values(_row_of(kind)))


def _row_of(kind: type[Resource]) -> dict[str, BindParameter[Any]]:
    return {column: bindparam(column) for column in columns_of(kind)}


@remembered()
def find_statement(kind: type[Resource], where: tuple[str, ...]) -> Prepared:
    """Return the rows whose fields have the bound values, two at most."""
    return Prepared(_select(kind, where).limit(2))


@remembered()
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


@remembered(MOST_FILTERED)
def filtered_statement(
    kind: type[Resource],
    shape: Shape,
    rare: frozenset[Term],
    where: tuple[str, ...],
    order_by: OrderBy,
    descending: bool,
    after: bool,
    limited: bool,
) -> Filtered:
    """Return a page of the rows that fulfil a filter.

    Args:
        kind: Which resources.
        shape: The shape of the filter.
        rare: Its properties that few rows have.
        where: Fields with bound values.
        order_by: What to sort by.
        descending: From the end.
        after: Begin after a bound position.
        limited: Return a bound number of rows at most.
    """
    table = TABLES[kind]
    clauses = Clauses(table)
    statement = _select(kind, where)
    identity: ColumnElement[int] = table.c.id
    order: ColumnElement[int] = table.c[SORT_COLUMNS[order_by]]
    ids = clauses.rare_ids(shape, rare)
    if ids is not None:
        statement = statement.where(Among(identity, union_all(*ids)))
        shape = unfound(shape, rare)
        order = order if order is identity else Plain(order)
    elif (lead := walked(shape, where, order_by)) is not None:
        # The index has the owners of one value in the order of their ids: walk along it.
        led = tables.properties.alias("led")
        owned = and_(led.c.owner_id == identity, clauses.on_property(led, lead))
        statement = statement.join(led, owned)
        shape = Group(True, tuple(part for part in parts_of(shape) if part is not lead))
        order = identity = led.c.owner_id
    statement = statement.where(clauses.clause(shape))
    statement = _sorted(statement, order, identity, descending, after, limited)
    return Filtered(Prepared(statement), clauses)


def walked(shape: Shape, where: tuple[str, ...], order_by: OrderBy) -> Term | None:
    """Return a property whose owners the index has in the order asked for, if there is one."""
    if where or order_by != "ID":
        return None
    for part in parts_of(shape):
        if isinstance(part, Term) and part.custom and part.operator == "=" and part.of_text:
            return part
    return None


@remembered(MOST_FILTERED)
def common_statement(kind: type[Resource], term: Term) -> Filtered | None:
    """Return what finds a row if COMMON rows fulfil a comparison; None where no index tells."""
    clauses = Clauses(TABLES[kind])
    if not clauses.can_be_rare(term):
        return None
    # Stepping over them takes half as long as counting them.
    last = union_all(*clauses.ids(term)).limit(1).offset(COMMON - 1)
    return Filtered(Prepared(last), clauses)


@remembered()
def wide_statement(kind: type[Resource], where: tuple[str, ...]) -> Prepared | None:
    """Return what finds a row if NARROW rows have the bound values; None where no index tells."""
    leading = {next(iter(index.columns)).name for index in TABLES[kind].indexes}
    if leading.isdisjoint(column_name(kind, field.removesuffix(ONE_OF)) for field in where):
        return None
    ids = _select(kind, where).with_only_columns(TABLES[kind].c.id)
    return Prepared(ids.limit(1).offset(NARROW - 1))


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
