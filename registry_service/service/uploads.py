"""Find out which files need not be brought, since the store has them."""

from collections.abc import Collection, Mapping

from registry_service.service.blob_ports import BlobStore
from registry_service.service.ports import Database

# A question to an object store costs as much as some hundred KiB do on their way to it.
WORTH_ASKING = 1 << 20


class Uploads:
    """The use case of planning an upload."""

    def __init__(self, database: Database, blobs: BlobStore) -> None:
        self._database = database
        self._blobs = blobs

    def present(self, wanted: Mapping[str, int]) -> Collection[str]:
        """Return the digests of files that are in the store, so far as that is worth a question.

        Small files that no version names are mostly new, and to bring the others again changes
        nothing: the store is not asked about them.

        Args:
            wanted: The size of each file by its digest.

        Raises:
            StorageError: The store cannot be used.
        """
        small = [sha256 for sha256, size in wanted.items() if size < WORTH_ASKING]
        with self._database.read() as transaction:
            unnamed = set(transaction.files.unreferenced(small))
        if unnamed:
            self._blobs.check()
        stored = self._blobs.sizes([sha256 for sha256 in wanted if sha256 not in unnamed])
        return {sha256 for sha256, size in stored.items() if size == wanted[sha256]}
