"""What belongs to several resources at once, in one statement for all of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BindParameter, and_, bindparam, func, select

from registry_service.db import tables
from registry_service.db.prepared import Prepared
from registry_service.db.rows import read_row
from registry_service.db.session import Session
from registry_service.domain.registration import (
    Alias,
    Approval,
    AuditEntry,
    FileEntry,
    VersionDocument,
)
from registry_service.domain.resources import ModelVersion

_models, _versions, _aliases = tables.registered_models, tables.model_versions, tables.aliases
_MODELS: BindParameter[Any] = bindparam("models", expanding=True)
_VERSIONS: BindParameter[Any] = bindparam("versions", expanding=True)
_others = _versions.alias("others")
# For each model one look into the index, however many versions it has.
_NEWEST = Prepared(
    select(_versions)
    .join_from(
        _models,
        _versions,
        and_(
            _versions.c.registered_model_id == _models.c.id,
            _versions.c.number
            == select(func.max(_others.c.number))
            .where(_others.c.registered_model_id == _models.c.id)
            .scalar_subquery(),
        ),
    )
    .where(_models.c.id.in_(_MODELS))
)
_ALIASES = Prepared(
    select(
        _aliases.c.registered_model_id,
        _aliases.c.name,
        _versions.c.id,
        _versions.c.name,
        _aliases.c.updated_at,
    )
    .join_from(_aliases, _versions)
    .where(_aliases.c.registered_model_id.in_(_MODELS))
    .order_by(_aliases.c.name)
)
_moves = tables.audit.alias("moves")
# For each alias one look into the index, however much is in the log.
_LAST_MOVES = Prepared(
    select(tables.audit)
    .join_from(
        _aliases,
        tables.audit,
        tables.audit.c.id
        == select(_moves.c.id)
        .where(
            _moves.c.model_name == bindparam("model_name"),
            _moves.c.subject == _aliases.c.name,
            _moves.c.action.in_(["alias.set", "alias.rollback"]),
        )
        .order_by(_moves.c.id.desc())
        .limit(1)
        .scalar_subquery(),
    )
    .where(_aliases.c.registered_model_id == bindparam("model_id"))
)
_approvals, _documents, _files = tables.approvals, tables.version_documents, tables.version_files
_APPROVALS = Prepared(select(_approvals).where(_approvals.c.model_version_id.in_(_VERSIONS)))
_DOCUMENTS = Prepared(select(_documents).where(_documents.c.model_version_id.in_(_VERSIONS)))
_FILES = Prepared(select(_files).where(_files.c.model_version_id.in_(_VERSIONS)))


class OverviewRows(Session):
    """The part of a transaction that reads for lists."""

    def newest_versions(self, model_ids: Sequence[int]) -> Mapping[int, ModelVersion]:
        """Return the version with the highest number of each model that has one."""
        rows = self._rows(_NEWEST, {"models": model_ids})
        versions = (read_row(ModelVersion, row) for row in rows)
        return {version.registered_model_id: version for version in versions}

    def aliases_of(self, model_ids: Sequence[int]) -> Mapping[int, Sequence[Alias]]:
        """Return the aliases of each model, sorted by name."""
        found: dict[int, list[Alias]] = {model_id: [] for model_id in model_ids}
        for model_id, *alias in self._rows(_ALIASES, {"models": model_ids}):
            found[model_id].append(Alias(*alias))
        return found

    def last_moves(self, model_id: int, model_name: str) -> Mapping[str, AuditEntry]:
        """Return the newest move of each alias of a model that the log has one of."""
        rows = self._rows(_LAST_MOVES, {"model_id": model_id, "model_name": model_name})
        names = tables.audit.columns.keys()
        moves = (AuditEntry(**dict(zip(names, row, strict=True))) for row in rows)
        return {move.subject: move for move in moves}

    def approvals(self, version_ids: Sequence[int]) -> Mapping[int, Approval]:
        """Return the approvals of those versions that have one."""
        rows = self._rows(_APPROVALS, {"versions": version_ids})
        return {version_id: Approval(*approval) for version_id, *approval in rows}

    def documents(self, version_ids: Sequence[int]) -> Mapping[int, VersionDocument]:
        """Return lineage and schema of those versions that have them."""
        rows = self._rows(_DOCUMENTS, {"versions": version_ids})
        return {version_id: VersionDocument(*document) for version_id, *document in rows}

    def files_of(self, version_ids: Sequence[int]) -> Mapping[int, Sequence[FileEntry]]:
        """Return the files of each version, sorted by path."""
        found: dict[int, list[FileEntry]] = {version_id: [] for version_id in version_ids}
        for version_id, *file in self._rows(_FILES, {"versions": version_ids}):
            found[version_id].append(FileEntry(*file))
        return {each: sorted(files, key=lambda file: file.path) for each, files in found.items()}
