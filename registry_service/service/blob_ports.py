"""What the use cases need of a store of bytes: the contracts that `storage` fulfils."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

# Seconds after which an upload that made no progress will make none.
GIVEN_UP_AFTER = 86_400


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

    def sizes(self, digests: Sequence[str]) -> Mapping[str, int | None]:
        """Return the size of each stored blob in bytes, None where there is none."""
        ...

    def upload(self, sha256: str, size: int, uploader: str) -> Transfer:
        """Return the request with which a client brings the bytes, as those of an uploader."""
        ...

    def brought(self, digests: Sequence[str], uploader: str) -> Mapping[str, int | None]:
        """Return the size of each blob whose bytes an uploader brought last, None of others."""
        ...

    def part_size(self, size: int) -> int | None:
        """Return how large the parts of a file must be, None when one request carries it whole.

        Raises InvalidRequestError when the store takes no file of this size.
        """
        ...

    def download(self, sha256: str) -> Transfer:
        """Return the request with which a client fetches the bytes."""
        ...

    def read(self, sha256: str) -> tuple[int, Iterator[bytes]]:
        """Return size and bytes of a blob. Raises NotFoundError, CorruptBlobError."""
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
    """A store that takes its bytes through the service."""

    def writer(self, sha256: str, uploader: str) -> BlobWriter:
        """Begin to take a blob from an uploader."""
        ...


class Parts(Protocol):
    """Parts of files, named by their digests like blobs."""

    def brought(self, digests: Sequence[str], uploader: str) -> Mapping[str, int | None]:
        """Return the size of each part that an uploader brought last, None of others."""
        ...

    def upload(self, sha256: str, size: int, uploader: str) -> Transfer:
        """Return the request with which a client brings a part, as that of an uploader."""
        ...


class PartedBlobs(Protocol):
    """A store that takes large files in parts."""

    @property
    def parts(self) -> Parts:
        """Where the parts lie."""
        ...

    def assemble(self, sha256: str, size: int, parts: Sequence[str], uploader: str) -> None:
        """Make a blob of parts of an uploader. Raises UnknownBlobError, DigestMismatchError."""
        ...
