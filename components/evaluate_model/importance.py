"""Permutation importance: what a model loses when one column's values are shuffled."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from components.shared.evaluation.metrics import PRIMARY, metric_named
from components.shared.evaluation.predictions import against_truth, predict
from components.shared.evaluation.scores import Codes, point_values
from components.shared.models.folders import LoadedModel

SAMPLE: Final = 2_000
REPEATS: Final = 3
MOST_PREDICTED: Final = 200_000
"""Rows predicted in all: wide tables get a smaller sample, so that time stays bounded."""

MOST_CHARACTERS: Final = 20_000_000
"""Characters of texts predicted in all: words take far longer to read than other values."""

MOST_CELLS: Final = 200_000_000
"""Rows times columns predicted in all, which is a minute's work: as each column is shuffled in rows
of all columns, they grow with the square of their number."""

LONG: Final = 40
"""Characters of a column's strings, in the mean, from which on they are texts."""

LEAST: Final = 200
BATCH: Final = 60_000
BATCH_CELLS: Final = 40_000_000
"""Rows, and rows times columns, that are predicted at a time: 320 MB before the preprocessing."""


@dataclass(frozen=True)
class Importance:
    """How much worse the metric gets when a column is shuffled.

    Attributes:
        feature: Name of the column.
        mean: Mean loss over the repeats, in units of the metric; positive is worse.
        std: Standard deviation over the repeats.
    """

    feature: str
    mean: float
    std: float


@dataclass(frozen=True)
class Importances:
    """Importance of all columns, falling, and how it was measured.

    Attributes:
        metric: Name of the metric.
        rows: Rows sampled.
        repeats: Shuffles per column.
        features: One entry per column; empty where the metric is undefined on the sample.
        too_many: Whether it was not measured, as there are too many columns.
    """

    metric: str
    rows: int
    repeats: int
    features: tuple[Importance, ...]
    too_many: bool = False


def permutation_importance(model: LoadedModel, frame: pd.DataFrame, seed: int) -> Importances:
    """Measure the importance of each of the model's columns on a sample of the rows.

    Breiman 2001, Random Forests; Fisher, Rudin & Dominici 2019, All Models are Wrong, but Many
    are Useful, JMLR 20(177). All shuffled copies of several columns are predicted in one call. From
    some 600 columns on it would take minutes, and is not measured.

    Args:
        model: The model.
        frame: Rows with the model's features and its target, all labelled.
        seed: Seed of the sample and the shuffles.
    """
    description = model.description
    names = [feature.name for feature in description.features]
    rng = np.random.default_rng(seed)
    predicted = min(MOST_PREDICTED, int(MOST_CHARACTERS / max(_text_length(frame[names]), 1.0)))
    size = max(LEAST, min(SAMPLE, predicted // (REPEATS * len(names))))
    if len(frame) > size:
        frame = frame.iloc[np.sort(rng.choice(len(frame), size, replace=False))]
    metric = metric_named(PRIMARY[description.task], description.task)
    if REPEATS * len(frame) * len(names) ** 2 > MOST_CELLS:
        return Importances(metric.name, len(frame), REPEATS, (), too_many=True)
    sign = 1 if metric.greater_is_better else -1
    actual = frame[description.target]

    def score(output: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]") -> float:
        predicted = against_truth(description, actual, output)
        return sign * point_values(predicted.scores([metric.name]))[metric.name]

    whole = score(predict(model, frame))
    result = []
    if np.isfinite(whole):
        rows, together = len(frame), min(BATCH, BATCH_CELLS // frame.shape[1])
        step = max(1, together // (REPEATS * rows))
        for start in range(0, len(names), step):
            part = names[start : start + step]
            output = predict(model, _shuffled(frame, part, rng))
            copies = output.reshape(len(part), REPEATS, rows, *output.shape[1:])
            for name, repeats in zip(part, copies, strict=True):
                losses = [whole - score(copy) for copy in repeats]
                result.append(Importance(name, float(np.mean(losses)), float(np.std(losses))))
    result.sort(key=lambda entry: -entry.mean)
    return Importances(metric.name, len(frame), REPEATS, tuple(result))


def _text_length(frame: pd.DataFrame) -> float:
    """Return the mean number of characters in a row's texts, not counting short ones."""
    texts = [frame[name].cat.categories for name in frame.columns[frame.dtypes == "category"]]
    means = [sum(map(len, each)) / max(len(each), 1) for each in texts]
    return sum(mean for mean in means if mean >= LONG)


def _shuffled(frame: pd.DataFrame, names: list[str], rng: np.random.Generator) -> pd.DataFrame:
    """Return copies of the frame, one below the other: `REPEATS` for each name, it shuffled."""
    rows = len(frame)
    same = np.tile(np.arange(rows), REPEATS * len(names))
    positions: dict[str, Codes] = {}
    for k, name in enumerate(names):
        positions[name] = same.copy()
        shuffles = [rng.permutation(rows) for _ in range(REPEATS)]
        positions[name][k * REPEATS * rows : (k + 1) * REPEATS * rows] = np.concatenate(shuffles)
    return pd.DataFrame(
        {name: frame[name].array.take(positions.get(name, same)) for name in frame.columns},
        copy=False,
    )
