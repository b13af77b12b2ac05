"""What the service clears away by itself, from time to time."""

import time
from dataclasses import replace
from datetime import UTC, datetime

from registry_service.domain.experiments import ExperimentRun
from registry_service.domain.paging import ListQuery
from registry_service.domain.properties import PropertyValue
from registry_service.service.blob_ports import GIVEN_UP_AFTER, BlobStore
from registry_service.service.ports import Database

EVERY_SECONDS = 3600
# No step is retried so late with the key of its first try.
KEYS_KEPT_DAYS = 30
DAY_MS = 86_400_000
HOUR_MS = 3_600_000
RUNS_AT_A_TIME = 100
# What the runs of our pipelines say of themselves; those of other clients end as these say.
PLACE = "place"


class Housekeeping:
    """Clears away idempotency keys that are never used again, and uploads that were given up.

    Runs of pipelines that have said nothing for long are ended as failed: what ran them is gone.
    Every replica may do all this at any time.

    Args:
        database: What is cleared.
        blobs: The store of bytes.
        keys_kept_days: How long an idempotency key counts.
        silence_hours: After how long without a word a run counts as failed; 0: never.
    """

    def __init__(
        self,
        database: Database,
        blobs: BlobStore,
        keys_kept_days: float = KEYS_KEPT_DAYS,
        silence_hours: float = 0,
    ) -> None:
        self._database = database
        self._blobs = blobs
        self._keys_kept_days = keys_kept_days
        self._silence_ms = silence_hours * HOUR_MS

    def run(self) -> None:
        """Clear away. Raises StorageError."""
        oldest = time.time_ns() / 1_000_000 - self._keys_kept_days * DAY_MS
        with self._database.write() as transaction:
            transaction.answers.forget(int(oldest))
        if self._silence_ms:
            self._end_silent_runs()
        self._blobs.forget_unfinished(GIVEN_UP_AFTER)

    def _end_silent_runs(self) -> None:
        now = time.time_ns() // 1_000_000
        query = ListQuery(page_size=RUNS_AT_A_TIME, order_by="LAST_UPDATE_TIME")
        while True:
            # Others write between two pages.
            with self._database.write() as transaction:
                page = transaction.resources.page(ExperimentRun, query, status="RUNNING")
                for run in page.items:
                    if run.updated_at > now - self._silence_ms:
                        return
                    if PLACE in run.custom_properties:
                        transaction.resources.save(_given_up(run, now))
            if page.next is None:
                return
            query = replace(query, after=page.next)


def _given_up(run: ExperimentRun, now: int) -> ExperimentRun:
    since = f"{datetime.fromtimestamp(run.updated_at / 1000, UTC):%Y-%m-%d %H:%M UTC}"
    outcome = PropertyValue("string", f"no word of it since {since}")
    properties = {**run.custom_properties, "outcome": outcome}
    ended = replace(run, status="FAILED", custom_properties=properties)
    return replace(ended, end_time_since_epoch=now)
