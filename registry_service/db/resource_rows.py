"""Create, read, update and list resources in SQL."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    and_,
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
from registry_service.db.rows import TABLES, column_name, from_row, property_rows, to_row
from registry_service.domain.filters import Comparison
from registry_service.domain.paging import Cursor, ListQuery, Page
from registry_service.domain.resources import Artifact, Resource
from registry_service.errors import AlreadyExistsError, NotFoundError

R = TypeVar("R", bound=Resource)

# Beyond so many owners, a property is looked up for each row of a list instead of once for all.
COMMON = 20_000
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
        rows = self._connection.execute(_select(kind, where).limit(2)).mappings().all()
        return from_row(kind, rows[0]) if len(rows) == 1 else None

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
        statement, order, identity = self._listing(kind, query, where)
        if query.after is not None:
            statement = statement.where(_beyond(order, identity, query))
        keys = (identity,) if order is identity else (order, identity)
        statement = statement.order_by(*(key.desc() if query.descending else key for key in keys))
        if query.page_size is not None:
            statement = statement.limit(query.page_size + 1)
        rows = self._connection.execute(statement).mappings().all()
        if query.page_size is None or len(rows) <= query.page_size:
            return Page([from_row(kind, row) for row in rows], None)
        rows = rows[: query.page_size]
        last = Cursor(rows[-1][_SORT_COLUMNS[query.order_by]], rows[-1]["id"])
        return Page([from_row(kind, row) for row in rows], last)

    def _listing(
        self, kind: type[Resource], query: ListQuery, where: dict[str, Any]
    ) -> tuple[Select[Any], ColumnElement[int], ColumnElement[int]]:
        """Return the filtered rows, the column to sort by and the column of the id."""
        table = TABLES[kind]
        statement = _select(kind, where)
        identity: ColumnElement[int] = table.c.id
        order = table.c[_SORT_COLUMNS[query.order_by]]
        if query.filter is None:
            return statement, order, identity
        lead, rest = split_lead(query.filter)
        if lead is None or where or order is not identity:
            correlated = lead is not None and self._is_common(table, lead)
            statement = statement.where(filter_clause(table, query.filter, correlated))
            return statement, order, identity
        # The index has the owners of one value in the order of their ids: walk along it.
        led = tables.properties.alias("led")
        owned = and_(led.c.owner_id == table.c.id, property_clause(table, led, lead))
        statement = statement.join(led, owned).where(filter_clause(table, rest, correlated=True))
        return statement, led.c.owner_id, led.c.owner_id

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


def _select(kind: type[Resource], where: dict[str, Any]) -> Select[Any]:
    table = TABLES[kind]
    statement = select(table)
    if table is tables.artifacts and kind is not Artifact and issubclass(kind, Artifact):
        statement = statement.where(table.c.artifact_type == kind.artifact_type)
    for field, value in where.items():
        column = table.c[column_name(kind, field)]
        statement = statement.where(column.in_(value) if type(value) is list else column == value)
    return statement


def _beyond(
    order: ColumnElement[int], identity: ColumnElement[int], query: ListQuery
) -> ColumnElement[bool]:
    assert query.after is not None  # noqa: S101 - only called for a later page
    if order is identity:
        last = query.after.id
        return identity < last if query.descending else identity > last
    position = tuple_(order, identity)
    last_row = tuple_(query.after.value, query.after.id)
    return position < last_row if query.descending else position > last_row


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
