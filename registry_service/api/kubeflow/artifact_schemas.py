"""The bodies of artifacts: a union that the field `artifactType` decides."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, RootModel, model_validator
from pydantic_core import PydanticCustomError

from registry_service.api.json import UNPLACED, Body
from registry_service.api.kubeflow.schemas import (
    Document,
    Int64,
    Int64Text,
    OptionalInt64Text,
    ResourceUpdate,
    Short,
    Stored,
    Text,
)

ArtifactState = Literal[
    "UNKNOWN", "PENDING", "LIVE", "MARKED_FOR_DELETION", "DELETED", "ABANDONED", "REFERENCE"
]


class ArtifactUpdate(ResourceUpdate):
    """What can be changed in every artifact."""

    state: ArtifactState | None = None


class ModelArtifactUpdate(ArtifactUpdate):
    """PATCH of a model artifact."""

    artifact_type: Literal["model-artifact"] = "model-artifact"
    uri: Text | None = None
    model_format_name: Text | None = None
    model_format_version: Text | None = None
    storage_key: Text | None = None
    storage_path: Text | None = None
    service_account_name: Text | None = None
    model_source_kind: Text | None = None
    model_source_class: Text | None = None
    model_source_group: Text | None = None
    model_source_id: Text | None = None
    model_source_name: Text | None = None


class DocArtifactUpdate(ArtifactUpdate):
    """PATCH of a document."""

    artifact_type: Literal["doc-artifact"] = "doc-artifact"
    uri: Text | None = None


class DatasetArtifactUpdate(ArtifactUpdate):
    """PATCH of a dataset."""

    artifact_type: Literal["dataset-artifact"] = "dataset-artifact"
    uri: Text | None = None
    digest: Short | None = None
    source_type: Text | None = None
    source: Text | None = None
    schema_: Document | None = Field(default=None, alias="schema")
    profile: Document | None = None

    def changes(self) -> dict[str, Any]:
        """Return the given fields; pydantic keeps the plain name `schema` for itself."""
        given = ResourceUpdate.changes(self)
        if "schema_" in given:
            given["schema"] = given.pop("schema_")
        return given


class MetricUpdate(ArtifactUpdate):
    """PATCH of a metric."""

    artifact_type: Literal["metric"] = "metric"
    value: float | None = None
    timestamp: OptionalInt64Text = None
    step: Int64 | None = None


class ParameterUpdate(ArtifactUpdate):
    """PATCH of a parameter."""

    artifact_type: Literal["parameter"] = "parameter"
    value: Text | None = None
    parameter_type: Literal["string", "number", "boolean", "object"] | None = None


TYPED_ARTIFACTS = (
    ModelArtifactUpdate,
    DocArtifactUpdate,
    DatasetArtifactUpdate,
    MetricUpdate,
    ParameterUpdate,
)


class _Named(Body):
    name: Short | None = None


class ModelArtifactCreate(ModelArtifactUpdate, _Named):
    """POST of a model artifact."""


class OnlyModelArtifactUpdate(ModelArtifactUpdate):
    """PATCH model_artifacts/{id}: what `artifactType` says is ignored, as upstream does."""

    artifact_type: Any = None


class OnlyModelArtifactCreate(OnlyModelArtifactUpdate, _Named):
    """POST model_artifacts."""


class DocArtifactCreate(DocArtifactUpdate, _Named):
    """POST of a document."""


class DatasetArtifactCreate(DatasetArtifactUpdate, _Named):
    """POST of a dataset."""


class MetricCreate(MetricUpdate, _Named):
    """POST of a metric."""

    @model_validator(mode="after")
    def _has_a_value(self) -> Self:
        if self.value is None:
            raise PydanticCustomError(UNPLACED, "metric value is required: bad request")
        return self


class ParameterCreate(ParameterUpdate, _Named):
    """POST of a parameter."""


class _Whole(Stored):
    # Whoever sends back what they were given sends these too; the path says whose it is.
    experiment_id: Int64Text | None = None
    experiment_run_id: Int64Text | None = None


class ModelArtifactBody(ModelArtifactCreate, _Whole):
    """A whole model artifact."""


class DocArtifactBody(DocArtifactCreate, _Whole):
    """A whole document."""


class DatasetArtifactBody(DatasetArtifactCreate, _Whole):
    """A whole dataset."""


class MetricBody(MetricCreate, _Whole):
    """A whole metric."""


class ParameterBody(ParameterCreate, _Whole):
    """A whole parameter."""


class AnyArtifactUpdate(
    RootModel[
        Annotated[
            ModelArtifactUpdate
            | DocArtifactUpdate
            | DatasetArtifactUpdate
            | MetricUpdate
            | ParameterUpdate,
            Field(discriminator="artifact_type"),
        ]
    ]
):
    """PATCH artifacts/{id}."""


class AnyArtifactCreate(
    RootModel[
        Annotated[
            ModelArtifactCreate
            | DocArtifactCreate
            | DatasetArtifactCreate
            | MetricCreate
            | ParameterCreate,
            Field(discriminator="artifact_type"),
        ]
    ]
):
    """POST artifacts."""


class AnyArtifactBody(
    RootModel[
        Annotated[
            ModelArtifactBody | DocArtifactBody | DatasetArtifactBody | MetricBody | ParameterBody,
            Field(discriminator="artifact_type"),
        ]
    ]
):
    """POST model_versions/{id}/artifacts."""
