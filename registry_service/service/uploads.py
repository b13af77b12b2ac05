"""Find out which files need not be brought, since the store has them."""

from collections.abc import Collection, Mapping

from registry_service.domain.access import Identity
from registry_service.service.blob_ports import BlobStore
from registry_service.service.possession import Possession

# A question to an object store costs as much as some hundred KiB do on their way to it.
WORTH_ASKING = 1 << 20


class Uploads:
    """The use case of planning an upload."""

    def __init__(self, possession: Possession, blobs: BlobStore) -> None:
        self._possession = possession
        self._blobs = blobs

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
        named = self._possession.readable(identity, list(wanted))
        asked = [
            sha256 for sha256, size in wanted.items() if size >= WORTH_ASKING or sha256 in named
        ]
        if len(asked) < len(wanted):
            self._blobs.check()
        stored = self._possession.sizes(identity, asked)
        return {sha256 for sha256, size in stored.items() if size == wanted[sha256]}
