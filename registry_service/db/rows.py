"""Between rows and resources: a column is named like the field it holds."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from operator import itemgetter
from typing import Any, TypeVar, cast

from sqlalchemy import Table

from registry_service.db import tables
from registry_service.domain.experiments import Experiment, ExperimentRun, PastMetric
from registry_service.domain.properties import PropertyKind, PropertyValue, Scalar
from registry_service.domain.resources import (
    ARTIFACT_TYPES,
    Artifact,
    Metric,
    ModelVersion,
    Parameter,
    RegisteredModel,
    Resource,
)
from registry_service.domain.serving import InferenceService, ServeModel, ServingEnvironment

R = TypeVar("R", bound=Resource)

TABLES: Mapping[type[Resource], Table] = {
    RegisteredModel: tables.registered_models,
    ModelVersion: tables.model_versions,
    Artifact: tables.artifacts,
    **dict.fromkeys(ARTIFACT_TYPES.values(), tables.artifacts),
    ServingEnvironment: tables.serving_environments,
    InferenceService: tables.inference_services,
    ServeModel: tables.serve_models,
    Experiment: tables.experiments,
    ExperimentRun: tables.experiment_runs,
    PastMetric: tables.past_metrics,
}
# A metric's value is a number and a parameter's is text: two columns of one table.
_COLUMN_OF = {
    (Metric, "value"): "number_value",
    (PastMetric, "value"): "number_value",
    (Parameter, "value"): "text_value",
}
STRING_KEY_LENGTH = 128
_TUPLES = frozenset({"language", "tasks"})


def column_name(kind: type[Resource], field: str) -> str:
    """Return the column that holds a field of a kind of resource."""
    return _COLUMN_OF.get((kind, field), field)


_FIELDS: Mapping[type[Resource], tuple[tuple[str, str], ...]] = {
    kind: tuple(
        (field.name, column)
        for field in fields(kind)
        if (column := column_name(kind, field.name)) in TABLES[kind].c
    )
    for kind in TABLES
}


def _layout(kind: type[Resource]) -> tuple[tuple[str, ...], Callable[[Any], Any], int]:
    """Return field names, a getter of their values from a row, and where the properties are."""
    positions = {column.name: index for index, column in enumerate(TABLES[kind].columns)}
    pairs = [(name, positions[column]) for name, column in _FIELDS[kind]]
    getter = itemgetter(*(index for _, index in pairs))
    return tuple(name for name, _ in pairs), getter, positions["custom_properties"]


_LAYOUTS = {kind: _layout(kind) for kind in TABLES if kind is not Artifact}
_TYPE_INDEX = list(tables.artifacts.columns.keys()).index("artifact_type")


def to_row(resource: Resource) -> dict[str, Any]:
    """Return the column values of a resource, without its id."""
    kind = type(resource)
    row = {column: getattr(resource, field) for field, column in _FIELDS[kind] if field != "id"}
    row["custom_properties"] = {
        name: list(value) for name, value in resource.custom_properties.items()
    }
    if isinstance(resource, Artifact):
        row["artifact_type"] = resource.artifact_type
    return row


def read_row(kind: type[R], row: Sequence[Any]) -> R:
    """Return the resource in a row of its whole table; of artifacts, what their type names."""
    if kind is Artifact:
        kind = cast("type[R]", ARTIFACT_TYPES[row[_TYPE_INDEX]])
    names, indices, properties = _LAYOUTS[kind]
    values = dict(zip(names, indices(row), strict=True))
    stored = row[properties]
    values["custom_properties"] = (
        {name: PropertyValue(*value) for name, value in stored.items()} if stored else {}
    )
    if kind is RegisteredModel:
        for name in _TUPLES:
            values[name] = None if values[name] is None else tuple(values[name])
    return kind(**values)


def property_rows(table: Table, resource: Resource) -> list[dict[str, Any]]:
    """Return the rows of the property index for a stored resource."""
    return [
        {
            "resource": table.name,
            "owner_id": resource.id,
            "name": name,
            **_typed(*value),
        }
        for name, value in resource.custom_properties.items()
    ]


def _typed(kind: PropertyKind, value: Scalar) -> dict[str, Scalar | None]:
    return {
        # PostgreSQL indexes at most 2,704 bytes: a long text is found by its beginning.
        "string_key": str(value)[:STRING_KEY_LENGTH] if kind == "string" else None,
        "string_value": value if kind == "string" else None,
        "int_value": value if kind == "int" else None,
        "double_value": value if kind == "double" else None,
        "bool_value": value if kind == "bool" else None,
    }
