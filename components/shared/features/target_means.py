"""Strings as what the target mostly is where they stand: for columns with many different ones."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from components.shared.features.transforms import (
    FOLDS,
    MISSING,
    UNKNOWN,
    codes_to_means,
    joined,
    texts_to_codes,
)
from components.shared.features.treatments import Treatment

MOST_STRINGS: Final = 10_000
"""Strings of a column that have a mean of their own, the most frequent ones."""

LEAST_ROWS: Final = 2
"""A string in fewer rows has no mean that another row could be given."""

MOST_CLASSES: Final = 10
"""A column gives a mean for each class of a target; with more classes, it keeps its codes."""


@dataclass(frozen=True)
class Target:
    """The target of the training rows.

    Attributes:
        task: `binary`, `multiclass` or `regression`.
        values: Shape (rows,): float64 for regression, 0 and 1 for two classes, else labels.
    """

    task: str
    values: NDArray[Any]

    @property
    def type(self) -> str:
        """What scikit-learn calls the task."""
        return "continuous" if self.task == "regression" else self.task

    def unsuited(self) -> str:
        """Say why no target means can be learnt from it; empty where they can."""
        if self.task == "regression":
            return "" if len(self.values) >= FOLDS else f"there are fewer than {FOLDS} rows"
        _, counts = np.unique(self.values, return_counts=True)
        if len(counts) > MOST_CLASSES:
            return f"the target has more than {MOST_CLASSES} classes"
        return "" if counts.max() >= FOLDS else f"no class has {FOLDS} rows"


def fit_target_means(
    frame: pd.DataFrame, columns: Sequence[str], target: Target, treatment: Treatment
) -> tuple[Pipeline, NDArray[np.float64]]:
    """Fit target means on columns of strings.

    Args:
        frame: Raw rows from `read_frame`: strings as categories.
        columns: The columns.
        target: What they are to tell.
        treatment: How numbers are scaled.

    Returns:
        The fitted steps from strings to means, and the features of the rows themselves: those of
        each row are learnt from the targets of other rows, as no row may see its own.
    """
    known, codes = [], []
    for name in columns:
        strings, of_row = _frequent(frame[name].cat)
        known.append(strings)
        codes.append(of_row)
    # Nothing is learnt from rows: which strings have a code is given.
    row = {name: strings[:1] for name, strings in zip(columns, known, strict=True)}
    encode = texts_to_codes(known).fit(pd.DataFrame(row, dtype=object))
    means = codes_to_means(target.type, treatment)
    with warnings.catch_warnings():
        # A class with few rows is in few folds: its means are drawn to that of all rows.
        warnings.filterwarnings("ignore", "The least populated class", UserWarning)
        matrix = np.column_stack(codes).astype(np.float64)
        features = means.fit_transform(matrix, target.values)
    return joined(encode, means), np.asarray(features, dtype=np.float64)


def _frequent(column: Any) -> tuple[list[str], NDArray[np.intp]]:
    """Return the strings of a column that have a code, sorted, and the code of each row."""
    strings = np.append(column.categories.to_numpy(dtype=object), MISSING)
    of_row = np.asarray(column.codes, dtype=np.intp)
    if MISSING in column.categories:
        of_row = np.where(of_row < 0, column.categories.get_loc(MISSING), of_row)
    else:
        of_row = np.where(of_row < 0, len(strings) - 1, of_row)
    counts = np.bincount(of_row, minlength=len(strings))
    kept = np.flatnonzero(counts >= min(LEAST_ROWS, counts.max()))
    if len(kept) > MOST_STRINGS:
        kept = kept[np.argsort(-counts[kept], kind="stable")[:MOST_STRINGS]]
    kept = kept[np.argsort(strings[kept])]
    code_of = np.full(len(strings), UNKNOWN, dtype=np.intp)
    code_of[kept] = np.arange(len(kept))
    return strings[kept].tolist(), code_of[of_row]
