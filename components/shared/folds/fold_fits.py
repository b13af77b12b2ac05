"""An estimator fitted on one side of a fold, and what it says of the other."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from components.shared.evaluation.metrics import REGRESSION
from components.shared.fits.estimator_fits import fit_as_threads_are
from components.shared.fits.hyperparameters import build_estimator, code_columns_within
from components.shared.folds.fold_features import FoldFeatures
from components.shared.models.estimators import Estimator


def fit_in_fold(
    estimator: Estimator,
    task: str,
    hyperparameters: Mapping[str, Any],
    seed: int,
    fold: FoldFeatures,
) -> Any:
    """Return an estimator fitted on the rows of a fold, as the threads are.

    Raises:
        InputError: It cannot be fitted.
    """
    codes = code_columns_within(estimator, hyperparameters, fold.codes)
    unfitted = build_estimator(estimator, task, hyperparameters, seed, codes)
    fit_as_threads_are(unfitted, estimator, fold.fitted, codes)
    return unfitted


def output_in_fold(
    fitted: Any, features: NDArray[np.float64], task: str, classes: tuple[Any, ...]
) -> NDArray[np.float64]:
    """Return predictions, shape (rows,), or probabilities, shape (rows, classes).

    A class that is missing in the rows that it was fitted on has the probability 0.
    """
    if task == REGRESSION:
        return np.asarray(fitted.predict(features), dtype=np.float64)
    places = [classes.index(label) for label in fitted.classes_.tolist()]
    output = np.zeros((len(features), len(classes)))
    # Of a single class boosting returns two columns, and others one.
    output[:, places] = 1.0 if len(places) == 1 else fitted.predict_proba(features)
    return output
