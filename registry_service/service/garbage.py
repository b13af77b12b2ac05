"""Take back the bytes that no version names."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from registry_service.domain.access import Identity, Role
from registry_service.service.audit import record
from registry_service.service.blob_ports import GIVEN_UP_AFTER, BlobStore
from registry_service.service.ports import Database

BATCH = 500


@dataclass(frozen=True, slots=True)
class Collected:
    """How many blobs and bytes were, or would be, taken back."""

    blobs: int
    bytes: int


class Garbage:
    """The garbage collection of the blob store.

    It never takes the bytes of a registered version, even while uploads and registrations run:
    a blob is marked in a transaction that sees no version naming it, and a registration that
    looked at the bytes before such a mark looks again (`Registrations.register`).
    """

    def __init__(self, database: Database, blobs: BlobStore) -> None:
        self._database = database
        self._blobs = blobs

    def collect(self, identity: Identity, older_than_seconds: float, dry: bool) -> Collected:
        """Delete unreferenced blobs.

        Args:
            identity: Who asks.
            older_than_seconds: Younger blobs stay: their registration may be on its way.
            dry: Only count them.
        """
        identity.require_everywhere(Role.APPROVER)
        if not dry:
            self._blobs.forget_unfinished(GIVEN_UP_AFTER)
        blobs = size = 0
        for batch in _batches(self._blobs.older_than(older_than_seconds)):
            free = self._unreferenced(list(batch), dry)
            if not dry:
                for sha256 in free:
                    self._blobs.delete(sha256)
                with self._database.write() as transaction:
                    transaction.blob_marks.finish(free)
            blobs += len(free)
            size += sum(batch[sha256] for sha256 in free)
        if blobs and not dry:
            with self._database.write() as transaction:
                detail = {"blobs": blobs, "bytes": size}
                record(transaction, identity, "blobs.collect", None, "blobs", detail)
        return Collected(blobs, size)

    def _unreferenced(self, digests: Sequence[str], dry: bool) -> Sequence[str]:
        if dry:
            with self._database.read() as transaction:
                return transaction.files.unreferenced(digests)
        with self._database.write() as transaction:
            return transaction.blob_marks.add(digests)


def _batches(blobs: Iterator[tuple[str, int]]) -> Iterator[dict[str, int]]:
    while batch := dict(islice(blobs, BATCH)):
        yield batch
