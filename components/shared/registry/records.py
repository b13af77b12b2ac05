"""What a registry tells: versions, models, aliases, the audit log, as frozen records.

Times are aware datetimes in UTC; digests are SHA-256 as 64 hexadecimal digits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final, Protocol

LIVE: Final = "LIVE"
CHALLENGER, CHAMPION = "challenger", "champion"
"""The aliases of the newest version that passed the gate, and of the one that is to be beaten."""
"""The state of a version that is not archived."""


class Downloads(Protocol):
    """Fetches the files of versions, as `RegistryClient` does."""

    def download_version(
        self, version: "RegisteredVersion", folder: str | Path
    ) -> "RegisteredVersion":
        """Fetch the files of a version into `folder` and check every digest."""
        ...


@dataclass(frozen=True)
class RegisteredVersion:
    """One version of a model or a data set, as the registry holds it.

    Attributes:
        model_name: Name of the model; of a data set `dataset://` and its name.
        version: Name of the version, unique within the model.
        number: 1 for the first version of the model, counting up.
        digest: SHA-256 over the version's files (`components.shared.digests.folder_digest`).
        aliases: The aliases that point at it now.
        metrics: Its registered metrics.
        files: SHA-256 of each file by its path.
        evidence: The same of files about it, such as reports; they are no part of its digest.
        parameters: What it was trained with, any JSON value by name.
        datasets: The data it was made from, each with `name`, `digest`, `role` and `uri`.
        lineage: Where it comes from: run, pipeline, image, commit, source.
        properties: What else was said of it: task, estimator, framework and versions.
        schema: Its columns as they were registered, any JSON value.
        state: LIVE or ARCHIVED.
        author: Who registered it.
        description: Text for people.
        created_at: When it was registered.
        approval: Who approved it for protected aliases, `at` when and for what `reason`.
        content_digest: SHA-256 of what a data set says (`components.shared.tables.digest`); None
            of models.
    """

    model_name: str
    version: str
    number: int
    digest: str
    aliases: tuple[str, ...] = ()
    metrics: Mapping[str, float] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    evidence: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    datasets: tuple[Mapping[str, Any], ...] = ()
    lineage: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, Any] = field(default_factory=dict)
    schema: Any = None
    state: str = LIVE
    author: str | None = None
    description: str | None = None
    created_at: datetime | None = None
    approval: Mapping[str, Any] | None = None
    content_digest: str | None = None
    registry: Downloads | None = field(default=None, repr=False, compare=False)

    def download(self, folder: str | Path) -> Path:
        """Fetch its files into `folder`, check every size and digest, and return the folder.

        Raises:
            DigestMismatchError: A file is not what was registered; the folder stays as it was.
            RegistryError: The registry could not be reached, or refused.
            ValueError: This version was made by hand, not given by a client.
        """
        if self.registry is None:
            raise ValueError(f"{self.model_name}@{self.version} was not given by a registry")
        self.registry.download_version(self, folder)
        return Path(folder)


@dataclass(frozen=True)
class Receipt:
    """What the registry answered to a registration.

    Attributes:
        version: Name of the version.
        number: Its number within the model.
        digest: SHA-256 over its files.
        aliases: The aliases that were set on it.
        replayed: Whether an earlier attempt with the same key had already registered it.
        known: Whether it had been registered before, as a version of the same content.
    """

    version: str
    number: int
    digest: str
    aliases: tuple[str, ...]
    replayed: bool
    known: bool = False


@dataclass(frozen=True)
class ModelSummary:
    """A model in a list of models."""

    name: str
    description: str | None
    owner: str | None
    state: str
    created_at: datetime
    updated_at: datetime
    properties: Mapping[str, Any]


@dataclass(frozen=True)
class VersionSummary:
    """A version in a list of versions."""

    name: str
    number: int
    digest: str | None
    state: str
    author: str | None
    created_at: datetime
    properties: Mapping[str, Any]
    description: str | None = None
    content_digest: str | None = None


@dataclass(frozen=True)
class Alias:
    """An alias of a model: the name of the version that it points to, and since when."""

    name: str
    version: str
    updated_at: datetime


@dataclass(frozen=True)
class DataShift:
    """How far the values of a column have moved between two versions of a data set.

    Attributes:
        column: Name of the column.
        distance: From 0, the same, to 1, nothing in common; None where it is not known.
        missing: Share of rows without a value, before and after.
        middle: Median, or most frequent value, before and after.
    """

    column: str
    distance: float | None
    missing: tuple[float | None, float | None]
    middle: tuple[Any, Any]


@dataclass(frozen=True)
class DataChanges:
    """What changed between two versions of a data set, by what was registered of their columns.

    Attributes:
        rows: Number of rows, before and after.
        added: New columns with their types.
        removed: Columns that are gone, with their types.
        retyped: Types before and after of columns whose type changed.
        shifts: Of each other column, the largest distance first.
    """

    rows: tuple[float | None, float | None]
    added: Mapping[str, str]
    removed: Mapping[str, str]
    retyped: Mapping[str, tuple[str, str]]
    shifts: tuple[DataShift, ...]


@dataclass(frozen=True)
class VersionComparison:
    """Versions of a model side by side; each list has a value per version, None where absent.

    Attributes:
        versions: The versions in the order asked for.
        metrics: Values by the name of the metric.
        parameters: Values by the name of the parameter.
        datasets: Digests by `role:name`.
        files: Digests by path.
        lineage: Values by name.
        properties: Values by name: task, target, estimator, versions of libraries.
        comparable: Whether nothing says that they predict different things.
        changes: What changed in the columns, of two versions of a data set.
    """

    versions: tuple[RegisteredVersion, ...]
    metrics: Mapping[str, Sequence[float | None]]
    parameters: Mapping[str, Sequence[Any]]
    datasets: Mapping[str, Sequence[str | None]]
    files: Mapping[str, Sequence[str | None]]
    lineage: Mapping[str, Sequence[str | None]]
    properties: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    comparable: bool = True
    changes: DataChanges | None = None


@dataclass(frozen=True)
class VersionLineage:
    """Where a version comes from, and where it is served.

    Attributes:
        model_name: Name of the model.
        version: Name of the version.
        lineage: Run, pipeline, image, commit and source, as far as they were registered.
        datasets: The data it was made from, each with `name`, `digest`, `role` and `uri`.
        deployments: Each with `inferenceService`, `environment` and `desiredState`.
    """

    model_name: str
    version: str
    lineage: Mapping[str, str]
    datasets: tuple[Mapping[str, Any], ...]
    deployments: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class AuditEntry:
    """A change that someone made: `actor` did `action` to `subject` of `model_name`."""

    id: int
    at: datetime
    actor: str
    action: str
    model_name: str | None
    subject: str
    detail: Mapping[str, Any]


@dataclass(frozen=True)
class FileCheck:
    """How a file of a version was found in the store: `state` is sound, damaged or missing.

    `evidence` is whether it is a file about the version, and none that it consists of.
    """

    path: str
    sha256: str
    state: str
    evidence: bool = False


@dataclass(frozen=True)
class Collected:
    """The unreferenced bytes that were deleted or, in a dry run, would be."""

    blobs: int
    bytes: int
    dry_run: bool


def plain(record: Any) -> Any:
    """Return a record, or a sequence of them, as what JSON has; dates and times as ISO 8601."""
    if isinstance(record, date):
        return record.isoformat()
    if isinstance(record, Mapping):
        return {name: plain(value) for name, value in record.items()}
    if isinstance(record, list | tuple):
        return [plain(item) for item in record]
    if hasattr(record, "__dataclass_fields__"):
        return {f.name: plain(getattr(record, f.name)) for f in fields(record) if f.repr}
    return record


def moment(milliseconds: str) -> datetime:
    """Read a time of the registry: milliseconds since 1970."""
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)
