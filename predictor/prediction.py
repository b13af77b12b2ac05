"""Scoring what was asked: at once where it is little, else in a thread and within its time."""

import asyncio
import re
import time
from ast import literal_eval
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, TypeVar

from components.shared.errors import RefusedValueError
from predictor.asked import Asked
from predictor.errors import (
    BusyError,
    LateError,
    RefusedRowError,
    TooLargeError,
    UnsupportedError,
)
from predictor.scorer import Explanation, Row, Scores
from predictor.versions import ServedVersion

T = TypeVar("T")

# What the warning of a stray text names.
_COLUMN: Final = re.compile(r"""of the column ('[^']*'|"[^"]*") are no """)
_ROW: Final = re.compile(r" in row ([\d,]+)\.$")

# More large requests than that would wait for longer than their callers do.
MOST_WAITING: Final = 32


@dataclass(frozen=True)
class Predicted:
    """What came of it.

    Attributes:
        scores: With the threshold that was wished.
        explanations: For each row; None where none were wished.
    """

    scores: Scores
    explanations: Sequence[Explanation] | None


class Predictions:
    """Scores rows, within bounds.

    Args:
        request_seconds: How long one request may take.
        most_explained: Most rows of a request that asks for explanations.
    """

    def __init__(self, request_seconds: float, most_explained: int) -> None:
        self._seconds = request_seconds
        self._most_explained = most_explained
        # One thread: a second one would share Python's lock with it, and with what reads requests.
        self._thread = ThreadPoolExecutor(1, "scoring")
        self._waiting = 0

    async def predict(self, version: ServedVersion, asked: Asked, started: float) -> Predicted:
        """Return the predictions of what was asked.

        Args:
            version: What scores.
            asked: Rows and wishes.
            started: When the request came, of `time.perf_counter`.

        Raises:
            RefusedRowError: A value is none that its column could have had.
            UnsupportedError: The model has no such wish.
            TooLargeError: Too many rows are to be explained.
            BusyError: Too much is being scored now.
            LateError: It takes too long.
        """
        if asked.threshold is not None and version.description.task != "binary":
            raise UnsupportedError(
                "threshold is for models of two classes; this one is a "
                f"{version.description.task} model"
            )
        if asked.explain:
            return await self._explained(version, asked, started)
        if len(asked.rows) <= version.inline_rows:
            scores = _score(version, asked.rows)
        else:
            scores = await self._in_thread(lambda: self._chunks(version, asked.rows, started))
        return Predicted(_decided(version, scores, asked.threshold), None)

    def close(self) -> None:
        """Wait for what is being scored."""
        self._thread.shutdown()

    async def _explained(self, version: ServedVersion, asked: Asked, started: float) -> Predicted:
        if len(asked.rows) > self._most_explained:
            raise TooLargeError(
                f"{len(asked.rows):,} rows are to be explained, and one request may have "
                f"{self._most_explained:,} of these: send several, or set "
                "PREDICTOR_MAX_EXPLAINED_ROWS"
            )

        def explain() -> tuple[Scores, list[Explanation]]:
            # Whose time was over while others were served gets none of this thread's.
            self._check_time(started)
            found: list[Explanation] = []
            scores = _score(version, asked.rows)
            for row in asked.rows:
                self._check_time(started)
                found += version.scorer.explain([row])
            return scores, found

        scores, explanations = await self._in_thread(explain)
        return Predicted(_decided(version, scores, asked.threshold), explanations)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        if self._waiting >= MOST_WAITING:
            raise BusyError(f"{self._waiting} large requests wait already: try again in a second")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        finally:
            self._waiting -= 1

    def _chunks(self, version: ServedVersion, rows: Sequence[Row], started: float) -> Scores:
        predictions, probabilities = [], list[list[float]]()
        for first in range(0, len(rows), version.chunk_rows):
            self._check_time(started)
            scores = _score(version, rows[first : first + version.chunk_rows], first)
            predictions += scores.predictions
            probabilities += scores.probabilities or []
        return Scores(predictions, probabilities or None)

    def _check_time(self, started: float) -> None:
        if time.perf_counter() - started > self._seconds:
            raise LateError(
                f"the request was not done within {self._seconds:g} s: send fewer rows at a time, "
                "or try again when there is less to do"
            )


def _score(version: ServedVersion, rows: Sequence[Row], before: int = 0) -> Scores:
    """Return the predictions of rows before which others stand in their request.

    Raises:
        RefusedRowError: A value is none that its column could have had.
    """
    try:
        return version.scorer.score(rows)
    except RefusedValueError as error:
        raise _refused(str(error), error.column, error.row, before) from error
    except UserWarning as stray:
        column, row = _COLUMN.search(str(stray)), _ROW.search(str(stray))
        if column is None or row is None:
            raise
        number = int(row[1].replace(",", ""))
        raise _refused(str(stray), literal_eval(column[1]), number, before) from stray


def _refused(message: str, column: str, row: int, before: int) -> RefusedRowError:
    """Return the error for a row that its scorer counts from 1, and its request otherwise."""
    number = row + before
    if before:
        message = f"row {number:,}".join(message.rsplit(f"row {row:,}", 1))
    return RefusedRowError(message, column, number)


def _decided(version: ServedVersion, scores: Scores, threshold: float | None) -> Scores:
    """Return scores whose predictions follow a threshold, where there is one."""
    if threshold is None or scores.probabilities is None or version.classes is None:
        return scores
    lower, upper = version.classes
    chosen = [upper if each[1] >= threshold else lower for each in scores.probabilities]
    return Scores(chosen, scores.probabilities)
