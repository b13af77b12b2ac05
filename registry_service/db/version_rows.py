"""Files, documents, aliases, audit and idempotency keys in SQL."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Integer, bindparam, delete, insert, or_, select, update

from registry_service.db import tables
from registry_service.db.prepared import Prepared, PreparedRows, prepared_insert
from registry_service.db.resource_rows import now_ms
from registry_service.db.rows import read_row
from registry_service.db.session import Session
from registry_service.domain.registration import (
    LATEST,
    Alias,
    Approval,
    FileEntry,
    VersionDocument,
)
from registry_service.domain.resources import ModelVersion
from registry_service.errors import NotFoundError

_models, _versions, _aliases = tables.registered_models, tables.model_versions, tables.aliases
_NEXT_NUMBER = Prepared(
    update(_models)
    .where(_models.c.id == bindparam("model_id"))
    .values(last_number=_models.c.last_number + 1)
    .returning(_models.c.last_number)
)
_of_model = select(_versions).where(_versions.c.registered_model_id == bindparam("model_id"))
_LATEST_VERSION = Prepared(_of_model.order_by(_versions.c.number.desc()).limit(1))
_NAMED_VERSION = Prepared(
    _of_model.where(
        or_(
            _versions.c.name == bindparam("ref"),
            _versions.c.number == bindparam("ref_number", type_=Integer()),
            _versions.c.id
            == select(_aliases.c.model_version_id)
            .where(
                _aliases.c.registered_model_id == bindparam("model_id"),
                _aliases.c.name == bindparam("ref"),
            )
            .scalar_subquery(),
        )
    )
)
_ALIASES = Prepared(
    select(_aliases.c.name, _versions.c.id, _versions.c.name, _aliases.c.updated_at)
    .join_from(_aliases, _versions)
    .where(_aliases.c.registered_model_id == bindparam("model_id"))
    .order_by(_aliases.c.name)
)
_MOVE_ALIAS = Prepared(
    update(_aliases)
    .where(
        _aliases.c.registered_model_id == bindparam("model_id"),
        _aliases.c.name == bindparam("alias"),
    )
    .values(model_version_id=bindparam("version_id"), updated_at=bindparam("now"))
    .returning(_aliases.c.name)
)
_INSERT_ALIAS = Prepared(
    insert(_aliases).values(
        registered_model_id=bindparam("model_id"),
        name=bindparam("alias"),
        model_version_id=bindparam("version_id"),
        updated_at=bindparam("now"),
    )
)
_files = tables.version_files.c
_FILES = Prepared(
    select(_files.path, _files.sha256, _files.size).where(
        _files.model_version_id == bindparam("version_id")
    )
)
_INSERT_FILES = PreparedRows(tables.version_files)
_documents, _approvals = tables.version_documents, tables.approvals
_INSERT_DOCUMENT = prepared_insert(_documents)
_DESCRIPTION = Prepared(
    select(
        _documents.c.lineage,
        _documents.c.schema,
        _approvals.c.actor,
        _approvals.c.at,
        _approvals.c.reason,
    )
    .select_from(_versions)
    .outerjoin(_documents, _documents.c.model_version_id == _versions.c.id)
    .outerjoin(_approvals, _approvals.c.model_version_id == _versions.c.id)
    .where(_versions.c.id == bindparam("version_id"))
)
_APPROVAL = Prepared(
    select(_approvals.c.actor, _approvals.c.at, _approvals.c.reason).where(
        _approvals.c.model_version_id == bindparam("version_id")
    )
)


class VersionRows(Session):
    """The part of a transaction that deals with what versions own."""

    def next_number(self, model_id: int) -> int:
        """Take the next version number of a model; serialises the writers of that model."""
        row = self._row(_NEXT_NUMBER, {"model_id": model_id})
        if row is None:
            raise NotFoundError(f"no registered model found for id {model_id}: not found")
        return int(row[0])

    def resolve(self, model_id: int, ref: str) -> ModelVersion | None:
        """Return the version that `ref` names: by name, else number, else alias."""
        number = int(ref) if ref.isascii() and ref.isdigit() and len(ref) < 10 else None
        values: dict[str, Any] = {"model_id": model_id}
        if ref == LATEST:
            rows = self._rows(_LATEST_VERSION, values)
        else:
            rows = self._rows(_NAMED_VERSION, values | {"ref": ref, "ref_number": number})
        found = [read_row(ModelVersion, row) for row in rows]
        return min(
            found, key=lambda version: (version.name != ref, version.number != number), default=None
        )

    def add_files(self, version_id: int, files: Sequence[FileEntry]) -> None:
        """Store the files of a new version."""
        rows = [
            {
                "model_version_id": version_id,
                "path": file.path,
                "sha256": file.sha256,
                "size": file.size,
            }
            for file in files
        ]
        self._store(_INSERT_FILES, rows)

    def files(self, version_id: int) -> Sequence[FileEntry]:
        """Return the files of a version, sorted by path."""
        rows = self._rows(_FILES, {"version_id": version_id})
        return sorted((FileEntry(*row) for row in rows), key=lambda file: file.path)

    def add_document(self, version_id: int, document: VersionDocument) -> None:
        """Store lineage and schema of a new version."""
        row = {
            "model_version_id": version_id,
            "lineage": document.lineage,
            "schema": document.schema,
        }
        self._rows(_INSERT_DOCUMENT, row)

    def description(self, version_id: int) -> tuple[VersionDocument, Approval | None]:
        """Return lineage and schema of a version, empty when it has none; and its approval."""
        row = self._row(_DESCRIPTION, {"version_id": version_id})
        lineage, schema, *approval = row or [None] * 5
        document = VersionDocument(lineage or {}, schema)
        return document, None if approval[0] is None else Approval(*approval)

    def aliases(self, model_id: int) -> Sequence[Alias]:
        """Return the aliases of a model, sorted by name."""
        rows = self._rows(_ALIASES, {"model_id": model_id})
        return [Alias(*row) for row in rows]

    def set_alias(self, model_id: int, alias: str, version_id: int) -> None:
        """Point an alias to a version of its model."""
        values = {
            "model_id": model_id,
            "alias": alias,
            "version_id": version_id,
            "now": now_ms(),
        }
        if not self._rows(_MOVE_ALIAS, values):
            self._rows(_INSERT_ALIAS, values)

    def remove_alias(self, model_id: int, alias: str) -> None:
        """Remove an alias of a model."""
        table = tables.aliases
        self._rows(
            delete(table).where(table.c.registered_model_id == model_id, table.c.name == alias)
        )

    def approve(self, version_id: int, approval: Approval) -> None:
        """Record that a version was approved; a later approval replaces an earlier one."""
        table = tables.approvals
        self._rows(delete(table).where(table.c.model_version_id == version_id))
        row = {"model_version_id": version_id, **asdict(approval)}
        self._rows(insert(table).values(row))

    def approval(self, version_id: int) -> Approval | None:
        """Return the approval of a version."""
        row = self._row(_APPROVAL, {"version_id": version_id})
        return None if row is None else Approval(*row)
