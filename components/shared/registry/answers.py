"""From the JSON of a registry to records."""

from collections.abc import Mapping, Sequence
from typing import Any

from components.shared.registry.paths import DATASET
from components.shared.registry.records import (
    Alias,
    AuditEntry,
    DataChanges,
    DataShift,
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
        model_name=_name_of(answer),
        version=version["name"],
        number=int(version["number"]),
        digest=answer["digest"],
        content_digest=version.get("contentDigest"),
        aliases=tuple(answer["aliases"]),
        metrics=answer["metrics"],
        files={file["path"]: file["sha256"] for file in answer["files"]},
        evidence={file["path"]: file["sha256"] for file in answer.get("evidence", ())},
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


def _name_of(answer: Mapping[str, Any]) -> str:
    """Return what has the version: the name of a model, that of a data set with its scheme."""
    if "dataset" in answer:
        return f"{DATASET}{answer['dataset']['name']}"
    return str(answer["model"]["name"])


def receipt(answer: Mapping[str, Any]) -> Receipt:
    """Read the answer to a registration."""
    return Receipt(
        version=answer["version"]["name"],
        number=int(answer["version"]["number"]),
        digest=answer["digest"],
        aliases=tuple(answer["aliases"]),
        replayed=bool(answer["replayed"]),
        known=bool(answer.get("known")),
    )


def model_summary(item: Mapping[str, Any], scheme: str = "") -> ModelSummary:
    """Read an item of the list of models, or of data sets, whose names begin with a scheme."""
    return ModelSummary(
        name=scheme + item["name"],
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
        content_digest=item.get("contentDigest"),
        state=item["state"],
        author=item["author"],
        created_at=moment(item["createdAt"]),
        properties=item["properties"],
        description=item["description"],
    )


def data_changes(answer: Mapping[str, Any] | None) -> DataChanges | None:
    """Read what changed between two versions of a data set."""
    if answer is None:
        return None
    return DataChanges(
        rows=_pair(answer["rows"]),
        added=answer["added"],
        removed=answer["removed"],
        retyped={name: _pair(types) for name, types in answer["retyped"].items()},
        shifts=tuple(
            DataShift(
                column=shift["column"],
                distance=shift["distance"],
                missing=_pair(shift["missing"]),
                middle=_pair(shift["middle"]),
            )
            for shift in answer["shifts"]
        ),
    )


def _pair(values: Sequence[Any]) -> tuple[Any, Any]:
    before, after = values
    return before, after


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
        model_name=DATASET + item["dataset"] if item.get("dataset") else item.get("model"),
        subject=item["subject"],
        detail=item["detail"],
    )
