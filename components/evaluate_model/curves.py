"""The points of the curves that a classifier is looked at by."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from components.shared.evaluation.ranking import Bools, Floats

MOST_POINTS: Final = 200
BINS: Final = 10
Z_95: Final = 1.959964


@dataclass(frozen=True)
class Roc:
    """A ROC curve, from (0, 0) to (1, 1), thresholds falling.

    Attributes:
        false_positive_rate: Shape (points,).
        true_positive_rate: Shape (points,).
        thresholds: Shape (points,), finite: the first is 1, above which nothing lies.
    """

    false_positive_rate: Floats
    true_positive_rate: Floats
    thresholds: Floats


@dataclass(frozen=True)
class PrecisionRecall:
    """A precision-recall curve, recall rising; both of shape (points,)."""

    recall: Floats
    precision: Floats


@dataclass(frozen=True)
class Calibration:
    """Predicted against observed shares, in bins of equally many rows; all of shape (bins,).

    Attributes:
        predicted: Mean predicted probability.
        observed: Share of positive rows.
        low: Lower end of the observed share's 95 % Wilson interval.
        high: Upper end of it.
        rows: Number of rows.
    """

    predicted: Floats
    observed: Floats
    low: Floats
    high: Floats
    rows: Floats


def roc(positive: Bools, score: Floats) -> Roc | None:
    """Return the ROC curve, thinned to `MOST_POINTS`; None where a class is missing."""
    found, alarms, thresholds = _cumulated(positive, score)
    if not (found[-1] and alarms[-1]):
        return None
    rates = alarms / alarms[-1], found / found[-1]
    kept = _thinned(*rates)
    return Roc(rates[0][kept], rates[1][kept], np.concatenate([[1.0], thresholds])[kept])


def precision_recall(positive: Bools, score: Floats) -> PrecisionRecall | None:
    """Return the precision-recall curve, thinned to `MOST_POINTS`; None without positives."""
    found, alarms, _ = _cumulated(positive, score)
    if not found[-1]:
        return None
    recall = found[1:] / found[-1]
    precision = found[1:] / (found[1:] + alarms[1:])
    kept = _thinned(recall, precision)
    return PrecisionRecall(recall[kept], precision[kept])


def calibration(positive: Bools, score: Floats) -> Calibration:
    """Return predicted against observed shares; equal scores are never put into two bins.

    Intervals: Wilson (1927), Probable Inference, JASA 22(158).
    """
    edges = np.unique(np.quantile(score, np.linspace(0, 1, BINS + 1)[1:-1]))
    number = np.searchsorted(edges, score, side="left")
    rows = np.bincount(number).astype(np.float64)
    filled = np.flatnonzero(rows)
    rows = rows[filled]
    predicted = np.bincount(number, weights=score)[filled] / rows
    observed = np.bincount(number, weights=positive)[filled] / rows
    centre = (observed + Z_95**2 / (2 * rows)) / (1 + Z_95**2 / rows)
    spread = np.sqrt(observed * (1 - observed) / rows + Z_95**2 / (4 * rows**2))
    half = Z_95 * spread / (1 + Z_95**2 / rows)
    return Calibration(predicted, observed, centre - half, centre + half, rows)


def _cumulated(positive: Bools, score: Floats) -> tuple[Floats, Floats, Floats]:
    """Return positives and negatives at or above each distinct score, falling, after a 0."""
    order = np.argsort(-score)
    ordered, falling = positive[order], score[order]
    last_tied = np.append(np.flatnonzero(np.diff(falling)), len(falling) - 1)
    found = np.cumsum(ordered)[last_tied]
    alarms = last_tied + 1 - found
    start = np.zeros(1)
    return np.append(start, found), np.append(start, alarms), falling[last_tied]


def _thinned(x: Floats, y: Floats) -> "np.ndarray[tuple[int], np.dtype[np.intp]]":
    """Return the positions of points that are evenly spread along a curve, its ends included."""
    if len(x) <= MOST_POINTS:
        return np.arange(len(x))
    length = np.concatenate([[0.0], np.cumsum(np.abs(np.diff(x)) + np.abs(np.diff(y)))])
    kept = np.searchsorted(length, np.linspace(0, length[-1], MOST_POINTS))
    kept[0], kept[-1] = 0, len(x) - 1
    return np.unique(kept)
