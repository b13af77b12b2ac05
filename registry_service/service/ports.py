"""What the use cases need of the world: the contracts that `db` and `storage` fulfil."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
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

# Seconds after which an upload that made no progress will make none.
GIVEN_UP_AFTER = 86_400


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


@dataclass(frozen=True, slots=True)
class Transfer:
    """A request that moves one blob: a URL absolute or relative to the service."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)


class BlobWriter(Protocol):
    """Takes the bytes of one blob; nothing is visible before `commit`."""

    def write(self, chunk: bytes) -> None:
        """Take the next bytes. Raises DigestMismatchError when there are too many."""
        ...

    def commit(self) -> None:
        """Make the blob durable and visible. Raises DigestMismatchError."""
        ...

    def discard(self) -> None:
        """Forget the bytes; harmless after `commit`."""
        ...


class BlobStore(Protocol):
    """Bytes, addressed by their SHA-256 digest in lower-case hex."""

    def size(self, sha256: str) -> int | None:
        """Return the size of a stored blob in bytes, None when there is none."""
        ...

    def upload(self, sha256: str, size: int) -> Transfer:
        """Return the request with which a client brings the bytes."""
        ...

    def part_size(self, size: int) -> int | None:
        """Return how large the parts of a file must be, None when one request carries it whole."""
        ...

    def download(self, sha256: str) -> Transfer:
        """Return the request with which a client fetches the bytes."""
        ...

    def delete(self, sha256: str) -> None:
        """Remove a blob; harmless when there is none."""
        ...

    def older_than(self, seconds: float) -> Iterator[tuple[str, int]]:
        """Return digest and size of the blobs that were stored so long ago."""
        ...

    def verify(self, sha256: str) -> int:
        """Read a blob whole, compare its digest, and return its size; set it aside when damaged.

        Raises NotFoundError, CorruptBlobError.
        """
        ...

    def forget_unfinished(self, seconds: float) -> None:
        """Remove what uploads left that were given up so long ago."""
        ...

    def check(self) -> None:
        """Raise StorageError unless the store can be used."""
        ...


class LocalBlobs(Protocol):
    """A store whose bytes pass through the service."""

    def writer(self, sha256: str) -> BlobWriter:
        """Begin to take a blob."""
        ...

    def read(self, sha256: str) -> tuple[int, Iterator[bytes]]:
        """Return size and bytes of a blob. Raises NotFoundError, CorruptBlobError."""
        ...


class Parts(Protocol):
    """Parts of files, named by their digests like blobs."""

    def size(self, sha256: str) -> int | None:
        """Return the size of a stored part in bytes, None when there is none."""
        ...

    def upload(self, sha256: str, size: int) -> Transfer:
        """Return the request with which a client brings a part."""
        ...


class PartedBlobs(Protocol):
    """A store that takes large files in parts."""

    @property
    def parts(self) -> Parts:
        """Where the parts lie."""
        ...

    def assemble(self, sha256: str, size: int, parts: Sequence[str]) -> None:
        """Make a blob of uploaded parts. Raises UnknownBlobError, DigestMismatchError."""
        ...


def missing_blobs(store: BlobStore, files: Iterable[FileEntry]) -> list[str]:
    """Return the digests whose bytes the store does not have in the stated size."""
    wanted = {file.sha256: file.size for file in files}
    return [sha256 for sha256, size in wanted.items() if store.size(sha256) != size]
