"""Predictions as columns, by which those of two times are compared."""

from typing import Final

import numpy as np
import polars as pl

from components.shared.evaluation.metrics import BINARY, REGRESSION
from components.shared.evaluation.ranking import Floats
from components.shared.models.description import ModelDescription
from components.shared.models.profiles import category

PREDICTION: Final = "prediction"
PROBABILITY: Final = "probability"


def prediction_columns(description: ModelDescription, output: Floats) -> dict[str, pl.Series]:
    """Return what is compared of predictions.

    Args:
        description: What `model.json` says.
        output: Probabilities, shape (rows, classes), or predictions of a regression, (rows,).

    Returns:
        `prediction`: of a regression as it is, else the most probable class as text.
        `probability`: of the second of two classes, or of the most probable of several.
    """
    if description.task == REGRESSION:
        return {PREDICTION: pl.Series(output)}
    names = pl.Series([category(label) for label in description.classes or ()], dtype=pl.String)
    probability = output[:, 1] if description.task == BINARY else output.max(axis=1)
    return {
        PREDICTION: names.gather(output.argmax(axis=1)),
        # Sums of trees differ in the last digits from one machine to another.
        PROBABILITY: pl.Series(np.round(probability, 6)),
    }
