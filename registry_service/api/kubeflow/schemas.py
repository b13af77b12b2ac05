"""The bodies of the Kubeflow Model Registry API."""

import base64
import binascii
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from registry_service.api.json import Body
from registry_service.domain import limits
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


def _int64_or_text(value: Any) -> Any:
    """Read a number that one version of the API writes as text, and another as a number."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return _int64(value)


def _required_int64(value: Any) -> Any:
    """Take an empty text and null for a missing field, as Kubeflow's registry does."""
    if value in ("", None):
        raise PydanticCustomError("missing", "Field required")
    return _int64(value)


def _optional_int64(value: Any) -> Any:
    """Take an empty text for an absent field, as Kubeflow's registry does."""
    return None if value in ("", None) else _int64(value)


Int64Text = Annotated[int, BeforeValidator(_int64, json_schema_input_type=str)]
OptionalInt64Text = Annotated[
    int | None, BeforeValidator(_optional_int64, json_schema_input_type=str | None)
]
RequiredInt64Text = Annotated[int, BeforeValidator(_required_int64, json_schema_input_type=str)]
Int64 = Annotated[int, BeforeValidator(_int64_or_text, json_schema_input_type=str | int)]
Short = Annotated[str, Field(max_length=limits.NAME)]
Name = Annotated[Short, Field(min_length=1)]
Text = Annotated[str, Field(max_length=limits.TEXT)]
Document = Annotated[str, Field(max_length=limits.DOCUMENT)]
State = Literal["LIVE", "ARCHIVED"]


class _Value(BaseModel):
    # Not camelCase: the names of these fields are those of an older protocol.
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class StringValue(_Value):
    """A text."""

    metadata_type: Literal["MetadataStringValue"] = Field(alias="metadataType")
    string_value: Text


class IntValue(_Value):
    """A whole number, in text."""

    metadata_type: Literal["MetadataIntValue"] = Field(alias="metadataType")
    # As in the API's description; its clients refuse to read longer ones.
    int_value: Annotated[str, Field(pattern=r"^-?([1-9][0-9]{0,8}|0)$")]


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
    struct_value: Annotated[Text, AfterValidator(_base64)]


MetadataValue = Annotated[
    StringValue | IntValue | DoubleValue | BoolValue | StructValue,
    Field(discriminator="metadata_type"),
]


class ResourceUpdate(Body):
    """What can be changed in every resource."""

    custom_properties: dict[Short, MetadataValue] | None = Field(
        default=None, max_length=limits.PROPERTIES
    )
    description: Text | None = None
    external_id: Short | None = None

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
        if self.external_id == "":
            given["external_id"] = None  # an empty one finds nothing, so that many may have it
        if given.get("name") == "":
            del given["name"]  # the API's description has no empty names: it is one without
        return given


READ_ONLY = frozenset({"artifact_type", "create_time_since_epoch", "last_update_time_since_epoch"})


def _property(value: MetadataValue) -> PropertyValue:
    match value:
        case StringValue():
            return PropertyValue("string", value.string_value)
        case IntValue():
            return PropertyValue("int", int(value.int_value))
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

    readme: Document | None = None
    maturity: Text | None = None
    language: list[Short] | None = Field(default=None, max_length=limits.TAGS)
    tasks: list[Short] | None = Field(default=None, max_length=limits.TAGS)
    provider: Text | None = None
    logo: Document | None = None
    license: Text | None = None
    license_link: Text | None = None
    library_name: Text | None = None
    owner: Short | None = None
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
    author: Short | None = None


class ModelVersionCreate(ModelVersionUpdate):
    """POST model_versions."""

    name: Name
    registered_model_id: RequiredInt64Text


class ModelVersionBody(ModelVersionCreate, Stored):
    """POST registered_models/{id}/versions."""


class ServingEnvironmentUpdate(ResourceUpdate):
    """PATCH serving_environments/{id}."""


class ServingEnvironmentCreate(ServingEnvironmentUpdate):
    """POST serving_environments."""

    name: Name


class InferenceServiceUpdate(ResourceUpdate):
    """PATCH inference_services/{id}."""

    model_version_id: OptionalInt64Text = None
    runtime: Text | None = None
    desired_state: Literal["DEPLOYED", "UNDEPLOYED"] | None = None


class InferenceServiceCreate(InferenceServiceUpdate):
    """POST inference_services."""

    name: Short | None = None
    registered_model_id: RequiredInt64Text
    serving_environment_id: RequiredInt64Text


class ServeModelCreate(ResourceUpdate):
    """POST inference_services/{id}/serves."""

    name: Short | None = None
    model_version_id: RequiredInt64Text
    last_known_state: (
        Literal["UNKNOWN", "NEW", "RUNNING", "COMPLETE", "FAILED", "CACHED", "CANCELED"] | None
    ) = None


class ExperimentUpdate(ResourceUpdate):
    """PATCH experiments/{id}."""

    owner: Short | None = None
    state: State | None = None


class ExperimentCreate(ExperimentUpdate):
    """POST experiments."""

    name: Name


class ExperimentRunUpdate(ExperimentUpdate):
    """PATCH experiment_runs/{id}."""

    status: Literal["RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"] | None = None
    end_time_since_epoch: OptionalInt64Text = None


class ExperimentRunCreate(ExperimentRunUpdate):
    """POST experiment_runs."""

    name: Short | None = None
    experiment_id: RequiredInt64Text
    start_time_since_epoch: OptionalInt64Text = None


class ExperimentRunBody(ExperimentRunCreate, Stored):
    """POST experiments/{id}/experiment_runs."""
