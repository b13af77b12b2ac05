"""Create, read, update and list resources in SQL."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    Select,
    Table,
    and_,
    bindparam,
    delete,
    func,
    insert,
    select,
    tuple_,
)
from sqlalchemy import update as sql_update
from sqlalchemy.exc import IntegrityError

from registry_service.db import tables
from registry_service.db.filters import filter_clause, property_clause, split_lead
from registry_service.db.rows import TABLES, column_name, property_rows, read_row, to_row
from registry_service.domain.filters import Comparison
from registry_service.domain.paging import Cursor, ListQuery, OrderBy, Page
from registry_service.domain.resources import Artifact, Resource
from registry_service.errors import AlreadyExistsError, NotFoundError

R = TypeVar("R", bound=Resource)

# Beyond so many owners, a property is looked up for each row of a list instead of once for all.
COMMON = 20_000
# Ends the name of a field that may have any of several values.
ONE_OF = "__in"
_SORT_COLUMNS = {"ID": "id", "CREATE_TIME": "created_at", "LAST_UPDATE_TIME": "updated_at"}


def now_ms() -> int:
    """Return the time in epoch milliseconds."""
    return time.time_ns() // 1_000_000


class ResourceRows:
    """The part of a transaction that deals with resources."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, resource: R) -> R:
        """Store a new resource; return it with id and times."""
        table = TABLES[type(resource)]
        now = now_ms()
        stored = replace(resource, created_at=now, updated_at=now)
        with _taken(stored):
            result = self._connection.execute(insert(table), to_row(stored))
        primary_key = result.inserted_primary_key
        assert primary_key is not None  # noqa: S101 - one row was inserted
        stored = replace(stored, id=primary_key[0])
        self._add_properties(table, stored)
        return stored

    def add_all(self, resources: Sequence[Resource]) -> None:
        """Store new resources of one table at once; those with properties one by one."""
        plain = [resource for resource in resources if not resource.custom_properties]
        for resource in resources:
            if resource.custom_properties:
                self.add(resource)
        if not plain:
            return
        now = now_ms()
        table = TABLES[type(plain[0])]
        blank = dict.fromkeys(column.name for column in table.columns if column.name != "id")
        rows = [
            blank | to_row(replace(resource, created_at=now, updated_at=now)) for resource in plain
        ]
        with _taken(plain[0]):
            self._connection.execute(insert(table), rows)

    def get(self, kind: type[R], resource_id: int) -> R:
        """Return a resource."""
        found = self.find(kind, id=resource_id)
        if found is None:
            raise NotFoundError(f"no {kind.label} found for id {resource_id}: not found")
        return found

    def find(self, kind: type[R], **where: Any) -> R | None:
        """Return the one resource whose columns have exactly these values, else None."""
        statement = _find_statement(kind, tuple(where))  # type: ignore[arg-type] # it is hashable
        rows = self._connection.execute(statement, where).all()
        return read_row(kind, rows[0]) if len(rows) == 1 else None

    def lock(self, kind: type[Resource], resource_id: int) -> None:
        """Keep other writers off a resource; SQLite has one writer and needs no more."""
        if self._connection.dialect.name != "sqlite":
            table = TABLES[kind]
            self._connection.execute(
                select(table.c.id).where(table.c.id == resource_id).with_for_update()
            )

    def save(self, resource: R) -> R:
        """Store a changed resource; return it with its new time."""
        table = TABLES[type(resource)]
        stored = replace(resource, updated_at=max(now_ms(), resource.updated_at + 1))
        statement = sql_update(table).where(table.c.id == resource.id)
        with _taken(stored):
            self._connection.execute(statement, to_row(stored))
        owned = tables.properties.c
        self._connection.execute(
            delete(tables.properties).where(
                owned.resource == table.name, owned.owner_id == resource.id
            )
        )
        self._add_properties(table, stored)
        return stored

    def page(self, kind: type[R], query: ListQuery, **where: Any) -> Page[R]:
        """Return one page of the resources whose columns have these values."""
        if query.filter is None:
            shape = (query.order_by, query.descending, query.after is not None)
            statement = _page_statement(
                kind,  # type: ignore[arg-type] # classes are hashable
                tuple(where),
                *shape,
                query.page_size is not None,
            )
        else:
            statement = self._filtered(kind, query, tuple(where))
        values = dict(where)
        if query.page_size is not None:
            values["page_limit"] = query.page_size + 1
        if query.after is not None:
            values |= {"after_value": query.after.value, "after_id": query.after.id}
        rows = self._connection.execute(statement, values).all()
        if query.page_size is None or len(rows) <= query.page_size:
            return Page([read_row(kind, row) for row in rows], None)
        items = [read_row(kind, row) for row in rows[: query.page_size]]
        sorted_by = getattr(items[-1], _SORT_COLUMNS[query.order_by])
        return Page(items, Cursor(sorted_by, items[-1].id))

    def _filtered(
        self, kind: type[Resource], query: ListQuery, where: tuple[str, ...]
    ) -> Select[Any]:
        assert query.filter is not None  # noqa: S101 - asked by the caller
        table = TABLES[kind]
        statement = _select(kind, where)
        identity: ColumnElement[int] = table.c.id
        order = table.c[_SORT_COLUMNS[query.order_by]]
        lead, rest = split_lead(query.filter)
        if lead is None or where or order is not identity:
            correlated = lead is not None and self._is_common(table, lead)
            statement = statement.where(filter_clause(table, query.filter, correlated))
        else:
            # The index has the owners of one value in the order of their ids: walk along it.
            led = tables.properties.alias("led")
            owned = and_(led.c.owner_id == identity, property_clause(table, led, lead))
            statement = statement.join(led, owned).where(filter_clause(table, rest, True))
            order = identity = led.c.owner_id
        position = (query.after is not None, query.page_size is not None)
        return _sorted(statement, order, identity, query.descending, *position)

    def _is_common(self, table: Table, lead: Comparison) -> bool:
        """Tell whether so many resources have a property that asking each row is cheaper."""
        found = select(tables.properties.c.owner_id).where(
            property_clause(table, tables.properties, lead)
        )
        counted = select(func.count()).select_from(found.limit(COMMON + 1).subquery())
        return (self._connection.scalar(counted) or 0) > COMMON

    def _add_properties(self, table: Table, resource: Resource) -> None:
        if rows := property_rows(table, resource):
            self._connection.execute(insert(tables.properties), rows)


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


# Building a statement costs more than running it, so each shape is built once.
@cache
def _find_statement(kind: type[Resource], where: tuple[str, ...]) -> Select[Any]:
    return _select(kind, where).limit(2)


@cache
def _page_statement(
    kind: type[Resource],
    where: tuple[str, ...],
    order_by: OrderBy,
    descending: bool,
    after: bool,
    limited: bool,
) -> Select[Any]:
    table = TABLES[kind]
    order = table.c[_SORT_COLUMNS[order_by]]
    return _sorted(_select(kind, where), order, table.c.id, descending, after, limited)


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


@contextmanager
def _taken(resource: Resource) -> Iterator[None]:
    """Say in the caller's terms that a unique name or external id is in use."""
    try:
        yield
    except IntegrityError as error:
        reason = str(error.orig)
        if "foreign key" in reason.lower():
            raise NotFoundError(f"the parent of this {resource.label} was not found") from error
        field, value = "name", resource.name
        if "external_id" in reason:
            field, value = "externalId", resource.external_id
        raise AlreadyExistsError(
            f"{resource.label} with {field} {value} already exists: conflict"
        ) from error
