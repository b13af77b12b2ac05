"""What versions have beside their own row, in SQL (contract: `service.ports`)."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Connection,
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from registry_service.db import tables
from registry_service.db.resources import now_ms
from registry_service.db.rows import read_row
from registry_service.domain.registration import Approval, Called, VersionDocument
from registry_service.domain.resources import ModelVersion, RegisteredModel

_models, _versions, _aliases = tables.registered_models, tables.model_versions, tables.aliases
_documents, _approvals, _tombstones = tables.version_documents, tables.approvals, tables.tombstones
_MODEL: BindParameter[int] = bindparam("model_id")
_VERSIONS: BindParameter[Any] = bindparam("versions", expanding=True)
_NOW: BindParameter[int] = bindparam("now", type_=BigInteger)
_NEXT_NUMBER = (
    update(_models)
    .where(_models.c.id == _MODEL)
    .values(
        last_number=_models.c.last_number + 1,
        updated_at=case((_models.c.updated_at < _NOW, _NOW), else_=_models.c.updated_at + 1),
    )
    .returning(_models.c.last_number)
)
_newer = _versions.alias("newer")
# For each model one look into the index, however many versions it has.
_NEWEST = (
    select(_versions)
    .join_from(
        _models,
        _versions,
        and_(
            _versions.c.registered_model_id == _models.c.id,
            _versions.c.number
            == select(func.max(_newer.c.number))
            .where(_newer.c.registered_model_id == _models.c.id)
            .scalar_subquery(),
        ),
    )
    .where(_models.c.id.in_(bindparam("models", expanding=True)))
)
_by_alias = (
    _versions.c.id
    == select(_aliases.c.model_version_id)
    .where(_aliases.c.registered_model_id == _MODEL, _aliases.c.name == bindparam("ref"))
    .scalar_subquery()
)
_CALLED = select(_versions, _by_alias.label("by_alias")).where(
    _versions.c.registered_model_id == _MODEL,
    or_(
        _versions.c.name == bindparam("ref"),
        _versions.c.number == bindparam("ref_number"),
        _by_alias,
    ),
)
_DESCRIBE = insert(_documents)
_DOCUMENTS = select(_documents).where(_documents.c.model_version_id.in_(_VERSIONS))
_APPROVALS = select(_approvals).where(_approvals.c.model_version_id.in_(_VERSIONS))
_TOMBSTONE = select(_tombstones.c.actor, _tombstones.c.at, _tombstones.c.reason).where(
    _tombstones.c.registered_model_id == _MODEL, _tombstones.c.name == bindparam("ref")
)


class SqlVersions:
    """Numbers, names, documents and approvals of versions."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def next_number(self, model_id: int) -> int:
        taken = {"model_id": model_id, "now": now_ms()}
        number: int | None = self._connection.scalar(_NEXT_NUMBER, taken)
        if number is None:
            raise RegisteredModel.absence(model_id)
        return number

    def called(self, model_id: int, ref: str) -> Called:
        number = int(ref) if ref.isascii() and ref.isdigit() and len(ref) < 10 else None
        values = {"model_id": model_id, "ref": ref, "ref_number": number}
        called = Called()
        for row in self._connection.execute(_CALLED, values):
            version = read_row(ModelVersion, row)
            if row.by_alias:
                called = replace(called, by_alias=version)
            if version.name == ref:
                called = replace(called, by_name=version)
            if version.number == number:
                called = replace(called, by_number=version)
        return called

    def newest(self, model_ids: Sequence[int]) -> Mapping[int, ModelVersion]:
        rows = self._connection.execute(_NEWEST, {"models": model_ids})
        versions = (read_row(ModelVersion, row) for row in rows)
        return {version.registered_model_id: version for version in versions}

    def describe(self, version_id: int, document: VersionDocument) -> None:
        row = {
            "model_version_id": version_id,
            "lineage": document.lineage,
            "schema": document.schema,
        }
        self._connection.execute(_DESCRIBE, row)

    def documents(self, version_ids: Sequence[int]) -> Mapping[int, VersionDocument]:
        rows = self._connection.execute(_DOCUMENTS, {"versions": version_ids})
        return {version_id: VersionDocument(*document) for version_id, *document in rows}

    def approve(self, version_id: int, approval: Approval) -> None:
        self.withdraw(version_id)
        row = {"model_version_id": version_id, **asdict(approval)}
        self._connection.execute(insert(_approvals), row)

    def withdraw(self, version_id: int) -> None:
        self._connection.execute(
            delete(_approvals).where(_approvals.c.model_version_id == version_id)
        )

    def approvals(self, version_ids: Sequence[int]) -> Mapping[int, Approval]:
        rows = self._connection.execute(_APPROVALS, {"versions": version_ids})
        return {version_id: Approval(*approval) for version_id, *approval in rows}

    def delete(self, version: ModelVersion, actor: str, reason: str | None) -> None:
        artifacts, index = tables.artifacts, tables.properties
        owned = select(artifacts.c.id).where(artifacts.c.model_version_id == version.id)
        self._connection.execute(
            delete(index).where(
                or_(
                    and_(index.c.resource == artifacts.name, index.c.owner_id.in_(owned)),
                    and_(index.c.resource == _versions.name, index.c.owner_id == version.id),
                )
            )
        )
        files = (tables.version_files, tables.evidence_files)
        for table in (artifacts, *files, _documents, _approvals):
            self._connection.execute(delete(table).where(table.c.model_version_id == version.id))
        self._connection.execute(delete(_versions).where(_versions.c.id == version.id))
        tombstone = {
            "registered_model_id": version.registered_model_id,
            "name": version.name,
            "number": version.number,
            "digest": version.digest,
            "actor": actor,
            "at": now_ms(),
            "reason": reason,
        }
        self._connection.execute(insert(_tombstones), tombstone)

    def deleted(self, model_id: int, name: str) -> Approval | None:
        found = self._connection.execute(_TOMBSTONE, {"model_id": model_id, "ref": name}).first()
        return None if found is None else Approval(*found)
