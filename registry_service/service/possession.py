"""Whose bytes are whose: they belong to versions, and to whoever brought them."""

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence

from registry_service.domain.access import Identity
from registry_service.errors import NotFoundError
from registry_service.service.blob_ports import BlobStore
from registry_service.service.ownership import visible_models
from registry_service.service.ports import Database

MARK_LENGTH = 32
# A question to an object store costs as much as some hundred KiB do on their way to it.
WORTH_ASKING = 1 << 20


def uploader_mark(name: str) -> str:
    """Return what stores keep of whoever brings bytes: the beginning of their name's digest."""
    return hashlib.sha256(name.encode()).hexdigest()[:MARK_LENGTH]


class Possession:
    """Knows which bytes someone may use, and which they had better bring."""

    def __init__(self, database: Database, blobs: BlobStore) -> None:
        self._database = database
        self._blobs = blobs

    def sizes(self, identity: Identity, digests: Sequence[str]) -> Mapping[str, int | None]:
        """Return the sizes of the blobs that someone may use, None of all others.

        These are the blobs that a version names which they may read, and those that they brought
        themselves. Whether others are there is not told.
        """
        readable = self._readable(identity, digests)
        others = [sha256 for sha256 in digests if sha256 not in readable]
        stored = dict(self._blobs.sizes([sha256 for sha256 in digests if sha256 in readable]))
        return stored | dict(self._blobs.brought(others, uploader_mark(identity.name)))

    def present(self, identity: Identity, wanted: Mapping[str, int]) -> Collection[str]:
        """Return the digests of files that someone need not bring, so far as it is worth asking.

        Small files that no version names are mostly new, and to bring the others again changes
        nothing: the store is not asked about them. Nor is told what others brought.

        Args:
            identity: Who asks.
            wanted: The size of each file by its digest.

        Raises:
            StorageError: The store cannot be used.
        """
        named = self._readable(identity, list(wanted))
        asked = [
            sha256 for sha256, size in wanted.items() if size >= WORTH_ASKING or sha256 in named
        ]
        if len(asked) < len(wanted):
            self._blobs.check()
        stored = self.sizes(identity, asked)
        return {sha256 for sha256, size in stored.items() if size == wanted[sha256]}

    def read(self, identity: Identity, sha256: str) -> tuple[int, Iterator[bytes]]:
        """Return size and bytes of a blob.

        Raises:
            NotFoundError: There is no such blob, or the identity may not use it.
            CorruptBlobError: It is damaged.
        """
        if not self._readable(identity, [sha256]):
            brought = self._blobs.brought([sha256], uploader_mark(identity.name))
            if brought[sha256] is None:
                raise NotFoundError(f"no blob with the digest {sha256}")
        return self._blobs.read(sha256)

    def _readable(self, identity: Identity, digests: Sequence[str]) -> set[str]:
        """Return the digests that a version names which someone may read."""
        with self._database.read() as transaction:
            models = visible_models(identity, None)
            return set(transaction.files.readable(list(digests), models))
