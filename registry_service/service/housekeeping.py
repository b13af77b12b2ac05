"""What the service clears away by itself, from time to time."""

import time

from registry_service.service.blob_ports import GIVEN_UP_AFTER, BlobStore
from registry_service.service.ports import Database

EVERY_SECONDS = 3600
# No step is retried so late with the key of its first try.
KEYS_KEPT_DAYS = 30
DAY_MS = 86_400_000


class Housekeeping:
    """Clears away idempotency keys that are never used again, and uploads that were given up.

    Every replica may do so at any time; nothing that anyone can see changes.
    """

    def __init__(
        self, database: Database, blobs: BlobStore, keys_kept_days: float = KEYS_KEPT_DAYS
    ) -> None:
        self._database = database
        self._blobs = blobs
        self._keys_kept_days = keys_kept_days

    def run(self) -> None:
        """Clear away. Raises StorageError."""
        oldest = time.time_ns() / 1_000_000 - self._keys_kept_days * DAY_MS
        with self._database.write() as transaction:
            transaction.answers.forget(int(oldest))
        self._blobs.forget_unfinished(GIVEN_UP_AFTER)
