"""How MLflow's API shows models and versions."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from registry_service.domain.registration import Alias, VersionDetail
from registry_service.domain.resources import ARCHIVED, ModelVersion, RegisteredModel, Resource

ROOT: Final = "versions"
STAGES: Final[Mapping[str, str]] = {ARCHIVED: "Archived"}
NO_STAGE: Final = "None"


def artifact_uri(version: ModelVersion) -> str:
    """Return the address that clients read a version's files under, on this very server.

    By its id, as names may have what addresses quote.
    """
    return f"mlflow-artifacts:/{ROOT}/{version.id}"


def model_view(
    model: RegisteredModel,
    latest: ModelVersion | None,
    aliases: Sequence[Alias] | None = None,
) -> dict[str, Any]:
    """Show a model with its newest version."""
    shown = {
        "name": model.name,
        "creation_timestamp": model.created_at,
        "last_updated_timestamp": model.updated_at,
        "user_id": model.owner or "",
        "description": model.description or "",
        "latest_versions": [] if latest is None else [version_view(model, latest)],
        "tags": _tags(model),
    }
    if aliases is not None:
        shown["aliases"] = [
            {"alias": alias.name, "version": str(alias.version_number)} for alias in aliases
        ]
    return shown


def version_view(
    model: RegisteredModel, version: ModelVersion, aliases: Sequence[str] = ()
) -> dict[str, Any]:
    """Show a version; MLflow calls it by its number."""
    return {
        "name": model.name,
        "version": str(version.number),
        "creation_timestamp": version.created_at,
        "last_updated_timestamp": version.updated_at,
        "user_id": version.author or "",
        "current_stage": STAGES.get(version.state, NO_STAGE),
        "description": version.description or "",
        "source": artifact_uri(version),
        "status": "READY",
        "tags": [
            *_tags(version),
            {"key": "kfp-tabular.version", "value": version.name},
            {"key": "kfp-tabular.digest", "value": version.digest or ""},
        ],
        "aliases": list(aliases),
    }


def detail_view(detail: VersionDetail) -> dict[str, Any]:
    """Show a version with its metrics, parameters and lineage, as tags: clients read no others."""
    content = detail.content
    shown = version_view(detail.model, detail.version, detail.aliases)
    parts: Mapping[str, Mapping[str, Any]] = {
        "metric": content.metrics,
        "parameter": content.parameters,
        "lineage": content.document.lineage,
    }
    shown["tags"] += [
        {"key": f"kfp-tabular.{part}.{name}", "value": _text(value)}
        for part, values in parts.items()
        for name, value in values.items()
    ]
    return shown


def _tags(resource: Resource) -> list[dict[str, str]]:
    return [
        {"key": name, "value": _text(value)}
        for name, (_, value) in resource.custom_properties.items()
    ]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
