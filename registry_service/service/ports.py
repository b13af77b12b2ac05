"""What the use cases need of a database: the contracts that `db` fulfils."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeVar

from registry_service.domain.paging import ListQuery, Page
from registry_service.domain.registration import (
    Alias,
    Approval,
    AuditEntry,
    AuditQuery,
    FileEntry,
    VersionDocument,
)
from registry_service.domain.resources import ModelVersion, Resource

R = TypeVar("R", bound=Resource)


class Transaction(Protocol):
    """One database transaction: all of it is kept, or nothing."""

    def add(self, resource: R) -> R:
        """Store a new resource; return it with id and times. Raises AlreadyExistsError."""
        ...

    def get(self, kind: type[R], resource_id: int) -> R:
        """Return a resource. Raises NotFoundError."""
        ...

    def find(self, kind: type[R], **where: Any) -> R | None:
        """Return the one resource whose columns have exactly these values, else None."""
        ...

    def lock(self, kind: type[Resource], resource_id: int) -> None:
        """Keep other writers off a resource until the transaction ends."""
        ...

    def save(self, resource: R) -> R:
        """Store a changed resource; return it with its new time. Raises AlreadyExistsError."""
        ...

    def page(self, kind: type[R], query: ListQuery, **where: Any) -> Page[R]:
        """Return one page of the resources whose fields have these values.

        A field whose name ends in `__in` may have any of a list of values.
        """
        ...

    def next_number(self, model_id: int) -> int:
        """Take the next version number of a model; serialises the writers of that model."""
        ...

    def add_all(self, resources: Sequence[Resource]) -> None:
        """Store new resources of one table at once. Raises AlreadyExistsError."""
        ...

    def add_files(self, version_id: int, files: Sequence[FileEntry]) -> None:
        """Store the files of a new version."""
        ...

    def add_document(self, version_id: int, document: VersionDocument) -> None:
        """Store lineage and schema of a new version."""
        ...

    def description(self, version_id: int) -> tuple[VersionDocument, Approval | None]:
        """Return lineage and schema of a version, empty when it has none; and its approval."""
        ...

    def resolve(self, model_id: int, ref: str) -> ModelVersion | None:
        """Return the version that `ref` names: by name, else number, else alias."""
        ...

    def files(self, version_id: int) -> Sequence[FileEntry]:
        """Return the files of a version, sorted by path."""
        ...

    def aliases(self, model_id: int) -> Sequence[Alias]:
        """Return the aliases of a model, sorted by name."""
        ...

    def newest_versions(self, model_ids: Sequence[int]) -> Mapping[int, ModelVersion]:
        """Return the version with the highest number of each model that has one."""
        ...

    def aliases_of(self, model_ids: Sequence[int]) -> Mapping[int, Sequence[Alias]]:
        """Return the aliases of each model, sorted by name."""
        ...

    def last_moves(self, model_id: int, model_name: str) -> Mapping[str, AuditEntry]:
        """Return the newest move of each alias of a model that the log has one of."""
        ...

    def approvals(self, version_ids: Sequence[int]) -> Mapping[int, Approval]:
        """Return the approvals of those versions that have one."""
        ...

    def documents(self, version_ids: Sequence[int]) -> Mapping[int, VersionDocument]:
        """Return lineage and schema of those versions that have them."""
        ...

    def files_of(self, version_ids: Sequence[int]) -> Mapping[int, Sequence[FileEntry]]:
        """Return the files of each version, sorted by path."""
        ...

    def remove_alias(self, model_id: int, alias: str) -> None:
        """Remove an alias of a model."""
        ...

    def set_alias(self, model_id: int, alias: str, version_id: int) -> None:
        """Point an alias to a version of its model."""
        ...

    def approve(self, version_id: int, approval: Approval) -> None:
        """Record that a version was approved; a later approval replaces an earlier one."""
        ...

    def approval(self, version_id: int) -> Approval | None:
        """Return the approval of a version."""
        ...

    def delete_version(self, version: ModelVersion, actor: str, reason: str | None) -> None:
        """Delete a version and all it owns; its name stays taken."""
        ...

    def deleted(self, model_id: int, name: str) -> Approval | None:
        """Return who deleted the version of that name, when and why."""
        ...

    def is_served(self, version_id: int) -> bool:
        """Tell whether an inference service or a serve model names a version."""
        ...

    def last_blob_mark(self, digests: Sequence[str]) -> tuple[int, Sequence[str]]:
        """Return the newest mark of the garbage collection, and which blobs it is taking now."""
        ...

    def marked_since(self, mark: int, digests: Sequence[str]) -> Sequence[str]:
        """Return the blobs marked after a mark; holds off new marks until the end."""
        ...

    def unreferenced(self, digests: Sequence[str]) -> Sequence[str]:
        """Return the blobs among these that no version names."""
        ...

    def mark_unreferenced(self, digests: Sequence[str]) -> Sequence[str]:
        """Mark the blobs among these that no version names; return them."""
        ...

    def finish_marks(self, digests: Sequence[str]) -> None:
        """Note that the bytes of marked blobs are gone."""
        ...

    def audit(self, query: AuditQuery) -> Sequence[AuditEntry]:
        """Return audit entries, newest first."""
        ...

    def append_audit(self, entry: AuditEntry) -> None:
        """Record a change. Entries are never changed or removed."""
        ...

    def remember(self, key: str, fingerprint: str, answer: Mapping[str, Any]) -> None:
        """Keep the answer to an idempotent request. Raises AlreadyExistsError."""
        ...

    def recall(self, key: str) -> tuple[str, Mapping[str, Any]] | None:
        """Return fingerprint and answer of an earlier request with this key."""
        ...

    def forget_keys(self, before: int) -> None:
        """Forget the answers to idempotent requests from before a time in epoch milliseconds."""
        ...


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
