"""Columns that tell the target nearly all by themselves, and so may come from after it.

The training rows are halved. From one half, each column learns the target by itself: the class that
its value (or the nearest one) mostly had, or the mean, with straight lines between numbers. On the
other half it is compared with a constant prediction.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
import polars as pl
from numpy.typing import NDArray

from components.shared.reports.number_text import percent
from components.shared.tables.tasks import MAX_INTEGER_CLASSES

CLASSES_TOLD: Final = 0.95
"""Share of a constant's mistakes that a column must spare, for classes."""
VARIANCE_TOLD: Final = 0.99
"""Share of the variance that it must explain, for numbers."""
SAME_ORDER: Final = 0.999
"""Rank correlation from which one number is the other on another scale, such as a logarithm.

On 238 public tables with 6,404 columns, these limits name 53 columns of 39 tables: 49 of them are
the target in other words, a part of it, or known after it only (`lwage` for `wage`, `hours` for
`participation`); four are finer kinds of the same thing (a breed for a species). A limit of 0.8,
as is usual for scores of this sort, names more than twice as many, and half of those are honest
predictors, such as the width of a petal for the species of an iris.
"""

MOST_ROWS: Final = 20_000
LEAST_ROWS: Final = 40
LEAST_MISTAKES: Final = 5
"""Where a constant makes fewer mistakes, that a column spares them may be chance."""

Numbers = NDArray[np.float64]
Codes = NDArray[np.intp]


@dataclass(frozen=True)
class Leak:
    """A column that tells the target by itself.

    Attributes:
        column: Its name.
        share: How much of a constant's mistakes, or of the variance, is gone with it.
        classes: Whether the target is classes.
    """

    column: str
    share: float
    classes: bool

    @property
    def text(self) -> str:
        """Say what it does and what to do."""
        spared = "of a constant prediction's mistakes" if self.classes else "of the variance"
        return (
            f"tells the target by itself ({percent(self.share)} {spared}): name it in "
            "--drop-columns unless its value is known before the target's"
        )


def leaking_columns(frame: pd.DataFrame, target: pl.Series) -> list[Leak]:
    """Find the columns of training rows that tell the target nearly all by themselves.

    Args:
        frame: The columns, as `read_frame` gives them.
        target: The target of the same rows, without missing values.
    """
    classes = _is_classes(target)
    if len(frame) < LEAST_ROWS or target.null_count():
        return []
    rows = _sample(target, classes)
    frame, target = frame.take(rows), target.gather(rows)
    truth: NDArray[Any] = _class_codes(target) if classes else _floats(target)
    half = len(rows) // 2
    known, asked = truth[:half], truth[half:]
    if classes and (asked != np.bincount(known).argmax()).sum() < LEAST_MISTAKES:
        return []
    leaks = []
    for name in frame.columns:
        column = frame[name]
        is_text = isinstance(column.dtype, pd.CategoricalDtype)
        values: NDArray[Any] = column.cat.codes.to_numpy() if is_text else _numbers(column)
        share = _share_told(values[:half], known, values[half:], asked, classes, is_text)
        limit = CLASSES_TOLD if classes else VARIANCE_TOLD
        if share >= limit or (not (classes or is_text) and _order(values, truth) >= SAME_ORDER):
            leaks.append(Leak(str(name), share, classes))
    return leaks


def _is_classes(target: pl.Series) -> bool:
    if not target.dtype.is_numeric():
        return True
    return target.dtype.is_integer() and target.n_unique() <= MAX_INTEGER_CLASSES


def _class_codes(target: pl.Series) -> Codes:
    return target.cast(pl.String).rank("dense").to_numpy().astype(np.intp) - 1


def _floats(target: pl.Series) -> Numbers:
    return target.cast(pl.Float64).to_numpy()


def _numbers(column: "pd.Series[Any]") -> Numbers:
    if column.dtype.kind == "M":
        numbers = column.to_numpy().astype(np.int64).astype(np.float64)
        return np.where(column.isna(), np.nan, numbers)
    return np.asarray(column, dtype=np.float64)


def _sample(target: pl.Series, classes: bool) -> Codes:
    """Choose rows, of a rare class as many as of a frequent one, in an order of no meaning."""
    rows = np.arange(len(target))
    if len(target) > MOST_ROWS:
        if classes:
            most = MOST_ROWS // target.n_unique()
            rank = pl.int_range(pl.len()).over("y")
            step = (pl.len().over("y") + most - 1) // most
            chosen = pl.select(y=target).select((rank % step == 0).alias("chosen"))
            rows = np.flatnonzero(chosen.to_series().to_numpy())
        else:
            rows = np.linspace(0, len(target) - 1, MOST_ROWS).astype(np.intp)
    return np.random.default_rng(0).permutation(rows)


def _share_told(
    known_values: Any, known: Any, asked_values: Any, asked: Any, classes: bool, is_text: bool
) -> float:
    """Return how much better than a constant the column does on rows it has not seen."""
    levels, place = np.unique(known_values, return_inverse=True)
    # NaN sorts last and is a level of its own; codes have -1 for it.
    numbers = levels[~np.isnan(levels)] if not is_text else levels
    if len(numbers) < 2 and len(levels) < 2:
        return 0.0
    missing = np.isnan(asked_values) if not is_text else np.zeros(len(asked), dtype=np.bool_)
    if classes:
        constant = np.bincount(known).argmax()
        of_level = _most_frequent(place, known, len(levels))
        told = of_level[_nearest(levels, numbers, asked_values, missing)]
        if is_text:
            told = np.where(np.isin(asked_values, levels), told, constant)
        mistakes = (asked != constant).sum()
        return 1.0 - float((asked != told).sum()) / float(mistakes) if mistakes else 0.0
    means = np.bincount(place, known, len(levels)) / np.bincount(place, minlength=len(levels))
    mean = known.mean()
    if is_text:
        nearest = means[_nearest(levels, levels, asked_values, missing)]
        expected = np.where(np.isin(asked_values, levels), nearest, mean)
    elif len(numbers):
        line = np.interp(np.where(missing, 0.0, asked_values), numbers, means[: len(numbers)])
        of_missing = means[-1] if len(numbers) < len(levels) else mean
        expected = np.where(missing, of_missing, line)
    else:
        return 0.0
    variance = ((asked - mean) ** 2).sum()
    return 1.0 - float(((asked - expected) ** 2).sum() / variance) if variance else 0.0


def _nearest(levels: Any, numbers: Any, values: Any, missing: Any) -> Codes:
    """Return the position of the nearest level, the last one for a missing value."""
    if len(numbers) == 0:
        return np.zeros(len(values), dtype=np.intp)
    filled = np.where(missing, numbers[0], values)
    right = np.clip(np.searchsorted(numbers, filled), 0, len(numbers) - 1)
    left = np.maximum(right - 1, 0)
    nearer = np.where(filled - numbers[left] <= numbers[right] - filled, left, right)
    return np.asarray(np.where(missing, len(levels) - 1, nearer), dtype=np.intp)


def _most_frequent(place: Codes, known: Codes, levels: int) -> Codes:
    width = int(known.max()) + 1
    pairs, counts = np.unique(place * width + known, return_counts=True)
    best = np.zeros(levels, dtype=np.intp)
    # The last of a level's pairs to be written is that of the most rows.
    order = np.argsort(counts, kind="stable")
    best[pairs[order] // width] = pairs[order] % width
    return best


def _order(values: Numbers, truth: Numbers) -> float:
    present = ~np.isnan(values)
    if present.sum() < LEAST_ROWS or not present.mean() > 0.5:
        return 0.0
    table = pl.DataFrame({"x": values[present], "y": truth[present]})
    found = table.select(pl.corr("x", "y", method="spearman")).item()
    return abs(found) if found is not None and np.isfinite(found) else 0.0
