"""What candidates reach on the folds, by the metric that the model will be judged by."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from components.shared.errors import InputError
from components.shared.evaluation.metrics import Metric
from components.shared.evaluation.predictions import Predicted
from components.shared.evaluation.scores import point_values
from components.shared.folds.cutting import Folds
from components.shared.folds.fold_features import FoldFeatures, RawTable
from components.shared.folds.fold_fits import fit_in_fold, output_in_fold
from components.shared.models.estimators import Family
from components.shared.models.threads import allowed_cores
from components.shared.selection.candidates import Candidate

UNDEFINED: Final = float("nan")


@contextmanager
def on_one_thread() -> Iterator[None]:
    """Run the fits of the block on one thread each.

    Of a few thousand rows they are not worth threads, and give the same on one everywhere.
    """
    with threadpool_limits(limits=1):
        yield


@dataclass(frozen=True)
class Judge:
    """How predictions are judged.

    Attributes:
        task: Resolved task.
        metric: By which metric.
        target: Regression: the values, shape (rows,). Classification: positions in `classes`.
        classes: Of a classification, sorted.
        positive: Of two classes, the position of the one that counts as found.
    """

    task: str
    metric: Metric
    target: NDArray[Any]
    classes: tuple[Any, ...] = ()
    positive: int | None = None

    def score(self, fitted: Any, features: FoldFeatures) -> float:
        """Return the metric of a fitted estimator on the judged side of a fold; NaN: undefined."""
        output = output_in_fold(fitted, features.judged, self.task, self.classes)
        if not np.isfinite(output).all():
            return UNDEFINED
        actual = self.target[features.judged_rows]
        predicted = Predicted(self.task, actual, output, self.classes, self.positive)
        return point_values(predicted.scores((self.metric.name,)))[self.metric.name]


@dataclass(frozen=True)
class Scored:
    """What a candidate reached.

    Attributes:
        candidate: The candidate.
        values: The metric on each fold; NaN where it is undefined there.
        failure: Why it could not be fitted; empty: it could.
    """

    candidate: Candidate
    values: tuple[float, ...]
    failure: str = ""

    def whole(self, folds: int) -> bool:
        """Return whether it was judged on all of so many folds."""
        return len(self.values) == folds > 0 and bool(np.isfinite(self.values).all())


@dataclass(frozen=True)
class Tuned:
    """What came of trials of further hyper-parameters.

    Attributes:
        scored: Those that were judged on all folds, in their order.
        tried: How many were made.
        stopped: How many of them fell behind, or could not be fitted, before the last fold.
        notes: What was not done, a sentence each.
    """

    scored: tuple[Scored, ...] = ()
    tried: int = 0
    stopped: int = 0
    notes: tuple[str, ...] = ()


NOT_TUNED: Final = Tuned()
TOO_FEW: Final = Tuned(notes=("nothing was tuned: rows are too few to tell trials apart",))


class FoldedRows:
    """Training rows in folds, as features for each family of estimators.

    Fits are as the threads are: of a few thousand rows they are not worth several, and give the
    same on one everywhere.

    Args:
        table: Returns the raw rows for a family.
        folds: The folds.
        judge: How candidates are judged.
        seed: Of the estimators.
    """

    def __init__(
        self, table: Callable[[Family], RawTable], folds: Folds, judge: Judge, seed: int
    ) -> None:
        self._table = table
        self._folds = folds
        self._judge = judge
        self._seed = seed
        self._features: dict[Family, list[FoldFeatures]] = {}

    def values(self, candidate: Candidate) -> Iterator[float]:
        """Yield what a candidate reaches on each fold, with the preprocessing fitted in the fold.

        Raises:
            InputError: It cannot be fitted.
        """
        for fold in self._of(candidate.estimator.family):
            yield self._value(candidate, fold)

    def values_side_by_side(self, candidate: Candidate, threads: Executor) -> tuple[float, ...]:
        """Return the same values, the fits of several folds going on at a time.

        Raises:
            InputError: It cannot be fitted.
        """
        folds = self._of(candidate.estimator.family)
        return tuple(threads.map(lambda fold: self._value(candidate, fold), folds))

    def _value(self, candidate: Candidate, fold: FoldFeatures) -> float:
        fitted = fit_in_fold(
            candidate.estimator, self._judge.task, candidate.in_folds(), self._seed, fold
        )
        return self._judge.score(fitted, fold)

    def _of(self, family: Family) -> list[FoldFeatures]:
        if family not in self._features:
            raw = self._table(family)
            self._features[family] = [raw.features(fold) for fold in self._folds]
        return self._features[family]


def cross_validate(
    candidates: Sequence[Candidate], rows: FoldedRows, metric: Metric
) -> list[Scored]:
    """Fit and judge each candidate on each fold, as many folds at a time as there are cores.

    Fits of several folds do not wait for each other, as the threads of one fit do. Each is on one
    thread, and the same wherever it is made.
    """
    # OpenMP counts the threads of a fit by the thread that begins it.
    with ThreadPoolExecutor(
        allowed_cores(), initializer=threadpool_limits, initargs=(1, "openmp")
    ) as threads:
        return [_scored(each, rows, metric, threads) for each in candidates]


def require_fitted(scored: Sequence[Scored]) -> None:
    """Make sure that a candidate could be fitted, if there were any.

    Raises:
        InputError: None could; the message says why the first one could not.
    """
    if scored and all(each.failure for each in scored):
        first = scored[0]
        raise InputError(
            f"No candidate could be fitted, and so none is chosen. {first.candidate.name}: "
            f"{first.failure}"
        )


def _scored(candidate: Candidate, rows: FoldedRows, metric: Metric, threads: Executor) -> Scored:
    start = time.monotonic()
    try:
        values = rows.values_side_by_side(candidate, threads)
    except InputError as error:
        print(f"{candidate.name}: {error}", flush=True)
        return Scored(candidate, (), str(error))
    mean = float(np.nanmean(values)) if np.isfinite(values).any() else UNDEFINED
    told = f"{metric.name} {mean:.4f} on {len(values)} folds"
    print(f"{candidate.name}: {told}, {time.monotonic() - start:.1f} s", flush=True)
    return Scored(candidate, values)
