"""Create, read, update and list resources in SQL."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, TypeVar

from sqlalchemy import (
    Connection,
    Select,
    Table,
    delete,
    func,
    insert,
    select,
)
from sqlalchemy import update as sql_update
from sqlalchemy.exc import IntegrityError

from registry_service.db import tables
from registry_service.db.filters import property_clause, split_lead
from registry_service.db.rows import TABLES, property_rows, read_row, to_row
from registry_service.db.statements import (
    SORT_COLUMNS,
    filtered_statement,
    find_statement,
    page_statement,
)
from registry_service.domain.filters import Comparison
from registry_service.domain.paging import Cursor, ListQuery, Page
from registry_service.domain.resources import Resource
from registry_service.errors import AlreadyExistsError, NotFoundError

R = TypeVar("R", bound=Resource)

# Beyond so many owners, a property is looked up for each row of a list instead of once for all.
COMMON = 20_000


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
        statement = find_statement(kind, tuple(where))  # type: ignore[arg-type] # it is hashable
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
            statement = page_statement(
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
        sorted_by = getattr(items[-1], SORT_COLUMNS[query.order_by])
        return Page(items, Cursor(sorted_by, items[-1].id))

    def _filtered(
        self, kind: type[Resource], query: ListQuery, where: tuple[str, ...]
    ) -> Select[Any]:
        assert query.filter is not None  # noqa: S101 - asked by the caller
        table = TABLES[kind]
        lead, _ = split_lead(query.filter)
        walks = lead is not None and not where and query.order_by == "ID"
        common = lead is not None and not walks and self._is_common(table, lead)
        position = (query.after is not None, query.page_size is not None)
        order = (query.order_by, query.descending)
        return filtered_statement(
            kind,  # type: ignore[arg-type] # classes are hashable
            query.filter,
            where,
            walks,
            common,
            *order,
            *position,
        )

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
