"""Metrics under row weights: what is costly, sorting above all, is paid once, not per resample.

scikit-learn's metrics sort the rows anew at each call, which a bootstrap makes hundreds of times.
Each class here computes all metrics of one task for many weightings of the same rows; with unit
weights they equal scikit-learn's, which the tests check. A metric that the rows leave undefined
(ROC AUC where a class is missing) is NaN.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Final, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from components.shared.evaluation.exact_intervals import F1, Share
from components.shared.evaluation.metrics import BINARY, METRICS, MULTICLASS, REGRESSION
from components.shared.evaluation.ranking import Bools, Floats, Ranking

Codes = NDArray[np.intp]

EPSILON: Final = float(np.finfo(np.float64).eps)
"""Probabilities are clipped to at least this before the logarithm, as scikit-learn does."""

ROUNDING: Final = 1e-9
"""A variance below this fraction of the mean square is that of a constant."""

NEAR_ZERO: Final = 0.01
"""MAPE is left out where an actual value is smaller than this fraction of the median magnitude:
the metric would be ruled by that row."""


class Scores(Protocol):
    """Metrics of one set of predicted rows under row weights."""

    @property
    def rows(self) -> int:
        """Number of rows."""

    def take(self, rows: Codes) -> Self:
        """Return the scores of a subset of the rows, given by position."""

    @property
    def classes(self) -> tuple[int, ...]:
        """Rows of each class that they have, the positive of two first; of a regression all."""

    @property
    def shares(self) -> Mapping[str, tuple[Share, ...]]:
        """The metrics that are a share of rows, or the mean of the shares of several groups."""

    def values(self, weights: Floats) -> dict[str, Floats]:
        """Return each metric under each weighting.

        Args:
            weights: Shape (weightings, rows), each at least 0.

        Returns:
            Per metric an array of shape (weightings,), NaN where undefined.
        """


def point_values(scores: Scores) -> dict[str, float]:
    """Return each metric with every row counted once."""
    values = scores.values(np.ones((1, scores.rows)))
    return {name: float(value[0]) for name, value in values.items()}


class BinaryScores:
    """Metrics of a binary classifier.

    Args:
        positive: Whether each row is of the positive class, shape (rows,).
        probability: Predicted probability of the positive class, shape (rows,), in [0, 1].
        called: Whether each row is predicted to be positive, shape (rows,).
        names: The metrics to compute; all by default.
    """

    def __init__(
        self, positive: Bools, probability: Floats, called: Bools, names: Collection[str] = ()
    ) -> None:
        self._data = (positive, probability, called)
        self._names = _chosen(BINARY, names)
        self._rankings = [(name, _RANKED[name]) for name in self._names if name in _RANKED]
        self._ranking = Ranking(positive, probability) if self._rankings else None
        truth = np.where(positive, probability, 1 - probability)
        self._columns = np.column_stack(
            [
                np.ones(len(positive)),
                positive & called,
                ~positive & called,
                positive & ~called,
                -np.log(np.clip(truth, EPSILON, None)),
                (1 - truth) ** 2,
            ]
        )

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self._columns)

    def take(self, rows: Codes) -> Self:
        """Return the scores of a subset of the rows."""
        positive, probability, called = self._data
        return type(self)(positive[rows], probability[rows], called[rows], self._names)

    @property
    def classes(self) -> tuple[int, ...]:
        """Positive and negative rows; without those of which there are none."""
        positives = int(np.count_nonzero(self._data[0]))
        return tuple(rows for rows in (positives, self.rows - positives) if rows)

    @property
    def shares(self) -> Mapping[str, tuple[Share, ...]]:
        """Accuracy, balanced accuracy, precision, recall and F1."""
        positive, _, called = self._data
        right = positive == called
        recall = _share(right, positive)
        found = {
            "accuracy": (Share(int(right.sum()), self.rows),),
            "balanced_accuracy": (recall, _share(right, ~positive)),
            "precision": (_share(right, called),),
            "recall": (recall,),
            "f1": (_f1(positive, called),),
        }
        return _defined(found, self._names)

    def values(self, weights: Floats) -> dict[str, Floats]:
        """Return each metric under each weighting; precision is 0 where nothing is called."""
        result: dict[str, Floats] = {}
        if self._ranking:
            for name, function in self._rankings:
                result[name] = np.array([function(self._ranking, row) for row in weights])
        if len(result) < len(self._names):
            result |= self._summed(weights)
        return {name: result[name] for name in self._names}

    def _summed(self, weights: Floats) -> dict[str, Floats]:
        total, found, false_alarms, missed, surprise, squares = (weights @ self._columns).T
        positives = found + missed
        negatives = total - positives
        with np.errstate(divide="ignore", invalid="ignore"):
            recall = found / positives
            specificity = (negatives - false_alarms) / negatives
            called = found + false_alarms
            return {
                "log_loss": surprise / total,
                "brier": squares / total,
                "accuracy": (total - false_alarms - missed) / total,
                "balanced_accuracy": _mean_of_defined(np.stack([recall, specificity], axis=1)),
                "f1": np.where(positives > 0, 2 * found / (positives + called), np.nan),
                "precision": np.where(called > 0, found / np.maximum(called, EPSILON), 0.0),
                "recall": recall,
            }


class MulticlassScores:
    """Metrics of a classifier with any number of classes.

    Args:
        actual: Position of each row's class, shape (rows,). A position beyond the columns of
            `probabilities` is a class that the model does not know: always a mistake.
        probabilities: Shape (rows, classes), rows sum to 1.
        called: Position of the predicted class, shape (rows,).
        names: The metrics to compute; all by default.
    """

    def __init__(
        self, actual: Codes, probabilities: Floats, called: Codes, names: Collection[str] = ()
    ) -> None:
        self._data = (actual, probabilities, called)
        self._names = _chosen(MULTICLASS, names)
        known = probabilities.shape[1]
        self._labels = max(known, int(actual.max(initial=0)) + 1)
        self._cells = actual * self._labels + called
        truth = np.zeros(len(actual))
        seen = actual < known
        truth[seen] = probabilities[seen, actual[seen]]
        self._surprise = -np.log(np.clip(truth, EPSILON, None))
        self._rankings: list[Ranking] = []
        if "roc_auc_ovr" in self._names:
            present = [k for k in range(known) if 0 < np.count_nonzero(actual == k) < len(actual)]
            self._rankings = [Ranking(actual == k, probabilities[:, k]) for k in present]

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self._cells)

    def take(self, rows: Codes) -> Self:
        """Return the scores of a subset of the rows."""
        actual, probabilities, called = self._data
        return type(self)(actual[rows], probabilities[rows], called[rows], self._names)

    @property
    def classes(self) -> tuple[int, ...]:
        """Rows of each class that the rows have."""
        counts = np.bincount(self._data[0])
        return tuple(int(rows) for rows in counts if rows)

    @property
    def shares(self) -> Mapping[str, tuple[Share, ...]]:
        """Accuracy, balanced accuracy and F1."""
        actual, _, called = self._data
        right = actual == called
        recalls = tuple(_share(right, actual == k) for k in np.unique(actual))
        found = {
            "accuracy": (Share(int(right.sum()), self.rows),),
            "balanced_accuracy": recalls,
            "f1_macro": tuple(
                _f1(actual == k, called == k) for k in np.union1d(actual, called).tolist()
            ),
        }
        return _defined(found, self._names)

    def values(self, weights: Floats) -> dict[str, Floats]:
        """Return each metric under each weighting.

        Recall is averaged over the classes present, F1 over those present or called, as
        scikit-learn does; the ROC AUC over the classes that the rows have and the model knows.
        """
        confusion = np.stack([self._confusion(row) for row in weights])
        found = np.diagonal(confusion, axis1=1, axis2=2)
        actual, called = confusion.sum(axis=2), confusion.sum(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            total = actual.sum(axis=1)
            result = {
                "accuracy": found.sum(axis=1) / total,
                "balanced_accuracy": _mean_of_defined(found / actual),
                "f1_macro": _mean_of_defined(2 * found / (actual + called)),
                "log_loss": weights @ self._surprise / total,
                "roc_auc_ovr": np.array([self._roc_auc(row) for row in weights]),
            }
        return {name: result[name] for name in self._names}

    def _confusion(self, weight: Floats) -> Floats:
        labels = self._labels
        cells = np.bincount(self._cells, weights=weight, minlength=labels * labels)
        return cells.astype(np.float64).reshape(labels, labels)

    def _roc_auc(self, weight: Floats) -> float:
        if not self._rankings:
            return float("nan")
        return float(np.mean([ranking.roc_auc(weight) for ranking in self._rankings]))


class RegressionScores:
    """Metrics of a regressor.

    Args:
        actual: Shape (rows,), in the target's units.
        predicted: Shape (rows,), in the target's units.
        names: The metrics to compute; by default all, MAPE only where no actual value is near 0.
    """

    def __init__(self, actual: Floats, predicted: Floats, names: Collection[str] = ()) -> None:
        self._data = (actual, predicted)
        self._names = _chosen(REGRESSION, names)
        magnitude = np.abs(actual)
        if not names and magnitude.min(initial=np.inf) <= NEAR_ZERO * np.median(magnitude):
            self._names = tuple(name for name in self._names if name != "mape")
        error = np.abs(actual - predicted)
        centred = actual - actual.mean()
        relative = error / np.maximum(magnitude, EPSILON)
        self._columns = np.column_stack(
            [np.ones(len(actual)), centred, centred**2, error**2, error, relative]
        )
        self._order = np.argsort(error)
        self._sorted_error = error[self._order]

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self._columns)

    def take(self, rows: Codes) -> Self:
        """Return the scores of a subset of the rows."""
        actual, predicted = self._data
        return type(self)(actual[rows], predicted[rows], self._names)

    @property
    def classes(self) -> tuple[int, ...]:
        """All rows, as there are no classes."""
        return (self.rows,)

    @property
    def shares(self) -> Mapping[str, tuple[Share, ...]]:
        """None."""
        return {}

    def values(self, weights: Floats) -> dict[str, Floats]:
        """Return each metric under each weighting; R² is undefined for a constant target."""
        total, centred, centred_squares, squares, error, relative = (weights @ self._columns).T
        with np.errstate(divide="ignore", invalid="ignore"):
            spread = centred_squares - centred**2 / total
            constant = spread <= ROUNDING * centred_squares
            result = {
                "rmse": np.sqrt(squares / total),
                "mae": error / total,
                "r2": np.where(constant, np.nan, 1 - squares / spread),
                "mape": relative / total,
            }
        if "median_absolute_error" in self._names:
            result["median_absolute_error"] = np.array([self._median(row) for row in weights])
        return {name: result[name] for name in self._names}

    def _median(self, weight: Floats) -> float:
        cumulated = np.cumsum(weight[self._order])
        half = cumulated[-1] / 2
        if not half:
            return float("nan")
        middle = [np.searchsorted(cumulated, half, side) for side in ("left", "right")]
        return float(self._sorted_error[middle].mean())


_RANKED: Final[dict[str, Callable[[Ranking, Floats], float]]] = {
    "roc_auc": Ranking.roc_auc,
    "average_precision": Ranking.average_precision,
}


def _chosen(task: str, names: Collection[str]) -> tuple[str, ...]:
    return tuple(m.name for m in METRICS[task] if not names or m.name in names)


def _share(hits: Bools, among: Bools) -> Share:
    return Share(int(np.count_nonzero(hits & among)), int(np.count_nonzero(among)))


def _f1(actual: Bools, called: Bools) -> Share:
    return F1(int(np.count_nonzero(actual & called)), int(np.count_nonzero(actual | called)))


def _defined(
    found: Mapping[str, tuple[Share, ...]], names: Collection[str]
) -> dict[str, tuple[Share, ...]]:
    """Return the shares of the metrics that are asked for, of groups that have rows."""
    with_rows = {
        name: tuple(share for share in found[name] if share.rows) for name in names if name in found
    }
    return {name: shares for name, shares in with_rows.items() if shares}


def _mean_of_defined(values: Floats) -> Floats:
    """Return the mean of each row's values that are not NaN; NaN where all are."""
    defined = ~np.isnan(values)
    mean: Floats = np.where(defined, values, 0.0).sum(axis=1) / defined.sum(axis=1)
    return mean
