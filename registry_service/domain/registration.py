"""One registration: a version with its files, metrics, parameters, data and lineage."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from registry_service.domain.properties import Properties
from registry_service.domain.resources import MODELS, Collection, ModelVersion, RegisteredModel

LATEST = "latest"


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A file of a version: relative POSIX path, digest in hex, size in bytes."""

    path: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class FileCheck:
    """How a file of a version was found in the store: sound, damaged or missing."""

    file: FileEntry
    state: str
    is_evidence: bool = False


@dataclass(frozen=True, slots=True)
class DatasetRef:
    """Data that a version depends on, named by digest; role: train, test or table."""

    name: str
    digest: str
    role: str
    uri: str | None = None


@dataclass(frozen=True, slots=True)
class VersionDocument:
    """What describes a version beyond its artifacts; the schema is any JSON value."""

    lineage: Mapping[str, str] = field(default_factory=dict)
    schema: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionContent:
    """All that belongs to a version beside its own row.

    `evidence` are files about it, such as reports: they are no part of its digest.
    """

    files: Sequence[FileEntry] = ()
    evidence: Sequence[FileEntry] = ()
    metrics: Mapping[str, float] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    datasets: Sequence[DatasetRef] = ()
    document: VersionDocument = field(default_factory=VersionDocument)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What a caller asks to register, all or nothing.

    `expected_aliases` names the version that an alias must point to before it is moved, None
    where it must not exist yet. A version of the same `content_digest`, or of a model of the same
    files, that is not archived is the one that is asked for: no further one is made.
    """

    model: RegisteredModel
    version_name: str | None
    version_description: str | None
    author: str | None
    properties: Properties
    content: VersionContent
    aliases: Sequence[str] = ()
    expected_aliases: Mapping[str, str | None] = field(default_factory=dict)
    content_digest: str | None = None


@dataclass(frozen=True, slots=True)
class Registered:
    """What a registration made.

    Attributes:
        replayed: Whether it had been made before, under the same key.
        known: Whether the version had been registered before, with the same content.
    """

    model_id: int
    model_name: str
    version_id: int
    version_name: str
    number: int
    digest: str
    aliases: Sequence[str]
    replayed: bool = False
    known: bool = False


@dataclass(frozen=True, slots=True)
class VersionDetail:
    """A version with everything that belongs to it.

    Attributes:
        note: What whoever looked it up should know about the name that they used.
    """

    model: RegisteredModel
    version: ModelVersion
    aliases: Sequence[str]
    content: VersionContent
    approval: "Approval | None" = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Called:
    """The versions of a model that a text is an alias, the name or the number of."""

    by_alias: ModelVersion | None = None
    by_name: ModelVersion | None = None
    by_number: ModelVersion | None = None


@dataclass(frozen=True, slots=True)
class Alias:
    """A movable name for a version of a model."""

    name: str
    version_id: int
    version_name: str
    version_number: int
    updated_at: int


@dataclass(frozen=True, slots=True)
class Approval:
    """Someone found a version fit for protected aliases."""

    actor: str
    at: int
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditQuery:
    """Which audit entries to read, newest first; a name is that of one in the collection."""

    model_name: str | None = None
    collection: Collection = MODELS
    actor: str | None = None
    action: str | None = None
    subject: str | None = None
    before: int | None = None
    limit: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One change: who did what to what, when and why."""

    at: int
    actor: str
    action: str
    model_name: str | None
    subject: str
    detail: Mapping[str, Any]
    collection: Collection = MODELS
    id: int = 0


def folder_digest(files: Sequence[FileEntry]) -> str:
    """Return the SHA-256 over the lines that `sha256sum` prints for the files, sorted by path."""
    lines = (f"{file.sha256}  {file.path}\n" for file in sorted(files, key=lambda file: file.path))
    return hashlib.sha256("".join(lines).encode()).hexdigest()
