"""How a model does on parts of the rows: each value of a column is a slice."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from components.shared.evaluation.bootstrap import estimates
from components.shared.evaluation.metrics import (
    BINARY,
    MULTICLASS,
    REGRESSION,
    Estimate,
    metric_named,
)
from components.shared.evaluation.predictions import Predicted
from components.shared.evaluation.ranking import Floats
from components.shared.evaluation.scores import Codes

METRIC: Final = {BINARY: "roc_auc", MULTICLASS: "accuracy", REGRESSION: "rmse"}
"""What slices are compared by. R² is not: it falls where the target varies less."""

LEAST_ROWS: Final = 30
MOST_LEVELS: Final = 20
MOST_COLUMNS: Final = 3
QUANTILES: Final = 4
SAMPLES: Final = 100
SUBSET: Final = 5_000
"""Slices are many: their intervals are bootstrapped in smaller subsets than those of all rows."""

MISSING: Final = "(missing)"


@dataclass(frozen=True)
class Slice:
    """One slice of the rows.

    Attributes:
        value: The column's value, or its range.
        rows: Number of labelled rows.
        actual: Share of positive rows (binary), of right calls (multi-class), or mean target.
        predicted: Mean predicted probability (binary), confidence (multi-class) or prediction.
        estimate: The metric with its interval; its value is None where undefined.
        apart: `better` or `worse` where the interval excludes the metric of all rows.
    """

    value: str
    rows: int
    actual: float
    predicted: float
    estimate: Estimate
    apart: str | None


@dataclass(frozen=True)
class SlicedColumn:
    """The slices of one column, largest first; ranges in their order.

    Attributes:
        column: Name of the column.
        metric: Name of the metric.
        slices: At most `MOST_LEVELS` slices of at least `LEAST_ROWS` rows.
        suppressed: Number of values left out because they are rarer, or too many.
        suppressed_rows: Rows that have them.
    """

    column: str
    metric: str
    slices: tuple[Slice, ...]
    suppressed: int
    suppressed_rows: int


def choose_columns(frame: pd.DataFrame, features: Sequence[str]) -> list[str]:
    """Return the features to slice by when the user names none.

    These are the first `MOST_COLUMNS` text or boolean features of 2 to `MOST_LEVELS` values.
    """
    chosen = []
    for name in features:
        if frame[name].dtype.name in ("category", "bool"):
            levels = frame[name].nunique()
            if 2 <= levels <= MOST_LEVELS:
                chosen.append(name)
    return chosen[:MOST_COLUMNS]


def slice_by(
    column: "pd.Series[Any]",
    predicted: Predicted,
    whole: float,
    confidence: float,
    seed: int,
    folds: int = 0,
) -> SlicedColumn:
    """Return the metric on each slice of a column.

    Args:
        column: The column on the labelled rows; numbers and dates of many values are cut into
            quarters.
        predicted: The predictions on the same rows.
        whole: The metric on all rows, to hold the slices against.
        confidence: Coverage of the intervals, in (0, 1).
        seed: Seed of the bootstrap.
        folds: Folds that the rows were judged in; 0: by one model.
    """
    metric = metric_named(METRIC[predicted.task], predicted.task)
    codes, names, in_order = _levels(column)
    counts = np.bincount(codes, minlength=len(names))
    shown = [k for k in np.argsort(-counts, kind="stable") if counts[k] >= LEAST_ROWS]
    shown = sorted(shown) if in_order else shown[:MOST_LEVELS]
    scores = predicted.scores([metric.name])
    actual, guessed = _rates(predicted)
    slices = []
    for k in shown:
        rows = np.flatnonzero(codes == k)
        part_scores = scores.take(rows)
        found = estimates(part_scores, (metric,), SAMPLES, confidence, seed, SUBSET, folds)
        part = found[metric.name]
        apart = _apart(part, whole, metric.greater_is_better)
        means = float(actual[rows].mean()), float(guessed[rows].mean())
        slices.append(Slice(names[k], len(rows), *means, part, apart))
    return SlicedColumn(
        column=str(column.name),
        metric=metric.name,
        slices=tuple(slices),
        suppressed=int(np.count_nonzero(counts)) - len(shown),
        suppressed_rows=int(counts.sum() - counts[shown].sum()),
    )


def _levels(column: "pd.Series[Any]") -> tuple[Codes, list[str], bool]:
    """Return each row's position in the names of the column's values, and if they are ranges."""
    cut = column.dtype.name not in ("category", "bool") and column.nunique() > MOST_LEVELS
    if cut:
        column = pd.qcut(column, QUANTILES, duplicates="drop", precision=3)
    codes, distinct = column.factorize(sort=True)
    names = [_range(value) for value in distinct.tolist()]
    if (codes < 0).any():
        codes = np.where(codes < 0, len(names), codes)
        names.append(MISSING)
    return codes.astype(np.intp), names, cut


def _range(value: object) -> str:
    left, right = getattr(value, "left", None), getattr(value, "right", None)
    return _plain(value) if left is None else f"{_plain(left)} to {_plain(right)}"


def _plain(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.10g}"
    # pandas begins the first range of times a moment before the earliest of them.
    ceil = getattr(value, "ceil", None)
    text = str(value if ceil is None else ceil("ms"))
    return text.removesuffix(" 00:00:00")


def _rates(predicted: Predicted) -> tuple[Floats, Floats]:
    if predicted.task == BINARY:
        return (predicted.actual == predicted.positive).astype(np.float64), predicted.probability
    if predicted.task == MULTICLASS:
        right = (predicted.called == predicted.actual).astype(np.float64)
        return right, predicted.output.max(axis=1)
    return predicted.actual.astype(np.float64), predicted.output


def _apart(part: Estimate, whole: float, greater_is_better: bool) -> str | None:
    if part.low is None or part.high is None or (not part.low > whole and not part.high < whole):
        return None
    return "better" if (part.low > whole) == greater_is_better else "worse"
