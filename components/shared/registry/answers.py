"""From the JSON of a registry to records."""

from collections.abc import Mapping
from typing import Any

from components.shared.registry.records import (
    Alias,
    AuditEntry,
    Downloads,
    ModelSummary,
    Receipt,
    RegisteredVersion,
    VersionSummary,
    moment,
)


def registered_version(answer: Mapping[str, Any], registry: Downloads) -> RegisteredVersion:
    """Read a version with everything that belongs to it."""
    version, approval = answer["version"], answer.get("approval")
    return RegisteredVersion(
        model_name=answer["model"]["name"],
        version=version["name"],
        number=int(version["number"]),
        digest=answer["digest"],
        aliases=tuple(answer["aliases"]),
        metrics=answer["metrics"],
        files={file["path"]: file["sha256"] for file in answer["files"]},
        parameters=answer["parameters"],
        datasets=tuple(answer["datasets"]),
        lineage=answer["lineage"],
        properties=version["properties"],
        schema=answer["schema"],
        state=version["state"],
        author=version["author"],
        description=version["description"],
        created_at=moment(version["createdAt"]),
        approval=approval and {**approval, "at": moment(approval["at"])},
        registry=registry,
    )


def receipt(answer: Mapping[str, Any]) -> Receipt:
    """Read the answer to a registration."""
    return Receipt(
        version=answer["version"]["name"],
        number=int(answer["version"]["number"]),
        digest=answer["digest"],
        aliases=tuple(answer["aliases"]),
        replayed=bool(answer["replayed"]),
    )


def model_summary(item: Mapping[str, Any]) -> ModelSummary:
    """Read an item of the list of models."""
    return ModelSummary(
        name=item["name"],
        description=item["description"],
        owner=item["owner"],
        state=item["state"],
        created_at=moment(item["createdAt"]),
        updated_at=moment(item["updatedAt"]),
        properties=item["customProperties"],
    )


def version_summary(item: Mapping[str, Any]) -> VersionSummary:
    """Read an item of the list of versions."""
    return VersionSummary(
        name=item["name"],
        number=int(item["number"]),
        digest=item["digest"],
        state=item["state"],
        author=item["author"],
        created_at=moment(item["createdAt"]),
        properties=item["properties"],
        description=item["description"],
    )


def alias(item: Mapping[str, Any]) -> Alias:
    """Read an alias."""
    return Alias(item["alias"], item["version"]["name"], moment(item["updatedAt"]))


def audit_entry(item: Mapping[str, Any]) -> AuditEntry:
    """Read an entry of the audit log."""
    return AuditEntry(
        id=int(item["id"]),
        at=moment(item["at"]),
        actor=item["actor"],
        action=item["action"],
        model_name=item["model"],
        subject=item["subject"],
        detail=item["detail"],
    )
