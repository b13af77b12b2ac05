"""Create, read, update and list resources in SQL."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, TypeVar

from sqlalchemy import bindparam, delete, select
from sqlalchemy.exc import IntegrityError

from registry_service.db import tables
from registry_service.db.filter_shapes import Group, Shape, Term, shape_of
from registry_service.db.prepared import Prepared, PreparedRows, Values
from registry_service.db.rows import TABLES, property_rows, read_row, to_row
from registry_service.db.session import Session
from registry_service.db.statements import (
    SORT_COLUMNS,
    common_statement,
    filtered_statement,
    find_statement,
    insert_all_statements,
    insert_statement,
    page_statement,
    update_statement,
    walked,
    wide_statement,
)
from registry_service.domain.filters import Literals
from registry_service.domain.paging import Cursor, ListQuery, Page
from registry_service.domain.resources import Resource
from registry_service.errors import AlreadyExistsError, NotFoundError

R = TypeVar("R", bound=Resource)
NONE: frozenset[Term] = frozenset()

_INSERT_PROPERTIES = PreparedRows(tables.properties)
_DELETE_PROPERTIES = Prepared(
    delete(tables.properties).where(
        tables.properties.c.resource == bindparam("resource"),
        tables.properties.c.owner_id == bindparam("owner_id"),
    )
)


def now_ms() -> int:
    """Return the time in epoch milliseconds."""
    return time.time_ns() // 1_000_000


class ResourceRows(Session):
    """The part of a transaction that deals with resources."""

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Keep what is done within the block; the index of the properties follows at its end."""
        self._indexed: list[Values] = []
        with super().writing():
            yield
            self._store(_INSERT_PROPERTIES, self._indexed)

    def add(self, resource: R) -> R:
        """Store a new resource; return it with id and times."""
        now = now_ms()
        stored = replace(resource, created_at=now, updated_at=now)
        kind = type(resource)
        with _taken(stored):
            rows = self._rows(insert_statement(kind), to_row(stored))
        stored = replace(stored, id=rows[0][0])
        self._indexed += property_rows(TABLES[kind], stored)
        return stored

    def add_all(self, resources: Sequence[Resource]) -> None:
        """Store new resources; those without properties kind by kind."""
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
                self._store(insert_all_statements(kind), [*map(to_row, several)])

    def get(self, kind: type[R], resource_id: int) -> R:
        """Return a resource."""
        found = self.find(kind, id=resource_id)
        if found is None:
            raise NotFoundError(f"no {kind.label} found for id {resource_id}: not found")
        return found

    def find(self, kind: type[R], **where: Any) -> R | None:
        """Return the one resource whose columns have exactly these values, else None."""
        rows = self._rows(find_statement(kind, tuple(where)), where)
        return read_row(kind, rows[0]) if len(rows) == 1 else None

    def lock(self, kind: type[Resource], resource_id: int) -> None:
        """Keep other writers off a resource; SQLite has one writer and needs no more."""
        if self._driver.dialect.name != "sqlite":
            table = TABLES[kind]
            self._rows(select(table.c.id).where(table.c.id == resource_id).with_for_update())

    def save(self, resource: R) -> R:
        """Store a changed resource; return it with its new time."""
        kind = type(resource)
        stored = replace(resource, updated_at=max(now_ms(), resource.updated_at + 1))
        row = to_row(stored) | {"row_id": resource.id}
        with _taken(stored):
            self._rows(update_statement(kind), row)
        owner = {"resource": TABLES[kind].name, "owner_id": resource.id}
        self._rows(_DELETE_PROPERTIES, owner)
        self._indexed += property_rows(TABLES[kind], stored)
        return stored

    def page(self, kind: type[R], query: ListQuery, **where: Any) -> Page[R]:
        """Return one page of the resources whose columns have these values."""
        values = dict(where)
        if query.page_size is not None:
            values["page_limit"] = query.page_size + 1
        if query.after is not None:
            values |= {"after_value": query.after.value, "after_id": query.after.id}
        rows = self._rows(*self._page_statement(kind, query, values, tuple(where)))
        if query.page_size is None or len(rows) <= query.page_size:
            return Page([read_row(kind, row) for row in rows], None)
        items = [read_row(kind, row) for row in rows[: query.page_size]]
        sorted_by = getattr(items[-1], SORT_COLUMNS[query.order_by])
        return Page(items, Cursor(sorted_by, items[-1].id))

    def _page_statement(
        self, kind: type[Resource], query: ListQuery, values: Values, where: tuple[str, ...]
    ) -> tuple[Prepared, Values]:
        """Return the statement of a page, and all its values."""
        order = (query.order_by, query.descending, query.after is not None)
        limited = query.page_size is not None
        if query.filter is None:
            return page_statement(kind, where, *order, limited), values
        literals: list[Literals] = []
        shape = shape_of(query.filter, literals)
        in_order = walked(shape, where, query.order_by) is shape
        is_quick = in_order or self._is_narrow(kind, {field: values[field] for field in where})
        rare = NONE if is_quick else self._rare(kind, shape, literals)
        filtered = filtered_statement(kind, shape, rare, where, *order, limited)
        return filtered.statement, {**values, **filtered.clauses.bound(literals)}

    def _is_narrow(self, kind: type[Resource], where: Values) -> bool:
        """Tell whether fields leave so few rows that a filter may look at each of them."""
        wide = wide_statement(kind, tuple(where))
        return wide is not None and not self._rows(wide, where)

    def _rare(
        self, kind: type[Resource], shape: Shape, literals: Sequence[Literals]
    ) -> frozenset[Term]:
        """Return parts of a filter that few rows fulfil, and every match one of; none if none."""
        match shape:
            case Group(all=True, parts=parts):
                every = (self._rare(kind, part, literals) for part in parts)
                return next((rare for rare in every if rare), NONE)
            case Group(parts=parts):
                found = [self._rare(kind, part, literals) for part in parts]
                return NONE.union(*found) if all(found) else NONE
            case Term():
                common = common_statement(kind, shape)
                if common is None:
                    return NONE
                values = common.clauses.bound(literals)
                return NONE if self._rows(common.statement, values) else frozenset({shape})


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
