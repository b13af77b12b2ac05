"""Models, versions and their artifacts, as the client's user sees them."""

from collections.abc import Mapping
from typing import Any

from model_registry import ModelRegistry
from model_registry.exceptions import StoreError
from model_registry.types import RegisteredModel


def use(client: ModelRegistry, wish: Mapping[str, Any]) -> dict[str, Any]:
    """Register, find, update; and what is refused or missing."""
    name = wish["name"]
    metadata = {"accuracy": 0.5, "rows": 3, "ok": True, "note": "x", "label": ""}
    what = {"uri": "s3://bucket/model", "model_format_name": "onnx", "model_format_version": "1"}
    model = client.register_model(name, version="v:1", metadata=metadata, **what)
    refused = error_of(lambda: client.register_model(name, version="v:1", **what))
    too_long = error_of(lambda: client.register_model(name, version="v" * 255, **what))
    client.register_model(name, version="v" * 250, **what)
    model.description = "changed"
    model.custom_properties = {"team": "", "size": 3}
    model = client.update(model)
    version = client.get_model_version(name, "v:1")
    registered = version.custom_properties
    version.custom_properties = {**registered, "rows": 4}
    client.update(version)
    artifact = client.get_model_artifact(name, "v:1")
    artifact.uri = "s3://bucket/other"
    artifact.custom_properties = {"quantised": False}
    client.update(artifact)
    outside = RegisteredModel(name=f"{name}-outside", external_id=f"id-of-{name}")
    client.async_runner(client._api.upsert_registered_model(outside))
    find = client._api.get_registered_model_by_params
    return {
        "refused": refused,
        "too_long": too_long,
        "model": [model.description, model.custom_properties, model.owner],
        "registered": registered,
        "updated": client.get_model_version(name, "v:1").custom_properties,
        "artifact": shown(client.get_model_artifact(name, "v:1")),
        "missing": [client.get_registered_model("none"), client.get_model_version(name, "none")],
        "by_external_id": client.async_runner(find(external_id=f"id-of-{name}")).name,
        "without_properties": client.get_registered_model(f"{name}-outside").custom_properties,
    }


def shown(artifact: Any) -> list[Any]:
    """Return what a model artifact says."""
    return [
        artifact.uri,
        artifact.model_format_name,
        artifact.model_format_version,
        artifact.custom_properties,
    ]


def error_of(call: Any) -> str | None:
    """Return the kind of error that a call ends with."""
    try:
        call()
    except StoreError:
        return "StoreError"
    except Exception as error:
        return type(error).__name__
    return None


def read(client: ModelRegistry, wish: Mapping[str, Any]) -> dict[str, Any]:
    """Look at what was registered through the registry's own API."""
    name = wish["registered"]
    model = client.get_registered_model(name)
    version = client.get_model_version(name, "1")
    artifact = client.get_model_artifact(name, "1")
    owned = client.async_runner(client._api.get_model_version_artifacts(version.id))
    of_type = {
        kind: [item for item in owned if type(item).__name__ == kind]
        for kind in ("Metric", "Parameter", "DataSet")
    }
    return {
        "model": [model.name, model.description, model.owner],
        "version": [version.name, version.author, version.custom_properties],
        "artifact": [artifact.name, *shown(artifact)[:2], artifact.model_source_id],
        "digest": artifact.custom_properties["digest"],
        "metrics": {item.name: item.value for item in of_type["Metric"]},
        "parameters": sorted(item.name for item in of_type["Parameter"]),
        "datasets": [[item.name, item.digest] for item in of_type["DataSet"]],
    }
