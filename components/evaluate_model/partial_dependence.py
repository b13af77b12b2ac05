"""Partial dependence: what a model says, in the mean, when one column has each of some values."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from components.evaluate_model.importance import Importances
from components.shared.evaluation.metrics import BINARY, REGRESSION
from components.shared.evaluation.predictions import predict
from components.shared.evaluation.ranking import Floats
from components.shared.models.folders import LoadedModel

MOST_COLUMNS: Final = 5
POINTS: Final = 12
MOST_VALUES: Final = 8
MOST_CLASSES: Final = 3
SAMPLE: Final = 300
TEXTS: Final = 0.5
"""From which share of distinct values on a column of strings is of texts, and has no dependence."""


@dataclass(frozen=True)
class Dependence:
    """How the mean prediction goes with a column.

    Attributes:
        column: Name of the column.
        values: The values that it was given, as text where they are no numbers.
        in_order: Whether they follow each other, as numbers and times do.
        curves: Mean prediction at each value: by class, the positive one of two, or under an
            empty name for a regression.
    """

    column: str
    values: tuple[float | str, ...]
    in_order: bool
    curves: dict[str, tuple[float, ...]]


def partial_dependence(
    model: LoadedModel,
    frame: pd.DataFrame,
    importances: Importances,
    positive: int | None,
    seed: int,
) -> tuple[Dependence, ...]:
    """Return the dependence on the strongest columns, at most `MOST_COLUMNS`.

    Friedman (2001), Greedy function approximation, Annals of Statistics 29(5). Numbers and times
    are given their quantiles from 5 to 95 %, other columns their most frequent values. The other
    columns keep their values, also where no row has both.

    Args:
        model: The model.
        frame: Rows with the model's features.
        importances: Which columns are strong: those that the metric loses by when shuffled.
        positive: Position of the positive class of two.
        seed: Seed of the sample of at most `SAMPLE` rows.
    """
    strong = [each.feature for each in importances.features if each.mean > 0]
    rng = np.random.default_rng(seed)
    size = min(len(frame), SAMPLE)
    sample = frame.iloc[np.sort(rng.choice(len(frame), size, replace=False))]
    grids: dict[str, list[Any]] = {}
    for name in strong:
        if len(grids) < MOST_COLUMNS and len(values := _grid(frame[name])) > 1:
            grids[name] = values
    if not grids:
        return ()
    # All at once: a prediction takes some 30 ms, however few its rows.
    together = pd.concat(
        [
            sample.assign(**{name: _constant(frame[name], value, size)})
            for name, values in grids.items()
            for value in values
        ],
        ignore_index=True,
    )
    means = predict(model, together).reshape(len(together) // size, size, -1).mean(axis=1)
    ends = np.cumsum([len(values) for values in grids.values()])
    curves = _curves(model, positive)
    return tuple(
        _dependence(frame[name], values, part, curves)
        for (name, values), part in zip(grids.items(), np.split(means, ends[:-1]), strict=True)
    )


def _dependence(
    column: "pd.Series[Any]", values: list[Any], means: Floats, curves: dict[str, int]
) -> Dependence:
    is_bool = pd.api.types.is_bool_dtype(column.dtype)
    is_numeric = pd.api.types.is_numeric_dtype(column.dtype) and not is_bool
    in_order = is_numeric or pd.api.types.is_datetime64_any_dtype(column.dtype)
    shown = tuple(float(each) if is_numeric else _text(each) for each in values)
    by_class = {label: tuple(means[:, k].tolist()) for label, k in curves.items()}
    return Dependence(str(column.name), shown, in_order, by_class)


def _curves(model: LoadedModel, positive: int | None) -> dict[str, int]:
    """Return the columns of the output to show, by their names."""
    description = model.description
    if description.task == REGRESSION:
        return {"": 0}
    classes = [str(each) for each in description.classes or ()]
    if description.task == BINARY and positive is not None:
        return {classes[positive]: positive}
    profile = description.profile.get(description.target)
    counts = (profile.categories if profile else None) or {}
    frequent = sorted(range(len(classes)), key=lambda k: -counts.get(classes[k], 0))
    return {classes[k]: k for k in frequent[:MOST_CLASSES]}


def _grid(column: "pd.Series[Any]") -> list[Any]:
    """Return the values that a column is given; fewer than two where that says nothing."""
    present = column.dropna()
    if present.empty:
        return []
    if column.dtype.name in ("category", "bool", "boolean", "object"):
        counts = present.value_counts()
        counts = counts[counts > 0]
        if column.dtype.name not in ("bool", "boolean") and len(counts) > TEXTS * len(present):
            return []
        return list(counts.index[:MOST_VALUES])
    if pd.api.types.is_numeric_dtype(column.dtype):
        present = present[np.isfinite(present.to_numpy(dtype=np.float64))]
    distinct = present.sort_values().unique()
    if len(distinct) <= POINTS:
        return list(distinct)
    quantiles = present.quantile(np.linspace(0.05, 0.95, POINTS), interpolation="nearest")
    return list(quantiles.unique())


def _constant(column: "pd.Series[Any]", value: Any, size: int) -> "pd.Series[Any]":
    """Return a column of one value, of the type of the column."""
    return pd.Series([value] * size, dtype=column.dtype)


def _text(value: Any) -> str:
    return str(value).removesuffix(" 00:00:00")
