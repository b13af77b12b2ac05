"""The bodies of our own API."""

from collections import Counter
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from registry_service.api.json import Body, refuse_nan
from registry_service.domain import limits
from registry_service.domain.names import clash_among, file_fault_of
from registry_service.domain.properties import PropertyValue, Scalar
from registry_service.domain.registration import (
    LATEST,
    DatasetRef,
    FileEntry,
    Registration,
    VersionContent,
    VersionDocument,
)
from registry_service.domain.resources import DATASETS, RegisteredModel
from registry_service.service.descriptions import Wording

_MAX_INT = 1 << 63


def _model_name(name: str) -> str:
    if "/" in name:
        raise ValueError("a model name has no '/': it stands in paths")
    return name


def _version_name(name: str) -> str:
    if name == LATEST:
        raise ValueError("'latest' always means the version with the highest number")
    if "/" in name:
        raise ValueError("a version name has no '/': it stands in paths")
    return name


def _relative_path(path: str) -> str:
    parts = PurePosixPath(path).parts
    if path.startswith("/") or ".." in parts or "/".join(parts) != path:
        raise ValueError("must be a plain relative path such as model/model.joblib")
    for part in parts:
        if fault := file_fault_of(part):
            raise ValueError(f"{part[:40]!r} {fault}")
    return path


def _distinct(files: "list[FileBody]") -> "list[FileBody]":
    """Refuse files that cannot lie beside each other in one folder, whatever the system."""
    paths = dict.fromkeys(file.path for file in files)
    if len(paths) < len(files):
        twice = next(path for path, times in Counter(f.path for f in files).items() if times > 1)
        raise ValueError(f"{twice!r} is there twice")
    if clash := clash_among(paths):
        raise ValueError(clash)
    return files


def _scalar(value: Scalar) -> Scalar:
    if isinstance(value, int) and not -_MAX_INT <= value < _MAX_INT:
        raise ValueError("must fit into 64 bits")
    return value


Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Size = Annotated[int, Field(ge=0, lt=_MAX_INT)]
ShortText = Annotated[str, Field(min_length=1, max_length=limits.NAME)]
Owner = Annotated[str, Field(max_length=limits.NAME)]
Text = Annotated[str, Field(max_length=limits.TEXT)]
ModelName = Annotated[ShortText, AfterValidator(_model_name)]
VersionName = Annotated[ShortText, AfterValidator(_version_name)]
RelativePath = Annotated[str, Field(min_length=1, max_length=512), AfterValidator(_relative_path)]
Json = Annotated[Any, AfterValidator(refuse_nan)]
Value = Annotated[Text | int | float | bool, AfterValidator(_scalar)]
Properties = Annotated[dict[ShortText, Value], Field(max_length=limits.PROPERTIES)]


class FileBody(Body):
    """A file of a version."""

    path: RelativePath
    sha256: Sha256
    size: Size

    def to_domain(self) -> FileEntry:
        """Return the file."""
        return FileEntry(self.path, self.sha256, self.size)


class UploadsBody(Body):
    """POST uploads."""

    files: Annotated[list[FileBody], Field(max_length=limits.FILES)]


class PartBody(Body):
    """A part of a file."""

    sha256: Sha256
    size: Size


class PartsBody(Body):
    """POST uploads/parts: some of the parts of a file that one request cannot carry."""

    parts: Annotated[list[PartBody], Field(max_length=1000)]


class AssemblyBody(Body):
    """POST uploads/assembly: the file, and the digests of its parts in their order."""

    sha256: Sha256
    size: Size
    parts: Annotated[list[Sha256], Field(min_length=1, max_length=limits.FILES)]


class ModelBody(Body):
    """The model that a version is registered under; made when it does not exist."""

    name: ModelName
    description: Text | None = None
    owner: Owner | None = None
    custom_properties: Properties = Field(default_factory=dict)

    def to_domain(self) -> RegisteredModel:
        """Return the model."""
        return RegisteredModel(
            name=self.name,
            description=self.description,
            owner=self.owner,
            custom_properties=_properties(self.custom_properties),
        )


class VersionBody(Body):
    """The version itself."""

    name: VersionName | None = None
    description: Text | None = None
    author: Owner | None = None
    properties: Properties = Field(default_factory=dict)


class DatasetBody(Body):
    """Data that the version depends on."""

    name: ShortText
    digest: ShortText
    role: ShortText
    uri: Text | None = None


class RegisterBody(Body):
    """POST register."""

    model: ModelBody
    version: VersionBody = VersionBody()
    files: Annotated[list[FileBody], Field(max_length=limits.FILES), AfterValidator(_distinct)]
    evidence: Annotated[
        list[FileBody], Field(max_length=limits.FILES), AfterValidator(_distinct)
    ] = Field(default_factory=list)
    metrics: dict[ShortText, float] = Field(default_factory=dict, max_length=limits.METRICS)
    parameters: dict[ShortText, Json] = Field(default_factory=dict, max_length=limits.METRICS)
    datasets: list[DatasetBody] = Field(default_factory=list, max_length=limits.LINKS)
    lineage: dict[ShortText, Text | None] = Field(default_factory=dict, max_length=limits.LINKS)
    schema_: Json = Field(default=None, alias="schema")
    aliases: list[ShortText] = Field(default_factory=list, max_length=limits.ALIASES)
    expected_aliases: dict[ShortText, ShortText | None] = Field(
        default_factory=dict, max_length=limits.ALIASES
    )

    def to_domain(self) -> Registration:
        """Return the registration."""
        lineage = {name: text for name, text in self.lineage.items() if text is not None}
        return Registration(
            model=self.model.to_domain(),
            version_name=self.version.name,
            version_description=self.version.description,
            author=self.version.author,
            properties=_properties(self.version.properties),
            content=VersionContent(
                files=[file.to_domain() for file in self.files],
                evidence=[file.to_domain() for file in self.evidence],
                metrics=self.metrics,
                parameters=self.parameters,
                datasets=[
                    DatasetRef(data.name, data.digest, data.role, data.uri)
                    for data in self.datasets
                ],
                document=VersionDocument(lineage, self.schema_),
            ),
            aliases=list(dict.fromkeys(self.aliases)),
            expected_aliases=self.expected_aliases,
        )


class RegisterDatasetBody(RegisterBody):
    """POST datasets: as POST register; `contentDigest` is over what the data say.

    A version of the same content that is not archived is the one that is registered: it keeps
    what it was registered with, gets the aliases, and the answer says `known`.
    """

    model: ModelBody = Field(alias="dataset")
    content_digest: Sha256

    def to_domain(self) -> Registration:
        """Return the registration."""
        registration = super().to_domain()
        dataset = replace(registration.model, collection=DATASETS)
        return replace(registration, model=dataset, content_digest=self.content_digest)


class EvidenceBody(Body):
    """POST models/{name}/versions/{ref}/evidence."""

    files: Annotated[
        list[FileBody], Field(min_length=1, max_length=limits.FILES), AfterValidator(_distinct)
    ]


class AliasBody(Body):
    """PUT models/{name}/aliases/{alias}."""

    version: Annotated[str, Field(min_length=1, max_length=255)]
    expected: ShortText | None = None
    reason: Text | None = None
    dry_run: bool = False


class MoveBody(Body):
    """Why a version is approved, put away or taken back."""

    reason: Text | None = None


class RollbackBody(MoveBody):
    """POST models/{name}/aliases/{alias}/rollback."""

    dry_run: bool = False


Tags = Annotated[dict[ShortText, Value | None], Field(max_length=limits.PROPERTIES)]


class DescribeModelBody(Body):
    """PATCH models/{name}: what is left out stays; of the properties, null removes one."""

    description: Text | None = None
    owner: Owner | None = None
    custom_properties: Tags = Field(default_factory=dict)

    def to_domain(self) -> Wording:
        """Return what is to be said."""
        given = self.model_dump(include={"description", "owner"} & self.model_fields_set)
        return Wording(given, self.custom_properties)


class DescribeVersionBody(Body):
    """PATCH models/{name}/versions/{ref}: as for a model."""

    description: Text | None = None
    properties: Tags = Field(default_factory=dict)

    def to_domain(self) -> Wording:
        """Return what is to be said."""
        given = self.model_dump(include={"description"} & self.model_fields_set)
        return Wording(given, self.properties)


class RetentionBody(Body):
    """POST models/{name}/retention: archived versions that nothing holds are deleted."""

    keep_last: Annotated[int, Field(ge=0, le=1_000_000)]
    older_than_days: Annotated[float, Field(ge=0, le=100_000)]
    dry_run: bool = True


class GarbageBody(Body):
    """POST gc: bytes that no version names are deleted."""

    older_than_hours: Annotated[float, Field(ge=1, le=1_000_000)] = 24
    dry_run: bool = True


def _properties(values: Properties) -> dict[str, PropertyValue]:
    return {name: PropertyValue.of(value) for name, value in values.items()}


BODIES: tuple[type[Body], ...] = (
    UploadsBody,
    PartsBody,
    AssemblyBody,
    RegisterBody,
    RegisterDatasetBody,
    EvidenceBody,
    AliasBody,
    MoveBody,
    RollbackBody,
    DescribeModelBody,
    DescribeVersionBody,
    RetentionBody,
    GarbageBody,
)
