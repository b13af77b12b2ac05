"""Whose bytes are whose: they belong to versions, and to whoever brought them."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence

from registry_service.domain.access import Identity
from registry_service.errors import NotFoundError
from registry_service.service.blob_ports import BlobStore, ReadableBlobs
from registry_service.service.ownership import visible_models
from registry_service.service.ports import Database

MARK_LENGTH = 32


def uploader_mark(name: str) -> str:
    """Return what stores keep of whoever brings bytes: the beginning of their name's digest."""
    return hashlib.sha256(name.encode()).hexdigest()[:MARK_LENGTH]


class Possession:
    """Knows which bytes someone may use, and which they had better bring."""

    def __init__(self, database: Database, blobs: BlobStore) -> None:
        self._database = database
        self._blobs = blobs

    def readable(self, identity: Identity, digests: Sequence[str]) -> set[str]:
        """Return the digests that a version names which someone may read."""
        with self._database.read() as transaction:
            models = visible_models(identity, None)
            return set(transaction.files.readable(list(digests), models))

    def may_use(self, identity: Identity, sha256: str) -> bool:
        """Tell whether someone may use a blob, also a damaged one of a version."""
        if self.readable(identity, [sha256]):
            return True
        return self._blobs.brought([sha256], uploader_mark(identity.name))[sha256] is not None

    def sizes(self, identity: Identity, digests: Sequence[str]) -> Mapping[str, int | None]:
        """Return the sizes of the blobs that someone may use, None of all others.

        These are the blobs that a version names which they may read, and those that they brought
        themselves. Whether others are there is not told.
        """
        readable = self.readable(identity, digests)
        others = [sha256 for sha256 in digests if sha256 not in readable]
        stored = dict(self._blobs.sizes([sha256 for sha256 in digests if sha256 in readable]))
        return stored | dict(self._blobs.brought(others, uploader_mark(identity.name)))


class Bytes:
    """The use case of reading bytes through the service."""

    def __init__(self, possession: Possession, blobs: ReadableBlobs) -> None:
        self._possession = possession
        self._blobs = blobs

    def read(self, identity: Identity, sha256: str) -> tuple[int, Iterator[bytes]]:
        """Return size and bytes of a blob.

        Raises:
            NotFoundError: There is no such blob, or the identity may not use it.
            CorruptBlobError: It is damaged.
        """
        if not self._possession.may_use(identity, sha256):
            raise NotFoundError(f"no blob with the digest {sha256}")
        return self._blobs.read(sha256)
