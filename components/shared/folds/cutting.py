"""Folds of rows that are cut as the test rows were."""

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.model_selection import (
    GroupKFold,
    KFold,
    StratifiedGroupKFold,
    StratifiedKFold,
)

from components.shared.fits.training_rows import entity_codes
from components.shared.folds.fold_counts import most_folds
from components.shared.tables.frames import read_frame

Rows = NDArray[np.intp]
Folds = list[tuple[Rows, Rows]]
"""Positions of the rows to fit on, and of those to judge by, for each fold."""

FEWEST: Final = 2


def told_apart(
    table: str | Path, time_column: str | None, entity: Sequence[str]
) -> tuple["pd.Series[Any] | None", Rows | None]:
    """Return the times and the entities of rows, each None where a split does not go by them.

    Args:
        table: Parquet file with the rows.
        time_column: Column of a split in time.
        entity: Columns that tell whose rows they are.
    """
    if time_column:
        return read_frame(table, [time_column])[time_column], None
    return None, entity_codes(table, entity)


def cut_folds(
    target: NDArray[Any],
    task: str,
    seed: int,
    times: "pd.Series[Any] | None" = None,
    entities: Rows | None = None,
) -> Folds:
    """Cut rows into folds.

    - where the test rows are the latest: each fold is judged by rows that are later than all that
      it is fitted on; rows of one time are on one side
    - where rows are of entities: all rows of one are on one side
    - else: at random, of a classification with equal shares of each class

    Args:
        target: Shape (rows,).
        task: `binary`, `multiclass` or `regression`.
        seed: Of the random ones.
        times: Values of the column of a split in time.
        entities: A number for the entity of each row, shape (rows,).

    Returns:
        As many folds as `most_folds` says; fewer where classes, entities or times are fewer, or
        where a fold has rows of one class alone to fit on; none where there are not two to cut.
    """
    folds = _cut(target, task, seed, times, entities)
    if task == "regression":
        return folds
    # Of a single class there is nothing to learn: no candidate is to blame for it.
    return [fold for fold in folds if len(np.unique(target[fold[0]])) > 1]


def _cut(
    target: NDArray[Any],
    task: str,
    seed: int,
    times: "pd.Series[Any] | None",
    entities: Rows | None,
) -> Folds:
    if times is not None:
        return _by_time(times, most_folds(len(target)))
    if entities is not None:
        return _by_entity(target, task, entities, seed)
    if task == "regression":
        most = min(most_folds(len(target)), len(target) // 2)
        if most < FEWEST:
            return []
        return list(KFold(most, shuffle=True, random_state=seed).split(target))
    most = _most_of_classes(target)
    if most < FEWEST:
        return []
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The least populated class", UserWarning)
        return list(StratifiedKFold(most, shuffle=True, random_state=seed).split(target, target))


def _most_of_classes(target: NDArray[Any]) -> int:
    """Return how many folds can be cut: more than the rows of the commonest class cannot.

    Fewer than of the rarest would not do: with two rows of it, all would be judged by what learnt
    from half of them.
    """
    return min(most_folds(len(target)), int(np.unique(target, return_counts=True)[1].max()))


def _by_entity(target: NDArray[Any], task: str, entities: Rows, seed: int) -> Folds:
    rows = most_folds(len(target)) if task == "regression" else _most_of_classes(target)
    most = min(rows, len(np.unique(entities)))
    if most < FEWEST:
        return []
    parts: Any = GroupKFold if task == "regression" else StratifiedGroupKFold
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The least populated class", UserWarning)
        return list(parts(most, shuffle=True, random_state=seed).split(target, target, entities))


def _by_time(column: "pd.Series[Any]", most: int) -> Folds:
    times = column.to_numpy()
    order = np.argsort(times, kind="stable")
    cuts = [len(times) * part // (most + 1) for part in range(1, most + 1)]
    # A cut is where a time begins.
    starts = np.unique(np.searchsorted(times[order], times[order][cuts]))
    starts = starts[starts > 0]
    ends = [*starts[1:], len(times)]
    return [
        (order[:start], order[start:end]) for start, end in zip(starts.tolist(), ends, strict=True)
    ]
