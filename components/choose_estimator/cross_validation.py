"""What candidates reach on the folds, by the metric that the model will be judged by."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from components.choose_estimator.candidates import Candidate
from components.choose_estimator.fold_features import FoldFeatures, RawTable
from components.choose_estimator.folds import Folds
from components.shared.errors import InputError
from components.shared.evaluation.metrics import REGRESSION, Metric
from components.shared.evaluation.predictions import Predicted
from components.shared.evaluation.scores import point_values
from components.shared.fits.estimator_fits import fit_as_threads_are
from components.shared.fits.hyperparameters import build_estimator, code_columns_within
from components.shared.models.estimators import Family

UNDEFINED: Final = float("nan")


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
        output = self._output(fitted, features.judged)
        if not np.isfinite(output).all():
            return UNDEFINED
        actual = self.target[features.judged_rows]
        predicted = Predicted(self.task, actual, output, self.classes, self.positive)
        return point_values(predicted.scores((self.metric.name,)))[self.metric.name]

    def _output(self, fitted: Any, features: NDArray[np.float64]) -> NDArray[np.float64]:
        if self.task == REGRESSION:
            return np.asarray(fitted.predict(features), dtype=np.float64)
        # A class may be missing in the rows that it was fitted on.
        places = [self.classes.index(label) for label in fitted.classes_.tolist()]
        output = np.zeros((len(features), len(self.classes)))
        # Of a single class boosting returns two columns, and others one.
        output[:, places] = 1.0 if len(places) == 1 else fitted.predict_proba(features)
        return output


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


def cross_validate(
    candidates: Sequence[Candidate],
    table: Callable[[Family], RawTable],
    folds: Folds,
    judge: Judge,
    seed: int,
) -> list[Scored]:
    """Fit and judge each candidate on each fold, with the preprocessing fitted in the fold.

    Args:
        candidates: The candidates.
        table: Returns the raw rows for a family of estimators.
        folds: The folds.
        judge: How they are judged.
        seed: Of the estimators.
    """
    scored: list[Scored] = []
    # Fits of a few thousand rows are not worth threads, and give the same on one everywhere.
    with threadpool_limits(limits=1):
        for family in dict.fromkeys(candidate.estimator.family for candidate in candidates):
            raw = table(family)
            features = [raw.features(fold) for fold in folds]
            members = [each for each in candidates if each.estimator.family == family]
            scored += [_scored(each, features, judge, seed) for each in members]
    return scored


def _scored(
    candidate: Candidate, features: Sequence[FoldFeatures], judge: Judge, seed: int
) -> Scored:
    start, values = time.monotonic(), []
    for fold in features:
        codes = code_columns_within(candidate.estimator, candidate.hyperparameters, fold.codes)
        unfitted = build_estimator(
            candidate.estimator, judge.task, candidate.in_folds(), seed, codes
        )
        try:
            fit_as_threads_are(unfitted, candidate.estimator, fold.fitted, codes)
        except InputError as error:
            print(f"{candidate.name}: {error}", flush=True)
            return Scored(candidate, (), str(error))
        values.append(judge.score(unfitted, fold))
    mean = float(np.nanmean(values)) if np.isfinite(values).any() else UNDEFINED
    told = f"{judge.metric.name} {mean:.4f} on {len(values)} folds"
    print(f"{candidate.name}: {told}, {time.monotonic() - start:.1f} s", flush=True)
    return Scored(candidate, tuple(values))
