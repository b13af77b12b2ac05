"""How resources look on the wire of the Kubeflow API."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from http import HTTPStatus
from operator import attrgetter
from typing import Any

from pydantic.alias_generators import to_camel

from registry_service.api.tokens import encode_token
from registry_service.domain.filters import AllOf, AnyOf, Comparison, Filter
from registry_service.domain.paging import ListQuery, Page
from registry_service.domain.properties import Properties, PropertyKind
from registry_service.domain.resources import ARTIFACT_TYPES, Artifact, ModelVersion, Resource
from registry_service.domain.serving import InferenceService, ServeModel

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
        "serving_environment_id",
        "model_version_id",
        "experiment_id",
        "experiment_run_id",
        "start_time_since_epoch",
        "end_time_since_epoch",
        "timestamp",
        "step",
    }
)
# What the API does not show: a version's number and digests are ours, an artifact's or a serve
# model's owner is in the path; all it knows is of the collection of models.
_HIDDEN: tuple[tuple[type[Resource], frozenset[str]], ...] = (
    (ModelVersion, frozenset({"number", "digest", "content_digest"})),
    (Artifact, frozenset({"model_version_id"})),
    (ServeModel, frozenset({"inference_service_id"})),
    (Resource, frozenset({"custom_properties", "collection"})),
)
_METADATA: Mapping[PropertyKind, tuple[str, str, Callable[[Any], Any]]] = {
    "string": ("MetadataStringValue", "string_value", str),
    "int": ("MetadataIntValue", "int_value", str),
    "double": ("MetadataDoubleValue", "double_value", float),
    "bool": ("MetadataBoolValue", "bool_value", bool),
    "struct": ("MetadataStructValue", "struct_value", str),
}
# Clients refuse longer whole numbers; ours come from our own API, and show as a double.
INT_LIMIT = 10**9
_NO_COLUMN = frozenset({"language", "tasks"})


@dataclass(frozen=True, slots=True)
class Dialect:
    """A version of the API.

    Attributes:
        prefix: Where its routes begin.
        numeric: 64-bit fields that it writes as numbers, not as text.
        experiments: Whether it has experiments and runs.
        created_as_ok: Resources whose creation it answers with 200: clients of that version see
            nothing in a 201 for them.
    """

    prefix: str
    numeric: frozenset[str] = frozenset()
    experiments: bool = False
    created_as_ok: frozenset[type[Resource]] = frozenset()

    def created(self, kind: type[Resource]) -> HTTPStatus:
        """Return the status of the answer to a creation in a collection."""
        return HTTPStatus.OK if kind in self.created_as_ok else HTTPStatus.CREATED

    def show(self, resource: Resource) -> dict[str, Any]:
        """Return a resource as the API shows it; what is not set is left out."""
        names, values_of = _reader(type(resource))  # type: ignore[arg-type] # classes are hashable
        shown: dict[str, Any] = {}
        for (field, wire_name, as_text), value in zip(names, values_of(resource), strict=True):
            if value is not None:
                shown[wire_name] = str(value) if as_text and field not in self.numeric else value
        shown["customProperties"] = _properties(resource.custom_properties)
        if isinstance(resource, Artifact):
            shown["artifactType"] = resource.artifact_type
        return shown

    def show_page(self, page: Page[Any], query: ListQuery) -> dict[str, Any]:
        """Return a page of resources as the API shows it."""
        return {
            "items": [self.show(item) for item in page.items],
            "nextPageToken": encode_token(page.next, query),
            "pageSize": query.page_size or 0,
            "size": len(page.items),
        }


V1 = Dialect("/api/model_registry/v1")
V1ALPHA3 = Dialect(
    "/api/model_registry/v1alpha3",
    numeric=frozenset({"step"}),
    experiments=True,
    created_as_ok=frozenset({InferenceService}),
)


def bind_filter(query: ListQuery, kind: type[Resource]) -> ListQuery:
    """Return the query with the filter's names turned into fields; others are properties."""
    if query.filter is None:
        return query
    kinds = [kind, *ARTIFACT_TYPES.values()] if kind is Artifact else [kind]
    known = {
        wire_name: field
        for each in kinds
        for field, wire_name, _ in layout(each)
        if field not in _NO_COLUMN
    }
    if issubclass(kind, Artifact):
        known["artifactType"] = "artifact_type"
    return replace(query, filter=_bound(query.filter, known))


def _bound(condition: Filter, known: Mapping[str, str]) -> Filter:
    match condition:
        case AllOf(parts):
            return AllOf(tuple(_bound(part, known) for part in parts))
        case AnyOf(parts):
            return AnyOf(tuple(_bound(part, known) for part in parts))
        case Comparison(name=name) if name in known:
            return replace(condition, name=known[name], custom=False)
        case Comparison():
            return condition


@cache
def layout(kind: type[Resource]) -> tuple[tuple[str, str, bool], ...]:
    """Return for each field that the API shows: its name, its name there, whether as text."""
    hidden = frozenset[str]().union(*(names for cls, names in _HIDDEN if issubclass(kind, cls)))
    return tuple(
        (name, _WIRE_NAMES.get(name, to_camel(name)), name in _AS_TEXT)
        for name in (field.name for field in fields(kind))
        if name not in hidden
    )


@cache
def _reader(
    kind: type[Resource],
) -> tuple[tuple[tuple[str, str, bool], ...], Callable[[Any], tuple[Any, ...]]]:
    shown = layout(kind)  # type: ignore[arg-type] # classes are hashable
    return shown, attrgetter(*(field for field, _, _ in shown))


def _properties(properties: Properties) -> dict[str, dict[str, Any]]:
    shown = {}
    for name, (kind, value) in properties.items():
        if kind == "int" and abs(value) >= INT_LIMIT:  # type: ignore[arg-type] # it is a number
            kind = "double"
        metadata_type, field, convert = _METADATA[kind]
        shown[name] = {"metadataType": metadata_type, field: convert(value)}
    return shown
