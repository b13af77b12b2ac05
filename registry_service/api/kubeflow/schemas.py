"""The bodies of the Kubeflow Model Registry API."""

import base64
import binascii
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, RootModel

from registry_service.api.json import Body
from registry_service.domain.properties import PropertyValue

INT64 = 1 << 63


def _int64(value: Any) -> Any:
    """Read the API's numbers in text; what is not one is left for the type check to refuse."""
    if isinstance(value, str):
        try:
            number = int(value) if value.isascii() else None
        except ValueError:
            number = None
        if number is None or not -INT64 <= number < INT64:
            raise ValueError("must be a 64-bit whole number in text")
        return number
    raise ValueError("must be a text")


def _base64(value: str) -> str:
    try:
        base64.b64decode(value, validate=True)
    except binascii.Error as error:
        raise ValueError("must be base64") from error
    return value


Int64Text = Annotated[int, BeforeValidator(_int64, json_schema_input_type=str)]
Name = Annotated[str, Field(min_length=1)]
State = Literal["LIVE", "ARCHIVED"]
ArtifactState = Literal[
    "UNKNOWN", "PENDING", "LIVE", "MARKED_FOR_DELETION", "DELETED", "ABANDONED", "REFERENCE"
]


class _Value(BaseModel):
    # Not camelCase: the names of these fields are those of an older protocol.
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class StringValue(_Value):
    """A text."""

    metadata_type: Literal["MetadataStringValue"] = Field(alias="metadataType")
    string_value: str


class IntValue(_Value):
    """A whole number, in text."""

    metadata_type: Literal["MetadataIntValue"] = Field(alias="metadataType")
    int_value: Int64Text


class DoubleValue(_Value):
    """A number."""

    metadata_type: Literal["MetadataDoubleValue"] = Field(alias="metadataType")
    double_value: float


class BoolValue(_Value):
    """True or false."""

    metadata_type: Literal["MetadataBoolValue"] = Field(alias="metadataType")
    bool_value: bool


class StructValue(_Value):
    """A JSON object in base64."""

    metadata_type: Literal["MetadataStructValue"] = Field(alias="metadataType")
    struct_value: Annotated[str, AfterValidator(_base64)]


MetadataValue = Annotated[
    StringValue | IntValue | DoubleValue | BoolValue | StructValue,
    Field(discriminator="metadata_type"),
]


class ResourceUpdate(Body):
    """What can be changed in every resource."""

    custom_properties: dict[str, MetadataValue] | None = None
    description: str | None = None
    external_id: str | None = None

    def changes(self) -> dict[str, Any]:
        """Return the given fields under the names of the domain; null means not given."""
        given = {
            name: value
            for name in self.model_fields_set
            if (value := getattr(self, name)) is not None and name not in READ_ONLY
        }
        if self.custom_properties is not None:
            given["custom_properties"] = {
                name: _property(value) for name, value in self.custom_properties.items()
            }
        return given


READ_ONLY = frozenset({"artifact_type", "create_time_since_epoch", "last_update_time_since_epoch"})


def _property(value: MetadataValue) -> PropertyValue:
    match value:
        case StringValue():
            return PropertyValue("string", value.string_value)
        case IntValue():
            return PropertyValue("int", value.int_value)
        case DoubleValue():
            return PropertyValue("double", value.double_value)
        case BoolValue():
            return PropertyValue("bool", value.bool_value)
        case StructValue():
            return PropertyValue("struct", value.struct_value)


class Stored(Body):
    """The fields that the server sets; where a whole resource is sent, they may be there."""

    id: Int64Text | None = None
    create_time_since_epoch: str | None = None
    last_update_time_since_epoch: str | None = None


class RegisteredModelUpdate(ResourceUpdate):
    """PATCH registered_models/{id}."""

    readme: str | None = None
    maturity: str | None = None
    language: list[str] | None = None
    tasks: list[str] | None = None
    provider: str | None = None
    logo: str | None = None
    license: str | None = None
    license_link: str | None = None
    library_name: str | None = None
    owner: str | None = None
    state: State | None = None

    def changes(self) -> dict[str, Any]:
        """Return the given fields; lists become tuples."""
        given = ResourceUpdate.changes(self)
        return {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in given.items()
        }


class RegisteredModelCreate(RegisteredModelUpdate):
    """POST registered_models."""

    name: Name


class ModelVersionUpdate(ResourceUpdate):
    """PATCH model_versions/{id}."""

    state: State | None = None
    author: str | None = None


class ModelVersionCreate(ModelVersionUpdate):
    """POST model_versions."""

    name: Name
    registered_model_id: Int64Text


class ModelVersionBody(ModelVersionCreate, Stored):
    """POST registered_models/{id}/versions."""


class ArtifactUpdate(ResourceUpdate):
    """What can be changed in every artifact."""

    state: ArtifactState | None = None


class ModelArtifactUpdate(ArtifactUpdate):
    """PATCH of a model artifact."""

    artifact_type: Literal["model-artifact"] = "model-artifact"
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


class DocArtifactUpdate(ArtifactUpdate):
    """PATCH of a document."""

    artifact_type: Literal["doc-artifact"] = "doc-artifact"
    uri: str | None = None


class DatasetArtifactUpdate(ArtifactUpdate):
    """PATCH of a dataset."""

    artifact_type: Literal["dataset-artifact"] = "dataset-artifact"
    uri: str | None = None
    digest: str | None = None
    source_type: str | None = None
    source: str | None = None
    schema_: str | None = Field(default=None, alias="schema")
    profile: str | None = None

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
    timestamp: Int64Text | None = None
    step: Int64Text | None = None


class ParameterUpdate(ArtifactUpdate):
    """PATCH of a parameter."""

    artifact_type: Literal["parameter"] = "parameter"
    value: str | None = None
    parameter_type: Literal["string", "number", "boolean", "object"] | None = None


TYPED_ARTIFACTS = (
    ModelArtifactUpdate,
    DocArtifactUpdate,
    DatasetArtifactUpdate,
    MetricUpdate,
    ParameterUpdate,
)


class _Named(Body):
    name: str | None = None


class ModelArtifactCreate(ModelArtifactUpdate, _Named):
    """POST of a model artifact."""


class DocArtifactCreate(DocArtifactUpdate, _Named):
    """POST of a document."""


class DatasetArtifactCreate(DatasetArtifactUpdate, _Named):
    """POST of a dataset."""


class MetricCreate(MetricUpdate, _Named):
    """POST of a metric."""


class ParameterCreate(ParameterUpdate, _Named):
    """POST of a parameter."""


class ModelArtifactBody(ModelArtifactCreate, Stored):
    """A whole model artifact."""


class DocArtifactBody(DocArtifactCreate, Stored):
    """A whole document."""


class DatasetArtifactBody(DatasetArtifactCreate, Stored):
    """A whole dataset."""


class MetricBody(MetricCreate, Stored):
    """A whole metric."""


class ParameterBody(ParameterCreate, Stored):
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
