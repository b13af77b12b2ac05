"""Create, read, update and list resources of every kind in SQL (contract: `service.ports`)."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Integer,
    Select,
    Table,
    bindparam,
    delete,
    insert,
    select,
    tuple_,
    update,
)
from sqlalchemy.exc import IntegrityError

from registry_service.db import tables
from registry_service.db.filters import filtered
from registry_service.db.late_rows import LateRows
from registry_service.db.rows import TABLES, column_name, property_rows, read_row, to_row
from registry_service.domain import limits
from registry_service.domain.paging import SORTED_BY, ListQuery, Page
from registry_service.domain.resources import Artifact, Resource
from registry_service.errors import AlreadyExistsError, NotFoundError, TooLargeError
from registry_service.service.ports import ONE_OF

R = TypeVar("R", bound=Resource)

_INSERT = {table: insert(table).returning(table.c.id) for table in {*TABLES.values()}}
_INSERT_ALL = {table: insert(table) for table in _INSERT}
_UPDATE = {
    table: update(table).where(table.c.id == bindparam("row_id")) for table in {*TABLES.values()}
}
_INSERT_PROPERTIES = insert(tables.properties)
_DELETE_PROPERTIES = delete(tables.properties).where(
    tables.properties.c.resource == bindparam("of_resource"),
    tables.properties.c.owner_id == bindparam("of_id"),
)


# How large rows are is seen when they are there: few come at a time. Clients ask for so many.
_AT_A_TIME = 100


def now_ms() -> int:
    """Return the time in epoch milliseconds."""
    return time.time_ns() // 1_000_000


class SqlResources:
    """Resources of every kind, each kind in its table."""

    def __init__(self, connection: Connection, late: LateRows) -> None:
        self._connection, self._late = connection, late

    def add(self, resource: R) -> R:
        now = now_ms()
        stored = replace(resource, created_at=now, updated_at=now)
        with _taken(stored):
            made = self._connection.execute(_INSERT[TABLES[type(resource)]], to_row(stored))
        stored = replace(stored, id=made.scalar_one())
        self._index(stored)
        return stored

    def add_all(self, resources: Sequence[Resource]) -> None:
        now = now_ms()
        plain: dict[type[Resource], list[Resource]] = {}
        for resource in resources:
            if resource.custom_properties:
                self.add(resource)
            else:
                stored = replace(resource, created_at=now, updated_at=now)
                plain.setdefault(type(resource), []).append(stored)
        for kind, several in plain.items():
            with _taken(several[0]):
                self._connection.execute(_INSERT_ALL[TABLES[kind]], [*map(to_row, several)])

    def get(self, kind: type[R], resource_id: int) -> R:
        found = self.find(kind, id=resource_id)
        if found is None:
            raise kind.absence(resource_id)
        return found

    def find(self, kind: type[R], **where: Any) -> R | None:
        values = _by_column(kind, where)
        rows = self._connection.execute(_two(TABLES[kind], tuple(values)), values).all()
        return read_row(kind, rows[0]) if len(rows) == 1 else None

    def lock(self, kind: type[Resource], resource_id: int) -> None:
        table = TABLES[kind]
        wanted = select(table.c.id).where(table.c.id == resource_id)
        self._connection.execute(wanted.with_for_update())

    def save(self, resource: R) -> R:
        table = TABLES[type(resource)]
        stored = replace(resource, updated_at=max(now_ms(), resource.updated_at + 1))
        with _taken(stored):
            self._connection.execute(_UPDATE[table], to_row(stored) | {"row_id": resource.id})
        self._late.store()
        owner = {"of_resource": table.name, "of_id": resource.id}
        self._connection.execute(_DELETE_PROPERTIES, owner)
        self._index(stored)
        return stored

    def page(self, kind: type[R], query: ListQuery, **where: Any) -> Page[R]:
        wanted = min(query.page_size or limits.PAGE, limits.PAGE)
        found, more = self._read(kind, query, where, wanted, limits.PAGE_BYTES)
        return Page(found, query.place_of(found[-1]) if more else None)

    def every(self, kind: type[R], **where: Any) -> Sequence[R]:
        found, more = self._read(kind, ListQuery(), where, limits.TOGETHER, limits.PAGE_BYTES)
        if more:
            raise TooLargeError(
                f"these are more than {len(found)} {kind.label}s, which are not shown together: "
                "ask for pages of them under /api/model_registry/v1"
            )
        return found

    def _read(
        self, kind: type[R], query: ListQuery, where: Mapping[str, Any], most: int, most_bytes: int
    ) -> tuple[Sequence[R], bool]:
        """Return the first resources of a list, and whether there are more."""
        values = _by_column(kind, where)
        found: list[R] = []
        size = 0
        if query.filter is not None:
            self._late.store()
        while True:
            few = min(most - len(found), _AT_A_TIME)
            place = {"page_limit": few + 1}
            if query.after is not None:
                place |= {"after_value": query.after.value, "after_id": query.after.id}
            statement = _page(kind, tuple(values), query)
            rows = self._connection.execute(statement, values | place).all()
            found += [read_row(kind, row) for row in rows[:few]]
            if len(rows) <= few or len(found) >= most:
                return found, len(rows) > few
            size += sum(len(str(value)) for row in rows for value in row)
            if size > most_bytes:
                return found, True
            query = replace(query, after=query.place_of(found[-1]))

    def _index(self, resource: Resource) -> None:
        if rows := property_rows(TABLES[type(resource)], resource):
            self._late.add(_INSERT_PROPERTIES, rows)


def _by_column(kind: type[Resource], where: Mapping[str, Any]) -> dict[str, Any]:
    """Return wanted values under the names of their columns; of artifacts, also their type."""
    values = {column_name(kind, field): value for field, value in where.items()}
    if issubclass(kind, Artifact) and TABLES[kind] is tables.artifacts and kind is not Artifact:
        values["artifact_type"] = kind.artifact_type
    return values


@cache
def _selection(table: Table, names: tuple[str, ...]) -> Select[Any]:
    """Return the rows whose columns have the values bound under their names."""
    statement = select(table)
    for name in names:
        column = table.c[name.removesuffix(ONE_OF)]
        bound = bindparam(name, type_=column.type, expanding=name.endswith(ONE_OF))
        statement = statement.where(column.in_(bound) if bound.expanding else column == bound)
    return statement


@cache
def _two(table: Table, names: tuple[str, ...]) -> Select[Any]:
    return _selection(table, names).limit(2)


def _page(kind: type[Resource], names: tuple[str, ...], query: ListQuery) -> Select[Any]:
    table = TABLES[kind]
    order, is_first = table.c[SORTED_BY[query.order_by]], query.after is None
    if query.filter is None:
        return _unfiltered(table, names, order, query.descending, is_first)
    # All but a parent leaves many rows.
    look_up = not {*names} - {"collection"}
    statement, identity = filtered(_selection(table, names), table, query, look_up)
    return _sorted(statement, order, identity, query.descending, is_first)


@cache
def _unfiltered(
    table: Table,
    names: tuple[str, ...],
    order: Column[Any],
    descending: bool,
    is_first: bool,
) -> Select[Any]:
    statement = _selection(table, names)
    return _sorted(statement, order, table.c.id, descending, is_first)


def _sorted(
    statement: Select[Any],
    order: Column[Any],
    identity: ColumnElement[int],
    descending: bool,
    is_first: bool,
) -> Select[Any]:
    """Sort by a column and then the id, which makes every position in the list unique."""
    keys = (identity,) if order.primary_key else (order, identity)
    if not is_first:
        last = [bindparam("after_id", type_=BigInteger())]
        if not order.primary_key:
            last.insert(0, bindparam("after_value", type_=BigInteger()))
        here, there = tuple_(*keys), tuple_(*last)
        statement = statement.where(here < there if descending else here > there)
    statement = statement.limit(bindparam("page_limit", type_=Integer()))
    return statement.order_by(*(key.desc() if descending else key for key in keys))


@contextmanager
def _taken(resource: Resource) -> Iterator[None]:
    """Say in the caller's terms that a unique name or external id is in use."""
    try:
        yield
    except IntegrityError as error:
        reason = str(error.orig)
        if "foreign key" in reason.lower():
            raise NotFoundError(
                f"what the {resource.label} belongs to does not exist: not found"
            ) from error
        field, value = "name", resource.name
        if "external_id" in reason:
            field, value = "externalId", resource.external_id
        raise AlreadyExistsError(
            f"{resource.label} with {field} {value} already exists: conflict"
        ) from error
