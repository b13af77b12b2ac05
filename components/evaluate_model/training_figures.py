"""The metrics on rows that the model was trained on, to hold those of the test rows against."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from components.shared.evaluation.metrics import METRICS
from components.shared.evaluation.predictions import against_truth, labelled, predict
from components.shared.evaluation.scores import point_values
from components.shared.models.folders import LoadedModel
from components.shared.tables.frames import to_pandas

SAMPLE: Final = 20_000


@dataclass(frozen=True)
class TrainingFigures:
    """Metrics on training rows.

    Attributes:
        rows: Rows that they are of: all of them, or a random sample.
        values: Value by the name of the metric; None where the rows leave it undefined.
    """

    rows: int
    values: dict[str, float | None]


def training_figures(
    model: LoadedModel, train: str | Path, positive_class: str | None, seed: int
) -> TrainingFigures:
    """Measure a model on at most `SAMPLE` of the rows that it was trained on.

    Args:
        model: The model.
        train: Parquet file of the rows.
        positive_class: Which of two classes counts as found; None: as for the test rows.
        seed: Seed of the sample.
    """
    description = model.description
    columns = [*(feature.name for feature in description.features), description.target]
    rows = pl.scan_parquet(train).select(columns)
    count = rows.select(pl.len()).collect().item()
    if count > SAMPLE:
        chosen = np.zeros(count, dtype=np.bool_)
        chosen[np.random.default_rng(seed).choice(count, SAMPLE, replace=False)] = True
        rows = rows.filter(pl.lit(pl.Series(chosen)))
    frame = to_pandas(rows.collect(engine="streaming"))
    frame = frame[labelled(description, frame[description.target])]
    predicted = against_truth(
        description, frame[description.target], predict(model, frame), positive_class
    )
    names = [metric.name for metric in METRICS[predicted.task]]
    found = point_values(predicted.scores(names))
    values = {name: value if np.isfinite(value) else None for name, value in found.items()}
    return TrainingFigures(len(frame), values)
