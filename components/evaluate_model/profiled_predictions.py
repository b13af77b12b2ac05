"""The profile of a model's predictions on its test rows, and how far they can be believed."""

from typing import Final

import numpy as np
from scipy.optimize import isotonic_regression

from components.shared.evaluation.metrics import REGRESSION
from components.shared.evaluation.prediction_columns import prediction_columns
from components.shared.evaluation.prediction_profile import MOST_CLASSES, PredictionProfile
from components.shared.evaluation.predictions import Predicted
from components.shared.evaluation.ranking import Bools, Floats
from components.shared.models.description import ModelDescription
from components.shared.models.profiles import profile_column

BINS: Final = 20


def profile_predictions(
    description: ModelDescription, output: Floats, predicted: Predicted
) -> PredictionProfile:
    """Summarise predictions.

    Args:
        description: What `model.json` says.
        output: Probabilities or predictions of all test rows.
        predicted: Those with a label beside it.
    """
    columns = {
        name: profile_column(series, "float" if series.dtype.is_float() else "string")
        for name, series in prediction_columns(description, output).items()
    }
    known = len(description.classes or ())
    if predicted.task == REGRESSION or known > MOST_CLASSES:
        return PredictionProfile(len(output), columns)
    calibration = {
        k: _calibration(predicted.actual == k, predicted.output[:, k]) for k in range(known)
    }
    return PredictionProfile(len(output), columns, calibration)


def _calibration(is_class: Bools, probability: Floats) -> tuple[tuple[float, float], ...]:
    """Return mean probability and share of a class in bins of equally many rows, made to rise.

    Isotonic regression: Zadrozny and Elkan (2002), Transforming classifier scores into accurate
    multiclass probability estimates, KDD. Equal probabilities are never put into two bins.
    """
    edges = np.unique(np.quantile(probability, np.linspace(0, 1, BINS + 1)[1:-1]))
    number = np.searchsorted(edges, probability, side="left")
    rows = np.bincount(number).astype(np.float64)
    filled = np.flatnonzero(rows)
    rows = rows[filled]
    predicted = np.bincount(number, weights=probability)[filled] / rows
    observed = np.bincount(number, weights=is_class)[filled] / rows
    rising = isotonic_regression(observed, weights=rows).x
    points = zip(predicted.tolist(), rising.tolist(), strict=True)
    return tuple((round(x, 6), round(float(y), 6)) for x, y in points)
