"""How our own API shows things."""

from collections.abc import Mapping, Sequence
from typing import Any

from registry_service.domain.registration import (
    Alias,
    AuditEntry,
    FileCheck,
    FileEntry,
    Registered,
    VersionDetail,
)
from registry_service.domain.resources import (
    DATASETS,
    MODELS,
    Collection,
    ModelVersion,
    RegisteredModel,
    Resource,
)
from registry_service.service.blob_ports import BlobStore
from registry_service.service.data_changes import DataChanges

KEYS: Mapping[Collection, str] = {MODELS: "model", DATASETS: "dataset"}
"""What it is called that has the versions."""


def registered_view(registered: Registered, collection: Collection) -> dict[str, Any]:
    """Show the outcome of a registration."""
    return {
        KEYS[collection]: {"id": str(registered.model_id), "name": registered.model_name},
        "version": {
            "id": str(registered.version_id),
            "name": registered.version_name,
            "number": registered.number,
        },
        "digest": registered.digest,
        "aliases": list(registered.aliases),
        "replayed": registered.replayed,
        "known": registered.known,
    }


def model_view(model: RegisteredModel) -> dict[str, Any]:
    """Show a model."""
    return {
        **_common(model),
        "owner": model.owner,
        "state": model.state,
        "customProperties": _plain(model),
    }


def version_view(version: ModelVersion) -> dict[str, Any]:
    """Show a version's own row."""
    return {
        **_common(version),
        "number": version.number,
        "state": version.state,
        "author": version.author,
        "digest": version.digest,
        **({"contentDigest": version.content_digest} if version.content_digest else {}),
        "properties": _plain(version),
    }


def detail_view(detail: VersionDetail) -> dict[str, Any]:
    """Show a version with everything that belongs to it."""
    content = detail.content
    return {
        KEYS[detail.model.collection]: model_view(detail.model),
        "version": version_view(detail.version),
        "digest": detail.version.digest,
        "aliases": list(detail.aliases),
        "files": [file_view(file) for file in content.files],
        "evidence": [file_view(file) for file in content.evidence],
        "metrics": content.metrics,
        "parameters": content.parameters,
        "datasets": [
            {"name": data.name, "digest": data.digest, "role": data.role, "uri": data.uri}
            for data in content.datasets
        ],
        "lineage": content.document.lineage,
        "schema": content.document.schema,
        "warnings": [] if detail.note is None else [detail.note],
        "approval": detail.approval
        and {
            "actor": detail.approval.actor,
            "at": str(detail.approval.at),
            "reason": detail.approval.reason,
        },
    }


def file_view(file: FileEntry) -> dict[str, Any]:
    """Show a file."""
    return {"path": file.path, "sha256": file.sha256, "size": file.size}


def fetched_view(files: Sequence[FileEntry], blobs: BlobStore) -> dict[str, Any]:
    """Show files, each with a short-lived URL to fetch it from."""
    return {"files": [{**file_view(f), "url": blobs.download(f.sha256).url} for f in files]}


def file_check_view(check: FileCheck) -> dict[str, Any]:
    """Show how a file was found."""
    return {"path": check.file.path, "sha256": check.file.sha256, "state": check.state}


def data_changes_view(changes: DataChanges) -> dict[str, Any]:
    """Show what changed between two versions of a data set."""
    return {
        "rows": changes.rows,
        "added": changes.added,
        "removed": changes.removed,
        "retyped": changes.retyped,
        "shifts": [
            {
                "column": shift.column,
                "distance": shift.distance,
                "missing": shift.missing,
                "middle": shift.middle,
            }
            for shift in changes.shifts
        ],
    }


def audit_view(entry: AuditEntry) -> dict[str, Any]:
    """Show an audit entry."""
    return {
        "id": str(entry.id),
        "at": str(entry.at),
        "actor": entry.actor,
        "action": entry.action,
        KEYS[entry.collection]: entry.model_name,
        "subject": entry.subject,
        "detail": entry.detail,
    }


def alias_view(alias: Alias) -> dict[str, Any]:
    """Show an alias."""
    return {
        "alias": alias.name,
        "version": {"id": str(alias.version_id), "name": alias.version_name},
        "updatedAt": str(alias.updated_at),
    }


def _common(resource: Resource) -> dict[str, Any]:
    return {
        "id": str(resource.id),
        "name": resource.name,
        "description": resource.description,
        "createdAt": str(resource.created_at),
        "updatedAt": str(resource.updated_at),
    }


def _plain(resource: Resource) -> dict[str, Any]:
    return {name: value for name, (_, value) in resource.custom_properties.items()}
