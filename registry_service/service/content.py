"""A version's content as artifacts of the Kubeflow API, and back."""

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from registry_service.domain.properties import PropertyValue
from registry_service.domain.registration import DatasetRef, Registration, VersionContent
from registry_service.domain.resources import (
    MODELS,
    Artifact,
    DatasetArtifact,
    Metric,
    ModelArtifact,
    ModelVersion,
    Parameter,
    RegisteredModel,
)

_ENCODING = "encoding"
DATASET = "dataset://"


def artifacts_of(
    model: RegisteredModel, version: ModelVersion, registration: Registration
) -> Sequence[Artifact]:
    """Return the version's content in the terms of the Kubeflow API."""
    content, lineage = registration.content, registration.content.document.lineage
    owner: dict[str, Any] = {
        "model_version_id": version.id,
        "state": "LIVE",
        "collection": version.collection,
    }
    framework = registration.properties.get("framework")
    framework_version = registration.properties.get("framework_version")
    source = "kfp" if "run_id" in lineage else None
    bytes_of_model = ModelArtifact(
        name=model.name,
        uri=f"registry://{quote(str(model.name), safe='')}/{quote(str(version.name), safe='')}",
        model_format_name=None if framework is None else str(framework.value),
        model_format_version=None if framework_version is None else str(framework_version.value),
        model_source_kind=source,
        model_source_class=source and "pipelinerun",
        model_source_id=lineage.get("run_id"),
        model_source_name=lineage.get("pipeline"),
        custom_properties={"digest": PropertyValue("string", str(version.digest))},
        **owner,
    )
    return [
        *([bytes_of_model] if version.collection == MODELS else []),
        *(
            DatasetArtifact(
                name=data.name,
                digest=data.digest,
                uri=data.uri,
                **_source(data),
                custom_properties={"role": PropertyValue("string", data.role)},
                **owner,
            )
            for data in content.datasets
        ),
        *(
            Metric(name=name, value=value, timestamp=None, step=0, **owner)
            for name, value in content.metrics.items()
        ),
        *(
            Parameter(name=name, **_parameter(value), **owner)
            for name, value in content.parameters.items()
        ),
    ]


def _source(data: DatasetRef) -> dict[str, Any]:
    """Return what Kubeflow's API says of data that are registered here."""
    is_registered = data.uri is not None and data.uri.startswith(DATASET)
    return {"source_type": "dataset", "source": str(data.uri)} if is_registered else {}


def _parameter(value: Any) -> dict[str, Any]:
    match value:
        case str():
            return {"value": value, "parameter_type": "string"}
        case bool():
            return {"value": json.dumps(value), "parameter_type": "boolean"}
        case int() | float():
            return {"value": json.dumps(value), "parameter_type": "number"}
        case dict():
            return {"value": json.dumps(value), "parameter_type": "object"}
        case _:
            # Clients of the Kubeflow API fail on a null or a list: to them it is a text.
            return {
                "value": json.dumps(value),
                "parameter_type": "string",
                "custom_properties": {_ENCODING: PropertyValue("string", "json")},
            }


def content_of(artifacts: Sequence[Artifact]) -> VersionContent:
    """Return what the artifacts of a version say; files and document lie elsewhere."""
    return VersionContent(
        metrics={
            str(artifact.name): artifact.value
            for artifact in artifacts
            if isinstance(artifact, Metric) and artifact.value is not None
        },
        parameters={
            str(artifact.name): _parameter_value(artifact)
            for artifact in artifacts
            if isinstance(artifact, Parameter)
        },
        datasets=[
            DatasetRef(
                str(artifact.name),
                artifact.digest or "",
                str(artifact.custom_properties.get("role", ("string", ""))[1]),
                artifact.uri,
            )
            for artifact in artifacts
            if isinstance(artifact, DatasetArtifact)
        ],
    )


def _parameter_value(parameter: Parameter) -> Any:
    is_text = parameter.parameter_type in (None, "string")
    if parameter.value is None or (is_text and _ENCODING not in parameter.custom_properties):
        return parameter.value
    try:
        return json.loads(parameter.value)
    except ValueError:
        # Written through the Kubeflow API, which does not look at the text.
        return parameter.value
