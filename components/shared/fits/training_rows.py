"""The rows that an estimator is fitted on: a matrix, its target and its weights."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from components.shared.errors import InputError
from components.shared.features.preprocessors import PreprocessorDescription
from components.shared.reports.number_text import counted_rows


@dataclass(frozen=True)
class TrainingRows:
    """What a fit takes.

    Attributes:
        features: Shape (rows, features), float64, NaN where missing.
        target: Shape (rows,): float64 for regression; else labels of the column's own type
            (strings as objects).
        weights: Shape (rows,), float64, none negative; None for equal weights.
    """

    features: NDArray[np.float64]
    target: NDArray[Any]
    weights: NDArray[np.float64] | None

    def means(self) -> NDArray[np.float64]:
        """Return the mean of each feature, shape (features,); NaN where a row lacks it."""
        return np.asarray(self.features.mean(axis=0))


def read_training_rows(
    path: str | Path, description: PreprocessorDescription, task: str
) -> TrainingRows:
    """Read a features file that `preprocess_table` wrote.

    Args:
        path: The Parquet file.
        description: Of the preprocessor that made the features.
        task: Resolved task.

    Raises:
        InputError: The file does not go with the description, a target value is missing, or
            weights are missing, negative or all zero.
    """
    weight = description.sample_weight_column
    wanted = [*description.features, description.target, *([weight] if weight else [])]
    present = pl.scan_parquet(path).collect_schema().names()
    if set(present) != set(wanted):
        raise InputError(
            f"{path} does not have the columns that the preprocessor promises: take `features` "
            "and `preprocessor` from the same run of preprocess_table."
        )
    table = pl.read_parquet(path, columns=wanted)
    labels = target_values(table.drop_in_place(description.target), task)
    weights = row_weights(table.drop_in_place(weight)) if weight else None
    columns = table.get_columns()
    del table
    return TrainingRows(_matrix(columns), labels, weights)


def entity_codes(table: str | Path, entity: Sequence[str]) -> NDArray[Any] | None:
    """Return a number for whose each row of a Parquet file is; None where there is no entity."""
    if not entity:
        return None
    values = pl.read_parquet(table, columns=list(dict.fromkeys(entity)))
    return values.select(pl.struct(pl.all()).rank("dense")).to_series().to_numpy()


def _matrix(columns: list[pl.Series]) -> NDArray[np.float64]:
    """Return columns as a matrix; empties the list."""
    # A column at a time, each freed once copied: the table is never in memory twice.
    matrix = np.empty((len(columns[0]), len(columns)), dtype=np.float64, order="F")
    while columns:
        last = columns.pop()
        matrix[:, len(columns)] = last.to_numpy()
    return matrix


def target_values(series: pl.Series, task: str) -> NDArray[Any]:
    """Return the target as estimators take it (see `TrainingRows.target`).

    Raises:
        InputError: A row has no value.
    """
    if series.dtype.is_float():
        series = series.fill_nan(None)
    if series.null_count():
        raise InputError(
            f"The target {series.name!r} has no value in {series.null_count():,} training rows: "
            "leave these rows out (split_table does)."
        )
    if task == "regression":
        return series.cast(pl.Float64).to_numpy()
    if series.dtype.is_numeric() or series.dtype == pl.Boolean:
        return series.to_numpy()
    # One string object for each class, not for each row.
    strings = series.cast(pl.String)
    classes = strings.unique().sort()
    labels: NDArray[Any] = np.array(classes.to_list(), dtype=object)
    codes = strings.cast(pl.Enum(classes)).to_physical().to_numpy().astype(np.intp)
    return np.asarray(labels[codes])


def row_weights(series: pl.Series) -> NDArray[np.float64]:
    """Return the weights of rows, shape (rows,).

    Raises:
        InputError: They are no numbers, missing, infinite, negative or all zero.
    """
    name = f"The weights in {series.name!r} (parameter `sample_weight_column`)"
    if not (series.dtype.is_numeric() or series.dtype == pl.Boolean):
        raise InputError(f"{name} are not numbers: name a numeric column.")
    weights = series.cast(pl.Float64).to_numpy()
    missing = int(np.count_nonzero(~np.isfinite(weights)))
    if missing:
        raise InputError(
            f"{name} are missing or infinite in {counted_rows(missing)}: fill them in."
        )
    negative = int(np.count_nonzero(weights < 0))
    if negative:
        raise InputError(f"{name} are negative in {counted_rows(negative)}: weights are 0 or more.")
    if not weights.any():
        raise InputError(f"{name} are all 0: no row would count.")
    return weights
