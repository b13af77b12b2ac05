"""How resources look on the wire of the Kubeflow API."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from pydantic.alias_generators import to_camel

from registry_service.api.tokens import encode_token
from registry_service.domain.paging import ListQuery, Page
from registry_service.domain.properties import Properties, PropertyKind
from registry_service.domain.resources import Artifact, Resource

_WIRE_NAMES = {
    "created_at": "createTimeSinceEpoch",
    "updated_at": "lastUpdateTimeSinceEpoch",
}
# The API writes 64-bit numbers as text.
_AS_TEXT = frozenset(
    {
        "id",
        "created_at",
        "updated_at",
        "registered_model_id",
        "timestamp",
        "step",
    }
)
# What the API does not know: a version's number and digest are ours, an artifact's owner is
# in the path.
_HIDDEN = frozenset({"number", "digest", "custom_properties", "model_version_id"})
_METADATA: Mapping[PropertyKind, tuple[str, str, Callable[[Any], Any]]] = {
    "string": ("MetadataStringValue", "string_value", str),
    "int": ("MetadataIntValue", "int_value", str),
    "double": ("MetadataDoubleValue", "double_value", float),
    "bool": ("MetadataBoolValue", "bool_value", bool),
    "struct": ("MetadataStructValue", "struct_value", str),
}
_layouts: dict[type[Resource], tuple[tuple[str, str, bool], ...]] = {}


def to_wire(resource: Resource) -> dict[str, Any]:
    """Return a resource as the API shows it; what is not set is left out."""
    shown: dict[str, Any] = {}
    for field, wire_name, as_text in _layout(type(resource)):
        value = getattr(resource, field)
        if value is not None:
            shown[wire_name] = str(value) if as_text else value
    shown["customProperties"] = _properties(resource.custom_properties)
    if isinstance(resource, Artifact):
        shown["artifactType"] = resource.artifact_type
    return shown


def page_to_wire(page: Page[Any], query: ListQuery) -> dict[str, Any]:
    """Return a page of resources as the API shows it."""
    return {
        "items": [to_wire(item) for item in page.items],
        "nextPageToken": encode_token(page.next, query),
        "pageSize": query.page_size or 0,
        "size": len(page.items),
    }


def _layout(kind: type[Resource]) -> tuple[tuple[str, str, bool], ...]:
    layout = _layouts.get(kind)
    if layout is None:
        hidden = _HIDDEN - {"digest"} if issubclass(kind, Artifact) else _HIDDEN
        layout = _layouts[kind] = tuple(
            (name, _WIRE_NAMES.get(name, to_camel(name)), name in _AS_TEXT)
            for name in (field.name for field in fields(kind))
            if name not in hidden
        )
    return layout


def _properties(properties: Properties) -> dict[str, dict[str, Any]]:
    shown = {}
    for name, (kind, value) in properties.items():
        metadata_type, field, convert = _METADATA[kind]
        shown[name] = {"metadataType": metadata_type, field: convert(value)}
    return shown
