"""What the use cases need of a database, by subject: the contracts that `db` fulfils."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeVar

from registry_service.domain.filters import Filter
from registry_service.domain.paging import ListQuery, Page
from registry_service.domain.registration import (
    Alias,
    Approval,
    AuditEntry,
    AuditQuery,
    Called,
    FileEntry,
    VersionDocument,
)
from registry_service.domain.resources import ModelVersion, RegisteredModel, Resource

R = TypeVar("R", bound=Resource)

# Ends the name of a field that may have any of several values.
ONE_OF: Final = "__in"


class Resources(Protocol):
    """Models, versions, artifacts, what serves them, experiments and runs: all have these."""

    def add(self, resource: R) -> R:
        """Store a new resource; return it with id and times.

        Raises:
            AlreadyExistsError: Name or external id is taken.
            NotFoundError: What it belongs to does not exist.
        """
        ...

    def add_all(self, resources: Sequence[Resource]) -> None:
        """Store new resources at once. Raises AlreadyExistsError, NotFoundError."""
        ...

    def get(self, kind: type[R], resource_id: int) -> R:
        """Return a resource. Raises NotFoundError."""
        ...

    def find(self, kind: type[R], **where: Any) -> R | None:
        """Return the one resource whose fields have exactly these values, else None."""
        ...

    def page(self, kind: type[R], query: ListQuery, **where: Any) -> Page[R]:
        """Return one page of the resources whose fields have these values.

        It ends with `limits.PAGE` rows, or soon after `limits.PAGE_BYTES` of them, whatever was
        asked for. A field whose name ends in `ONE_OF` may have any of a list of values.
        """
        ...

    def every(self, kind: type[R], **where: Any) -> Sequence[R]:
        """Return all resources whose fields have these values, sorted by id.

        Raises:
            TooLargeError: These are more than `limits.TOGETHER`, or than `limits.PAGE_BYTES`.
        """
        ...

    def save(self, resource: R) -> R:
        """Store a changed resource; return it with its new time. Raises AlreadyExistsError."""
        ...

    def lock(self, kind: type[Resource], resource_id: int) -> None:
        """Keep other writers off a resource until the transaction ends."""
        ...


class Versions(Protocol):
    """Numbers, names, documents and approvals of versions."""

    def next_number(self, model_id: int) -> int:
        """Take the next version number of a model, which is changed by the version that gets it.

        Serialises the writers of that model.

        Raises:
            NotFoundError: There is no such model.
        """
        ...

    def called(self, model_id: int, ref: str) -> Called:
        """Return the versions that `ref` is an alias, the name or the number of."""
        ...

    def newest(self, model_ids: Sequence[int]) -> Mapping[int, ModelVersion]:
        """Return the version with the highest number of each model that has one."""
        ...

    def describe(self, version_id: int, document: VersionDocument) -> None:
        """Store lineage and schema of a new version."""
        ...

    def documents(self, version_ids: Sequence[int]) -> Mapping[int, VersionDocument]:
        """Return lineage and schema of those versions that have them."""
        ...

    def approve(self, version_id: int, approval: Approval) -> None:
        """Record that a version was approved; a later approval replaces an earlier one."""
        ...

    def withdraw(self, version_id: int) -> None:
        """Forget the approval of a version."""
        ...

    def approvals(self, version_ids: Sequence[int]) -> Mapping[int, Approval]:
        """Return the approvals of those versions that have one."""
        ...

    def delete(self, version: ModelVersion, actor: str, reason: str | None) -> None:
        """Delete a version and all it owns; its name stays taken."""
        ...

    def deleted(self, model_id: int, name: str) -> Approval | None:
        """Return who deleted the version of that name, when and why."""
        ...


class Files(Protocol):
    """Which files versions have, and which are evidence of them."""

    def add(self, version_id: int, files: Sequence[FileEntry]) -> None:
        """Store the files of a new version."""
        ...

    def attach(self, version_id: int, evidence: Sequence[FileEntry]) -> None:
        """Store evidence of a version; what had one of these paths is evidence no more."""
        ...

    def detach(self, version_id: int, path: str) -> None:
        """Make the evidence of a path none of the version; the bytes are left to the collection."""
        ...

    def evidence(self, version_ids: Sequence[int]) -> Mapping[int, Sequence[FileEntry]]:
        """Return the evidence of each version, sorted by path."""
        ...

    def of(self, version_ids: Sequence[int]) -> Mapping[int, Sequence[FileEntry]]:
        """Return the files of each version, sorted by path."""
        ...

    def readable(self, digests: Sequence[str], models: Filter | None) -> Sequence[str]:
        """Return the blobs among these that a version of such a model names; None: of any.

        A version names its files and its evidence.
        """
        ...

    def unreferenced(self, digests: Sequence[str]) -> Sequence[str]:
        """Return the blobs among these that no version names."""
        ...


class BlobMarks(Protocol):
    """Which blobs the garbage collection has taken, or is about to."""

    def newest(self, digests: Sequence[str]) -> tuple[int, Sequence[str]]:
        """Return the newest mark, and which of these blobs are being taken now."""
        ...

    def since(self, mark: int, digests: Sequence[str]) -> Sequence[str]:
        """Return the blobs marked after a mark; holds off new marks until the end."""
        ...

    def add(self, digests: Sequence[str]) -> Sequence[str]:
        """Mark the blobs among these that no version names; return them."""
        ...

    def finish(self, digests: Sequence[str]) -> None:
        """Note that the bytes of marked blobs are gone."""
        ...


class Aliases(Protocol):
    """Movable names for versions."""

    def of(self, model_ids: Sequence[int]) -> Mapping[int, Sequence[Alias]]:
        """Return the aliases of each model, sorted by name."""
        ...

    def target(self, model_id: int, alias: str) -> ModelVersion | None:
        """Return the version that an alias of a model points to; None where it has no such one."""
        ...

    def set(self, alias: str, version: ModelVersion) -> Alias:
        """Point an alias of a version's model to the version; return it."""
        ...

    def remove(self, model_id: int, alias: str) -> None:
        """Remove an alias of a model."""
        ...

    def last_moves(self, model: RegisteredModel) -> Mapping[str, AuditEntry]:
        """Return the newest move of each alias of a model that the log has one of."""
        ...


class AuditLog(Protocol):
    """Who did what; entries are never changed or removed."""

    def append(self, entry: AuditEntry) -> None:
        """Record a change."""
        ...

    def entries(self, query: AuditQuery) -> Sequence[AuditEntry]:
        """Return audit entries, newest first."""
        ...


class Answers(Protocol):
    """What idempotent requests were answered."""

    def remember(self, key: str, fingerprint: str, answer: Mapping[str, Any]) -> None:
        """Keep the answer to an idempotent request. Raises AlreadyExistsError."""
        ...

    def recall(self, key: str) -> tuple[str, Mapping[str, Any]] | None:
        """Return fingerprint and answer of an earlier request with this key."""
        ...

    def forget(self, before: int) -> None:
        """Forget the answers to requests from before a time in epoch milliseconds."""
        ...


@dataclass(frozen=True, slots=True)
class Transaction:
    """One database transaction, in which all is kept or nothing: what is stored, by subject."""

    resources: Resources
    versions: Versions
    files: Files
    blob_marks: BlobMarks
    aliases: Aliases
    audit: AuditLog
    answers: Answers


class Database(Protocol):
    """Where transactions come from."""

    def read(self) -> AbstractContextManager[Transaction]:
        """Open a consistent view; nothing can be written through it."""
        ...

    def write(self) -> AbstractContextManager[Transaction]:
        """Open a transaction that is committed when the block ends, undone when it raises."""
        ...

    def check(self) -> None:
        """Raise StorageError unless the database answers."""
        ...
