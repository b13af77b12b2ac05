"""Artifacts of every type, of a version."""

from collections.abc import Mapping
from typing import Any

import mr_openapi as generated
from model_registry import ModelRegistry
from model_registry.types import DataSet, DocArtifact, ModelArtifact, Parameter
from model_registry.types.artifacts import ParameterType

# The newer API writes it as text, like all 64-bit numbers.
STEP = 3 if hasattr(ModelRegistry, "start_experiment_run") else "3"


def use(client: ModelRegistry, wish: Mapping[str, Any]) -> dict[str, Any]:
    """Make one of each type, change each, list and filter them."""
    name, api, run = wish["name"], client._api, client.async_runner
    client.register_model(
        name, "s3://b", model_format_name="f", model_format_version="1", version="1"
    )
    version = client.get_model_version(name, "1")
    made = [
        run(put(client, artifact, version.id))
        for artifact in (
            ModelArtifact(name="second", uri="s3://second", storage_key="key"),
            DocArtifact(name="doc", uri="https://doc", description="read me"),
            DataSet(name="data", uri="s3://data", digest="d", source_type="s3", schema="{}"),
            generated.Metric(
                name="auc", value=0.5, step=STEP, timestamp="7", artifactType="metric"
            ),
            Parameter(name="rate", value=0.1, parameter_type=ParameterType.NUMBER),
        )
    ]
    for artifact in made:
        artifact.description = "changed"
    changed = [run(put(client, artifact, version.id)) for artifact in made]
    listed = run(api.get_model_version_artifacts(version.id))
    mine = run(api.get_model_artifacts(version.id))
    found = run(api.get_artifacts(filter_query=f'name = "auc" AND id = {made[3].id}'))
    return {
        "made": [[type(item).__name__, item.name, value_of(item)] for item in made],
        "changed": [
            [new.id == old.id, new.description] for old, new in zip(made, changed, strict=True)
        ],
        "listed": [type(item).__name__ for item in listed],
        "of_models": [item.name for item in mine],
        "found": [[item.name, item.value] for item in found],
        "metrics": [item.name for item in metrics(client, made[3].id)],
        "missing": run(api.get_model_artifact_by_id("999999999")),
    }


async def put(client: ModelRegistry, artifact: Any, version_id: str) -> Any:
    """Make or change an artifact; a metric through the generated part of the client.

    The newer client's own metric has a whole number for a step, which its generated part refuses.
    """
    if not isinstance(artifact, generated.Metric):
        return await client._api.upsert_model_version_artifact(artifact, version_id)
    async with client._api.get_client() as api:
        wrapped = generated.Artifact(artifact)
        return (await api.upsert_model_version_artifact(version_id, wrapped)).actual_instance


def value_of(artifact: Any) -> Any:
    """Return what an artifact is about."""
    return getattr(artifact, "value", None) or artifact.uri


def metrics(client: ModelRegistry, artifact_id: str) -> list[Any]:
    """List by type, narrowed to one id."""
    wish = client._api.get_artifacts(filter_query=f"id >= {artifact_id}", artifact_type="metric")
    listed: list[Any] = client.async_runner(wish)
    return listed[:1]
