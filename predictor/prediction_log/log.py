"""Rows on their way from requests to files, by a thread of their own."""

import logging
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from pathlib import PurePosixPath
from random import random
from secrets import token_hex
from typing import Final
from urllib.parse import quote

from prometheus_client import CollectorRegistry, Counter, Gauge

from predictor.errors import LogError
from predictor.prediction_log.entries import Columns, Entry, parquet
from predictor.prediction_log.places import Place
from predictor.scorer import Row, Scores
from predictor.versions import ServedVersion

log = logging.getLogger(__name__)

# A file of so many rows takes some 20 ms to make, during which requests wait for Python's lock.
FILE_ROWS: Final = 5_000
DRAIN_SECONDS: Final = 30
_DAY: Final = 86_400_000_000


class LogFigures:
    """What `/metrics` says of the log."""

    def __init__(self, registry: CollectorRegistry) -> None:
        rows = Counter(
            "predictor_log_rows",
            "Predicted rows: written (they outlive this process), dropped (there was no room, or "
            "they could not be written), left_out (by the sampling rate)",
            ["outcome"],
            registry=registry,
        )
        self.written, self.dropped, self.left_out = (
            rows.labels(outcome) for outcome in ("written", "dropped", "left_out")
        )
        self.failures = Counter(
            "predictor_log_failures", "Files that could not be written", registry=registry
        )
        self.waiting = Gauge(
            "predictor_log_rows_waiting", "Rows that are not written yet", registry=registry
        )


class PredictionLog:
    """Takes rows and their predictions, and writes them in the background.

    `add` never waits: where more rows wait than may, further ones are dropped, counted, and told.

    Args:
        place: Where files go.
        figures: Are told.
        sample: Share of the rows that is kept.
        seconds: How long a row waits at the most for others to be written with it.
        most_waiting: So many rows wait at the most.
    """

    def __init__(
        self,
        place: Place,
        figures: LogFigures,
        *,
        sample: float,
        seconds: float,
        most_waiting: int,
    ) -> None:
        self._place = place
        self._figures = figures
        self._sample = sample
        self._seconds = seconds
        self._most_waiting = most_waiting
        self._waiting: deque[tuple[ServedVersion, Entry]] = deque()
        # Each is changed by one thread alone: that of the requests, and that of the files.
        self._taken, self._done = 0, 0
        self._told_of_drops = False
        self._server, self._files = token_hex(4), 0
        self._wake = threading.Event()
        self._closing = False
        figures.waiting.set_function(lambda: self._taken - self._done)
        self._thread = threading.Thread(target=self._run, name="prediction log", daemon=True)
        self._thread.start()

    def add(
        self, version: ServedVersion, request: str, rows: Sequence[Row], scores: Scores
    ) -> None:
        """Take the rows of a request; called by one thread."""
        numbers: Sequence[int] = range(1, len(rows) + 1)
        if self._sample < 1:
            numbers = [number for number in numbers if random() < self._sample]  # noqa: S311
            self._figures.left_out.inc(len(rows) - len(numbers))
            if not numbers:
                return
            rows, scores = _chosen(numbers, rows, scores)
        if self._taken - self._done + len(rows) > self._most_waiting:
            self._drop(len(rows), "more rows wait than may")
            return
        entry = Entry(time.time_ns() // 1_000, request, numbers, rows, scores)
        self._waiting.append((version, entry))
        self._taken += len(rows)
        if self._taken - self._done >= FILE_ROWS:
            self._wake.set()

    def close(self, seconds: float = DRAIN_SECONDS) -> None:
        """Write what waits, and end; what could not be written until then is dropped, and told."""
        self._closing = True
        self._wake.set()
        self._thread.join(seconds)
        if left := self._taken - self._done:
            self._drop(left, "the server ended")

    def _run(self) -> None:
        entries: list[tuple[ServedVersion, Entry]] = []
        while not self._closing or self._waiting or entries:
            if not self._closing:
                self._wake.wait(self._seconds)
                self._wake.clear()
            entries += self._next(FILE_ROWS)
            left = self._write(entries)
            if left and self._closing:
                # It was tried at the end too: `close` tells of what is left.
                return
            entries = left
            if self._taken - self._done >= FILE_ROWS and not left:
                self._wake.set()

    def _next(self, rows: int) -> Iterator[tuple[ServedVersion, Entry]]:
        count = 0
        while self._waiting and count < rows:
            each = self._waiting.popleft()
            count += len(each[1].rows)
            yield each

    def _write(
        self, entries: list[tuple[ServedVersion, Entry]]
    ) -> list[tuple[ServedVersion, Entry]]:
        """Write entries, a file for each version and day; return those that could not be."""
        left: list[tuple[ServedVersion, Entry]] = []
        for (*_, day), group in groupby(entries, _file_of):
            same = list(group)
            version, alike = same[0][0], [entry for _, entry in same]
            count = sum(len(entry.rows) for entry in alike)
            try:
                content = parquet(version, Columns.of(version), alike)
                self._place.put(self._path(version, day), content)
            except LogError as error:
                self._figures.failures.inc()
                log.warning("%d predictions are not logged yet: %s", count, error)
                left += same
                continue
            except Exception:
                # One odd value must not end the log of all that follows.
                log.exception("%d predictions cannot be logged", count)
                self._figures.failures.inc()
                self._figures.dropped.inc(count)
            else:
                self._figures.written.inc(count)
                self._told_of_drops = False
            self._done += count
        return left

    def _path(self, version: ServedVersion, day: int) -> PurePosixPath:
        self._files += 1
        date = datetime.fromtimestamp(day * _DAY / 1e6, UTC).date()
        origin = version.origin
        return (
            PurePosixPath("predictions")
            / f"model={quote(origin.model, safe=' ')}"
            / f"version={quote(origin.version, safe=' ')}"
            / f"date={date.isoformat()}"
            / f"{datetime.now(UTC):%H%M%S}-{self._server}-{self._files:06d}.parquet"
        )

    def _drop(self, count: int, why: str) -> None:
        self._figures.dropped.inc(count)
        if not self._told_of_drops:
            log.warning("%d predictions are not logged, and perhaps more: %s", count, why)
            self._told_of_drops = True


def _file_of(each: tuple[ServedVersion, Entry]) -> tuple[str, str, int]:
    version, entry = each
    return version.origin.version, version.origin.digest, entry.microseconds // _DAY


def _chosen(
    numbers: Sequence[int], rows: Sequence[Row], scores: Scores
) -> tuple[Sequence[Row], Scores]:
    places = [number - 1 for number in numbers]
    probabilities = scores.probabilities
    return [rows[place] for place in places], Scores(
        [scores.predictions[place] for place in places],
        None if probabilities is None else [probabilities[place] for place in places],
    )
