"""The resources of the Kubeflow Model Registry API, as frozen dataclasses.

An id of 0 means: not stored yet. Times are epoch milliseconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Final, Literal

from registry_service.domain.properties import Properties
from registry_service.errors import NotFoundError

LIVE = "LIVE"
ARCHIVED = "ARCHIVED"

Collection = Literal["models", "datasets"]
"""What versions are of. A data set is registered as a model is, and Kubeflow's API knows none."""
MODELS: Final = "models"
DATASETS: Final = "datasets"
NOUNS: Mapping[Collection, str] = {MODELS: "model", DATASETS: "data set"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """What all resources have in common."""

    label: ClassVar[str] = "resource"
    parent: ClassVar[str | None] = None

    id: int = 0
    name: str | None = None
    external_id: str | None = None
    description: str | None = None
    custom_properties: Properties = field(default_factory=dict)
    created_at: int = 0
    updated_at: int = 0

    @classmethod
    def absence(cls, resource_id: int) -> NotFoundError:
        """Return the error of an id that no resource of this kind has."""
        return NotFoundError(f"no {cls.label} found for id {resource_id}: not found")


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredModel(Resource):
    """A model, or a data set: the name under which versions are registered."""

    label = "registered model"

    collection: Collection = MODELS
    owner: str | None = None
    state: str = "LIVE"
    readme: str | None = None
    maturity: str | None = None
    language: tuple[str, ...] | None = None
    tasks: tuple[str, ...] | None = None
    provider: str | None = None
    logo: str | None = None
    license: str | None = None
    license_link: str | None = None
    library_name: str | None = None

    @property
    def shown(self) -> str:
        """What messages call it: `data set 'churn'`."""
        return f"{NOUNS[self.collection]} {self.name!r}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelVersion(Resource):
    """One version of a model or a data set; `number` counts up from 1 within it.

    `digest` is over its files; `content_digest` over what a data set says, in whatever file.
    """

    label = "model version"
    parent = "registered_model_id"

    registered_model_id: int = 0
    author: str | None = None
    state: str = "LIVE"
    number: int = 0
    digest: str | None = None
    content_digest: str | None = None
    collection: Collection = MODELS


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact(Resource):
    """What a model version or an experiment run consists of or produced."""

    label = "artifact"
    parent = "model_version_id"
    artifact_type: ClassVar[str] = ""

    model_version_id: int | None = None
    experiment_id: int | None = None
    experiment_run_id: int | None = None
    state: str = "UNKNOWN"
    collection: Collection = MODELS


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelArtifact(Artifact):
    """Where a model's bytes lie, and in which format."""

    label = "model artifact"
    artifact_type = "model-artifact"

    uri: str | None = None
    model_format_name: str | None = None
    model_format_version: str | None = None
    storage_key: str | None = None
    storage_path: str | None = None
    service_account_name: str | None = None
    model_source_kind: str | None = None
    model_source_class: str | None = None
    model_source_group: str | None = None
    model_source_id: str | None = None
    model_source_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocArtifact(Artifact):
    """A document."""

    label = "doc artifact"
    artifact_type = "doc-artifact"

    uri: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetArtifact(Artifact):
    """Data that a version was trained or tested on, by digest."""

    label = "dataset artifact"
    artifact_type = "dataset-artifact"

    uri: str | None = None
    digest: str | None = None
    source_type: str | None = None
    source: str | None = None
    schema: str | None = None
    profile: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric(Artifact):
    """A number that was measured; `timestamp` in epoch milliseconds."""

    label = "metric"
    artifact_type = "metric"

    value: float | None = None
    timestamp: int | None = None
    step: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter(Artifact):
    """A setting, as text; `parameter_type` says how to read it."""

    label = "parameter"
    artifact_type = "parameter"

    value: str | None = None
    parameter_type: str | None = None


ARTIFACT_TYPES: Mapping[str, type[Artifact]] = {
    cls.artifact_type: cls
    for cls in (ModelArtifact, DocArtifact, DatasetArtifact, Metric, Parameter)
}
