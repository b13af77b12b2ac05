"""Bytes in an S3 bucket, which clients talk to directly (contract: `service.blob_ports`)."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from minio.commonconfig import ComposeSource
from minio.error import S3Error

from registry_service.errors import (
    CorruptBlobError,
    DigestMismatchError,
    InvalidRequestError,
    NotFoundError,
    UnknownBlobError,
)
from registry_service.storage.s3_shelf import UPLOADER, S3Address, S3Shelf, outages

# One request carries at most this much; the S3 protocol sets the limit, as it does those below.
SINGLE_REQUEST = 5 << 30
PART = 64 << 20
MOST_PARTS = 10_000
LARGEST = 5 << 40
CHUNK = 1 << 18
_ABSENT = "NoSuchKey"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one request carries, and how large the parts of what is larger are, in bytes."""

    single_request: int = SINGLE_REQUEST
    part: int = PART


class S3Store(S3Shelf):
    """Keeps each blob as the object `blobs/<first two hex digits>/<digest>`.

    What one request cannot carry comes in parts. Each is an object of its own under `parts/`,
    checked by the store like any other; the service reads them once, and only when the whole has
    the digest that was promised is it put together, by the store itself. A blob found damaged is
    set aside under `damaged/`, so that the same bytes can be uploaded again.

    Args:
        address: The bucket as the service reaches it.
        public_endpoint: Its endpoint as clients reach it, when that is another.
        limits: What the protocol allows; tests have smaller ones.
    """

    def __init__(
        self,
        address: S3Address,
        public_endpoint: str | None = None,
        limits: Limits | None = None,
    ) -> None:
        super().__init__(address, "blobs", public_endpoint)
        self.parts = S3Shelf(address, "parts", public_endpoint)
        self._damaged = S3Shelf(address, "damaged", public_endpoint)
        self._limits = limits or Limits()

    def part_size(self, size: int) -> int | None:
        if size > LARGEST:
            raise InvalidRequestError(f"{size} bytes are more than an object store keeps in one")
        if size <= self._limits.single_request:
            return None
        return max(self._limits.part, -(-size // MOST_PARTS))

    def assemble(self, sha256: str, size: int, parts: Sequence[str], uploader: str) -> None:
        if self.brought([sha256], uploader)[sha256] == size:
            return
        sizes = self.parts.brought(list(dict.fromkeys(parts)), uploader)
        if missing := [part for part, found in sizes.items() if found is None]:
            raise UnknownBlobError(missing)
        # Before any is read: that may take long, and what does not add up is no use.
        if (promised := sum(sizes[part] or 0 for part in parts)) != size:
            raise DigestMismatchError(
                f"the parts together are {promised} bytes, not {size}; nothing was kept"
            )
        digest, sources, total = hashlib.sha256(), [], 0
        for part in parts:
            name = self.parts.name(part)
            read = self._read(name, digest.update)
            if read is None:
                raise UnknownBlobError([part])
            etag, length = read
            total += length
            # What is put together is what was read, though someone wrote it anew meanwhile.
            sources.append(ComposeSource(self.address.bucket, name, match_etag=etag))
        if (digest.hexdigest(), total) != (sha256, size):
            raise DigestMismatchError(
                f"the parts together are {total} bytes with the SHA-256 digest "
                f"{digest.hexdigest()}, not {size} bytes with {sha256}; nothing was kept"
            )
        with outages(self.address.bucket):
            self.client.compose_object(
                self.address.bucket, self.name(sha256), sources, metadata={UPLOADER: uploader}
            )
        for part in parts:
            self.parts.delete(part)

    def read(self, sha256: str) -> tuple[int, Iterator[bytes]]:
        # Whoever asked compares the digest.
        with outages(self.address.bucket):
            try:
                response = self.client.get_object(self.address.bucket, self.name(sha256))
            except S3Error as error:
                if error.code == _ABSENT:
                    raise NotFoundError(f"no blob with the digest {sha256}") from None
                raise

        def chunks() -> Iterator[bytes]:
            try:
                yield from response.stream(CHUNK)
            finally:
                response.close()
                response.release_conn()

        return int(response.headers["Content-Length"]), chunks()

    def verify(self, sha256: str) -> int:
        digest = hashlib.sha256()
        read = self._read(self.name(sha256), digest.update)
        if read is None:
            if self._damaged.size(sha256) is not None:
                raise CorruptBlobError(sha256)
            raise NotFoundError(f"no blob with the digest {sha256}")
        if digest.hexdigest() != sha256:
            bucket = self.address.bucket
            source = ComposeSource(bucket, self.name(sha256), match_etag=read[0])
            with outages(bucket):
                self.client.compose_object(bucket, self._damaged.name(sha256), [source])
                self.client.remove_object(bucket, self.name(sha256))
            raise CorruptBlobError(sha256)
        return read[1]

    def forget_unfinished(self, seconds: float) -> None:
        for part, _ in self.parts.older_than(seconds):
            self.parts.delete(part)

    def _read(self, name: str, take: Callable[[bytes], object]) -> tuple[str, int] | None:
        """Hand on the bytes of an object; return its ETag and size, None where there is none."""
        length = 0
        with outages(self.address.bucket):
            try:
                response = self.client.get_object(self.address.bucket, name)
            except S3Error as error:
                if error.code == _ABSENT:
                    return None
                raise
            try:
                for chunk in response.stream(CHUNK):
                    take(chunk)
                    length += len(chunk)
            finally:
                response.close()
                response.release_conn()
        return response.headers["ETag"].strip('"'), length
