"""Metrics of how well a score ranks positive rows above negative ones, under row weights."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class Ranking:
    """ROC AUC and average precision of one score; tied scores count as scikit-learn counts them."""

    def __init__(self, positive: Bools, score: Floats) -> None:
        order = np.argsort(score)
        self._negatives = order[~positive[order]]
        self._positives = order[positive[order]]
        negative_scores, positive_scores = score[self._negatives], score[self._positives]
        self._below = np.searchsorted(negative_scores, positive_scores, "left")
        self._not_above = np.searchsorted(negative_scores, positive_scores, "right")
        self._first_tied = np.searchsorted(positive_scores, positive_scores, "left")

    def roc_auc(self, weight: Floats) -> float:
        """Return the probability that a positive outranks a negative, ties counted half.

        Mann & Whitney's U over the number of pairs; Hanley & McNeil (1982), Radiology 143(1).
        """
        positives = weight[self._positives]
        negatives = _cumulated(weight[self._negatives])
        pairs = positives.sum() * negatives[-1]
        if not pairs:
            return float("nan")
        beaten = negatives[self._below] + negatives[self._not_above]
        return float(positives @ beaten / (2 * pairs))

    def average_precision(self, weight: Floats) -> float:
        """Return the sum over thresholds of precision times the step in recall."""
        positives = weight[self._positives]
        found = positives.sum() - _cumulated(positives)[self._first_tied]
        negatives = _cumulated(weight[self._negatives])
        if not positives.sum():
            return float("nan")
        called = found + negatives[-1] - negatives[self._below]
        precision = np.divide(found, called, out=np.zeros_like(found), where=called > 0)
        return float(positives @ precision / positives.sum())


def _cumulated(weight: Floats) -> Floats:
    """Return the weight of the first 0, 1, … rows: one element more than given."""
    result = np.empty(len(weight) + 1)
    result[0] = 0.0
    np.cumsum(weight, out=result[1:])
    return result
